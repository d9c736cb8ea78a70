/** `lines()` of a file's stream, in a loop: the same stream that readline gets here, so the difference is the lines alone. */
import { createReadStream } from 'node:fs';
import * as io from 'pipework';
import { countInLoop } from '../count-lines.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, lines() of a stream',
  countLines: (file) => countInLoop(io.lines(createReadStream(file))),
};
