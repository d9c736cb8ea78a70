/**
 * Node's `PassThrough` with a reader that takes its time as ours may: `for await`, the manual's first advice. Between
 * two turns of the loop messages gather in the buffer and come out joined, so small ones are cheap and large ones are
 * copied. The writer is that of pass-through.ts.
 */
import { PassThrough } from 'node:stream';
import type { Rival } from '../rival.js';
import { sendAsWanted } from './pass-through.js';

export const rival: Rival = {
  title: 'PassThrough, for await',
  openStream() {
    const stream = new PassThrough();
    return {
      send: (messages, chunks) => sendAsWanted(stream, messages, chunks),
      async receive(tally) {
        for await (const chunk of stream) tally.add(chunk, chunk.length);
      },
    };
  },
};
