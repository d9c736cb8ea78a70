/** `run()` of `pipework/exec`, with its defaults: the output is collected, and so is the end of each stage's stderr. */
import * as exec from 'pipework/exec';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, exec',
  runPipeline: async (commands) => (await exec.run(...commands)).text(),
  startOne: (file) => exec.run([file]),
};
