/** `node:readline` as its manual reads a file line by line: `createInterface` of a file's stream, in a loop. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { countInLoop } from '../count-lines.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'readline, for await',
  countLines: (file) =>
    countInLoop(createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })),
};
