/** What the ends do to the words of the shared memory, where it matters to the other side; and what runs over in them. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { Worker } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { SOAK } from '../fixtures/soak.js';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';
import { messagesOf } from './messages-of.js';
import { randoms, receive, send } from './traffic.js';
import { WORDS } from './words.js';

const SLEEPS = 1;

/** Both ends by their handles, so that they know of each other by the memory alone. */
function open(capacity: number) {
  const { reader, writer } = worker.pipe({ capacity });
  const words = new Int32Array(reader.handle.memory, 0, 128);
  return { reader: worker.openReader(reader.handle), writer: worker.openWriter(writer.handle), words };
}

test('a read that waits says so in the word of the writer, which whoever ends the wait changes', async () => {
  const ways: readonly ((writer: worker.WorkerWriter) => unknown)[] = [
    (writer) => writer.tryWrite(Uint8Array.of(1)),
    (writer) => writer.close(),
    (writer) => writer.abort(),
  ];
  for (const move of ways) {
    const { reader, writer, words } = open(8);
    const got = reader.read(new Uint8Array(1));
    const asleep = words[WORDS.tail] as number;
    equal(asleep & SLEEPS, SLEEPS);
    move(writer);
    equal((words[WORDS.tail] as number) & SLEEPS, 0);
    await got.catch(() => {});
  }
});

test('a write that waits says how much room it wants, and is woken when there is so much, and not before', async () => {
  const { reader, writer, words } = open(64);
  const sent = writer.write(new Uint8Array(64 + 40));
  equal((words[WORDS.head] as number) & SLEEPS, SLEEPS);
  equal(words[WORDS.wanted], 16); // a quarter of the capacity
  equal(reader.tryRead(new Uint8Array(15)), 15);
  equal((words[WORDS.head] as number) & SLEEPS, SLEEPS);
  equal(reader.tryRead(new Uint8Array(1)), 1);
  equal((words[WORDS.head] as number) & SLEEPS, 0);
  while (writer.bytesWritten < 64 + 40) {
    reader.tryRead(new Uint8Array(64));
    await turn();
  }
  equal(await sent, 64 + 40);
});

test('a write that waits wants no more room than it needs', async () => {
  const { writer, words } = open(64);
  const sent = writer.write(new Uint8Array(64 + 3));
  equal(words[WORDS.wanted], 3);
  writer.abort();
  await sent.catch(() => {});
});

test('a write that is given up leaves the next one to want as much as that needs', async () => {
  const { reader, writer } = open(64);
  const controller = new AbortController();
  const sent = writer.write(new Uint8Array(64 + 40), controller);
  const next = writer.write(new Uint8Array(3));
  equal(reader.tryRead(new Uint8Array(15)), 15); // too little for the first
  controller.abort();
  await sent.catch(() => {});
  equal(await next, 3);
});

test('a writer that says that it wants more room than there is, is woken by an empty pipe', async () => {
  const { reader, writer, words } = open(8);
  const sent = writer.write(new Uint8Array(9));
  words[WORDS.wanted] = 1000;
  equal(reader.tryRead(new Uint8Array(8)), 8);
  equal(await sent, 9);
});

test('a call that nobody waits for notifies nobody: the words say that nobody sleeps', () => {
  const { reader, writer, words } = open(8);
  for (let round = 0; round < 100; round++) {
    writer.tryWrite(new Uint8Array(5));
    reader.tryRead(new Uint8Array(5));
    equal(((words[WORDS.tail] as number) | (words[WORDS.head] as number)) & SLEEPS, 0);
  }
});

test('a wait that was given up leaves one waiter behind, which serves the next wait', async () => {
  const { reader, writer } = open(8);
  const waits = countWaits();
  for (let round = 0; round < 20; round++) {
    const stop = new AbortController();
    const got = reader.read(new Uint8Array(4), { signal: stop.signal });
    stop.abort('enough');
    await got.catch(() => {});
  }
  const got = reader.read(new Uint8Array(4));
  equal(waits.stop(), 1);
  equal(await writer.write(new Uint8Array(3)), 3);
  equal(await got, 3);
});

for (const capacity of [1, 2, 3, 5, 64, 1000]) {
  test(`indices that start near their end run over it, capacity ${capacity}`, async () => {
    for (let before = 0; before <= Math.min(5, capacity); before++) {
      const { reader, writer } = worker.pipe({ capacity });
      const words = new Int32Array(reader.handle.memory, 0, 128);
      const start = 2 * (2 * capacity - 1 - before);
      words[WORDS.tail] = start;
      words[WORDS.head] = start;
      const traffic = { way: 'awaited', total: 5000, pieceMax: capacity * 2 } as const;
      const [sent, received] = await Promise.all([
        send(worker.openWriter(writer.handle), { ...traffic, seed: 3 }),
        receive(worker.openReader(reader.handle), { ...traffic, seed: 4 }),
      ]);
      equal(sent, received);
    }
  });
}

test('the largest capacity: indices up to the 32nd bit, and over it', () => {
  const capacity = 2 ** 30; // bytes, of which only those that are used take memory
  const { reader, writer } = worker.pipe({ capacity });
  const words = new Int32Array(reader.handle.memory, 0, 128);
  const start = (2 * (2 * capacity - 10)) | 0;
  ok(start < 0);
  words[WORDS.tail] = start;
  words[WORDS.head] = start;
  const into = worker.openReader(reader.handle);
  const from = worker.openWriter(writer.handle);
  const random = randoms(5);
  let [sent, got] = [0, 0]; // bytes
  while (got < 100) {
    sent += from.tryWrite(Uint8Array.from({ length: random(9) }, (_, at) => sent + at));
    const bytes = new Uint8Array(random(9));
    const count = into.tryRead(bytes) as number;
    deepEqual(
      [...bytes.subarray(0, count)],
      [...bytes.subarray(0, count)].map((_, at) => (got + at) & 255),
    );
    got += count;
  }
  from.close();
});

const TOTAL = SOAK ? 2 ** 31 : 2 ** 22; // bytes

test(`${TOTAL} bytes through a pipe of 64 bytes, in pieces of random sizes: the digests are equal`, async () => {
  const { reader, writer } = worker.pipe({ capacity: 64 });
  const traffic = { way: 'blocking', total: TOTAL, pieceMax: 150, seed: 11 } as const;
  const thread = new Worker(new URL('./traffic-thread.js', import.meta.url), {
    workerData: { handle: writer.handle, traffic },
  });
  const next = messagesOf<string>(thread);
  await next(); // it has begun
  const received = await receive(worker.openReader(reader.handle), { ...traffic, way: 'awaited', seed: 12 });
  equal(await next(), received);
  await thread.terminate();
});

/** How often Atomics.waitAsync is called. */
function countWaits(): { stop(): number } {
  const atomics = Atomics as unknown as { waitAsync(...args: unknown[]): unknown };
  const { waitAsync } = atomics;
  let count = 0;
  atomics.waitAsync = (...args) => {
    count++;
    return waitAsync(...args);
  };
  return {
    stop() {
      atomics.waitAsync = waitAsync;
      return count;
    },
  };
}
