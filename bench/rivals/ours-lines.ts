/** `lines()` of a file, read by a Reader of four lines, in a loop. What the case compares others with. */
import { open } from 'node:fs/promises';
import * as io from 'pipework';
import { countInLoop } from '../count-lines.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, lines() of a file',
  async countLines(name) {
    const file = await open(name);
    const reader: io.Reader = {
      async read(into) {
        const { bytesRead } = await file.read(into);
        return bytesRead === 0 ? null : bytesRead;
      },
    };
    const count = await countInLoop(io.lines(reader));
    await file.close();
    return count;
  },
};
