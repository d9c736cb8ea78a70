/** Bytes between threads that truly run at the same time: what one sends the other gets, however either end is called. */
import { equal } from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { test } from '../runtimes/test.js';
import { messagesOf } from './messages-of.js';
import { receive, send, type Traffic, type Way } from './traffic.js';

const ways: readonly Way[] = ['blocking', 'awaited', 'tried', 'given up'];

for (const sending of ways) {
  for (const receiving of ways) {
    test(`${sending} writes, ${receiving} reads, at several capacities: every byte arrives once, in order`, async () => {
      for (const capacity of [1, 7, 64, 4096]) {
        const { reader, writer } = worker.pipe({ capacity });
        const traffic = { total: 300 * Math.min(capacity, 256), pieceMax: capacity * 3 };
        const [sent, received] = await Promise.all([
          elsewhere(writer.handle, { ...traffic, way: sending, seed: 7 }),
          elsewhere(reader.handle, { ...traffic, way: receiving, seed: 13 }),
        ]);
        equal(await sent.digest, await received.digest);
      }
    });
  }
}

for (const here of ['reader', 'writer'] as const) {
  for (const way of ways) {
    test(`the ${here} in this thread, ${way}: every byte crosses once, in order`, async () => {
      const { reader, writer } = worker.pipe({ capacity: 1000 });
      const traffic = { total: 1_000_000, pieceMax: 2000 };
      const handle = here === 'reader' ? writer.handle : reader.handle;
      const { digest } = await elsewhere(handle, { ...traffic, way: 'blocking', seed: 5 });
      const own =
        here === 'reader'
          ? await receive(reader, { ...traffic, way, seed: 3 })
          : await send(writer, { ...traffic, way, seed: 3 });
      equal(own, await digest);
    });
  }
}

test('this thread is busy for two seconds while the other one writes: the pipe is full then, and the rest follows', async () => {
  const { reader, writer } = worker.pipe({ capacity: 1000 });
  const traffic = { total: 100_000, pieceMax: 2000, way: 'blocking', seed: 9 } as const;
  const { digest } = await elsewhere(writer.handle, traffic);
  const first = new Uint8Array(1);
  await reader.read(first); // it writes
  for (const end = performance.now() + 2000; performance.now() < end; );
  const full = new Uint8Array(2000);
  equal(reader.tryRead(full), 1000);
  const begin = [first, full.subarray(0, 1000)];
  equal(await receive(reader, { ...traffic, way: 'awaited' }, begin), await digest);
});

interface Sent {
  /** The digest that the other thread tells. */
  readonly digest: Promise<string>;
}

/** Gives an end to another thread, which runs when this resolves: not all come up while the one that made them blocks. */
async function elsewhere(handle: worker.ReaderHandle | worker.WriterHandle, traffic: Traffic): Promise<Sent> {
  const thread = new Worker(new URL('./traffic-thread.js', import.meta.url), {
    workerData: { handle, traffic },
  });
  const next = messagesOf<string>(thread);
  await next(); // it has begun
  return {
    digest: next().then(async (digest) => {
      await thread.terminate();
      return digest;
    }),
  };
}
