import { Writable } from 'node:stream';
import type { Tally } from './tally.js';

/** The sink of a pipeline, with Node's default buffer: it gives every byte to `tally` and is ready for more at once. */
export function tallySink(tally: Tally): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, callback) {
      tally.add(chunk, chunk.length);
      callback();
    },
  });
}
