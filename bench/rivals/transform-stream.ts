/**
 * The Web's identity `TransformStream` with its default queues (one chunk on the writable side, none on the readable),
 * one loop that awaits each `write`, one that awaits each `read`: what the standard offers where a pipe is wanted, and
 * awaited just as ours is. In its favour: it passes references on and copies nothing.
 */
import { type ReadableStreamDefaultReader, TransformStream } from 'node:stream/web';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'TransformStream',
  share: 0.05,
  openStream() {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    // Node's type of getReader() is that of every kind of reader.
    const reader = readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    return {
      async send(messages, chunks) {
        for (let i = 0; i < messages; i++) await writer.write(chunks[i % chunks.length] as Uint8Array);
        await writer.close();
      },
      async receive(tally) {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          tally.add(value, value.length);
        }
      },
    };
  },
  open: () => new TransformStream<Uint8Array, Uint8Array>(),
  async useOnce(chunk, tally) {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const reader = readable.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    const sent = writer.write(chunk);
    const { value } = await reader.read();
    if (value !== undefined) tally.add(value, value.length);
    await sent;
    const closed = writer.close();
    if (!(await reader.read()).done) throw new Error('there is no end');
    await closed;
  },
};
