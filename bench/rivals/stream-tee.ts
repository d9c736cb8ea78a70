/**
 * The Web's `tee()` of an identity `TransformStream`, with one loop that awaits each `write` and one for each branch that
 * awaits each `read`. In its favour: both branches get the same chunk, and nothing is copied; and it reads as fast as the faster
 * branch does.
 */
import { type ReadableStreamDefaultReader, TransformStream } from 'node:stream/web';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ReadableStream.tee()',
  openTee() {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    return {
      async send(messages, chunks) {
        for (let i = 0; i < messages; i++) await writer.write(chunks[i % chunks.length] as Uint8Array);
        await writer.close();
      },
      receivers: readable.tee().map((branch) => async (tally, pause) => {
        // Node's type of getReader() is that of every kind of reader.
        const reader = branch.getReader() as ReadableStreamDefaultReader<Uint8Array>;
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          tally.add(value, value.length);
          const paused = pause();
          if (paused !== undefined) await paused;
        }
      }),
    };
  },
};
