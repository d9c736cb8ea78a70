/** Packs whatever `from` gives into `to`, however much that is. */
import * as io from 'pipework';

export async function pack(from: io.ByteSource, to: io.ByteSink): Promise<number> {
  const { readable, writable } = new CompressionStream('gzip');
  const [bytes] = await Promise.all([
    io.copy(from, writable, { close: true }),
    io.copy(readable, to, { close: true }),
  ]);
  return bytes;
}
