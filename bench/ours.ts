import type { Pipe } from 'pipework';
import type { MessageStream } from './rival.js';

/**
 * A pipe of ours as its manual says: one loop awaits each write, the other each read into a buffer of its own. The
 * bytes are copied once, and the writer knows after each write that they were taken.
 */
export function sendAndReceive({ reader, writer }: Pipe, size: number): MessageStream {
  return {
    async send(messages, chunks) {
      for (let i = 0; i < messages; i++) await writer.write(chunks[i % chunks.length] as Uint8Array);
      writer.close();
    },
    async receive(tally) {
      const into = new Uint8Array(size);
      for (;;) {
        const count = await reader.read(into);
        if (count === null) return;
        tally.add(into, count);
      }
    },
  };
}
