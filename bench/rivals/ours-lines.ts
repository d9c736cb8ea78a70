/** `lines()` of a file's stream, in a loop: the stream is the same as that of readline's. What the case compares others with. */
import { createReadStream } from 'node:fs';
import * as io from 'pipework';
import { countInLoop } from '../count-lines.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, lines()',
  countLines: (file) => countInLoop(io.lines(createReadStream(file))),
};
