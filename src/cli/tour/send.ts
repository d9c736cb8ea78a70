import { createHash } from 'node:crypto';
import * as io from '../../io/index.js';

/** What came out of somewhere. */
export interface Digest {
  readonly bytes: number;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** Reads `reader` to its end. */
export async function digest(reader: io.Reader): Promise<Digest> {
  const hash = createHash('sha256');
  const bytes = await io.copy(reader, {
    write: async (chunk) => {
      hash.update(chunk);
      return chunk.length;
    },
  });
  return { bytes, sha256: hash.digest('hex') };
}

/** Sends all of `source` through `pipe`: the digest of what arrived at the other end. */
export async function send(source: io.Reader, { reader, writer }: io.Pipe): Promise<Digest> {
  const [, arrived] = await Promise.all([io.copy(source, writer, { close: true }), digest(reader)]);
  return arrived;
}
