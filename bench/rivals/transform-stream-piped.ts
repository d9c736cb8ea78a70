/**
 * Two identity `TransformStream`s joined by `pipeThrough`, with their default queues, as the rival transform-stream.ts
 * uses one. In its favour: it passes references on and copies nothing, and writers go on before anybody has read.
 */
import { type ReadableStreamDefaultReader, TransformStream } from 'node:stream/web';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'pipeThrough(TransformStream)',
  openStream() {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const through = readable.pipeThrough(new TransformStream<Uint8Array, Uint8Array>());
    const reader = through.getReader() as ReadableStreamDefaultReader<Uint8Array>;
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
};
