/** `pipework ps PID...`: its table has the states of the processes and what is in their pipes besides, which lsof does not. */
import { fileURLToPath } from 'node:url';
import type { Rival } from '../rival.js';

const MAIN = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

export const rival: Rival = {
  title: 'ours, ps',
  lookCommand: (pids) => [process.execPath, MAIN, 'ps', ...pids.map(String)],
};
