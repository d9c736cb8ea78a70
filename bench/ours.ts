import type { Pipe, PipeReader } from 'pipework';
import type { MessageStream } from './rival.js';
import type { Tally } from './tally.js';

/**
 * A pipe of ours as its manual says: one loop awaits each write, the other each read into a buffer of its own. The
 * bytes are copied once (twice by the kernel), and the writer knows after each write that they were taken.
 */
export function sendAndReceive({ reader, writer }: Pipe, size: number): MessageStream {
  return {
    async send(messages, chunks) {
      for (let i = 0; i < messages; i++) await writer.write(chunks[i % chunks.length] as Uint8Array);
      writer.close();
    },
    receive: (tally) => receive(reader, tally, size),
  };
}

/** Reads to the end, `size` bytes at a time. */
export async function receive(reader: PipeReader, tally: Tally, size: number): Promise<void> {
  const into = new Uint8Array(size);
  for (;;) {
    const count = await reader.read(into);
    if (count === null) return;
    tally.add(into, count);
  }
}

/** Opens nothing itself: sends `chunk` through a fresh pipe, reads it to its end, and closes both ends. */
export async function useOnce({ reader, writer }: Pipe, chunk: Uint8Array, tally: Tally): Promise<void> {
  const into = new Uint8Array(chunk.length);
  const sent = writer.write(chunk);
  tally.add(into, (await reader.read(into)) ?? 0);
  await sent;
  writer.close();
  if ((await reader.read(into)) !== null) throw new Error('there is no end');
  reader.close();
}
