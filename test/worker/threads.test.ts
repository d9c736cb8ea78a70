/** Bytes between threads that truly run at the same time: what one sends the other gets, however either end is called. */
import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { receive, send, type Traffic, type Way } from './traffic.js';

const ways: readonly Way[] = ['blocking', 'awaited', 'tried'];

for (const sending of ways) {
  for (const receiving of ways) {
    for (const capacity of [1, 7, 64, 4096]) {
      test(`${sending} writes, ${receiving} reads, capacity ${capacity}: every byte arrives once, in order`, async () => {
        const { reader, writer } = worker.pipe({ capacity });
        const traffic = { total: 1000 * Math.min(capacity, 256), pieceMax: capacity * 3 };
        const digests = await Promise.all([
          elsewhere(writer.handle, { ...traffic, way: sending, seed: 7 }),
          elsewhere(reader.handle, { ...traffic, way: receiving, seed: 13 }),
        ]);
        equal(digests[0], digests[1]);
      });
    }
  }
}

for (const here of ['reader', 'writer'] as const) {
  for (const way of ways) {
    test(`the ${here} in this thread, ${way}: every byte crosses once, in order`, async () => {
      const { reader, writer } = worker.pipe({ capacity: 1000 });
      const traffic = { total: 3_000_000, pieceMax: 2000, way };
      const digests = await Promise.all(
        here === 'reader'
          ? [
              elsewhere(writer.handle, { ...traffic, seed: 5 }),
              receive(worker.openReader(reader.handle), { ...traffic, seed: 3 }),
            ]
          : [
              elsewhere(reader.handle, { ...traffic, seed: 5 }),
              send(worker.openWriter(writer.handle), { ...traffic, seed: 3 }),
            ],
      );
      equal(digests[0], digests[1]);
    });
  }
}

/** The digest that another thread tells, which has the end. */
async function elsewhere(
  handle: worker.ReaderHandle | worker.WriterHandle,
  traffic: Traffic,
): Promise<string> {
  const thread = new Worker(new URL('./traffic-thread.js', import.meta.url), {
    workerData: { handle, traffic },
  });
  const [digest] = await once(thread, 'message');
  return digest;
}
