/**
 * Ends that the collector takes: the other side is told, the descriptors go, unless `fd` was taken.
 */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { closeSync, writeSync } from 'node:fs';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as io from 'pipework';
import * as os from 'pipework/os';
import { linkOf, openDescriptors } from './descriptors.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const awake = setInterval(() => {}, 60_000);
after(() => clearInterval(awake));

const ROUNDS_MAX = 200; // of the collector, before we take it that nothing is coming

async function collect(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1));
  gc();
}

/** Collects garbage until `promise` has settled. */
async function collectUntil(promise: Promise<unknown>): Promise<void> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let round = 0; round < ROUNDS_MAX && !isSettled; round++) await collect();
}

/** As often as it takes an end that nobody holds to be collected, several times over. */
async function collectWell(): Promise<void> {
  const lost = (() => os.pipe().reader.read(new Uint8Array(1)))();
  await collectUntil(lost.catch(() => {}));
  for (let round = 0; round < 5; round++) await collect();
}

test('AbandonedPipeError: a read that waits rejects when its writer is collected', async () => {
  const failed = rejects((() => os.pipe({ name: 'lost' }).reader.read(new Uint8Array(1)))(), {
    name: 'AbandonedPipeError',
    message: 'lost: the writer was collected as garbage without close()',
  });
  await collectUntil(failed);
  await failed;
});

test('AbandonedPipeError: a write that waits rejects when its reader is collected', async () => {
  const failed = rejects((() => os.pipe({ name: 'lost' }).writer.write(new Uint8Array(2 ** 20)))(), {
    name: 'AbandonedPipeError',
    message: 'lost: the reader was collected as garbage without close()',
  });
  await collectUntil(failed);
  await failed;
});

test('AbandonedPipeError: what was written is delivered first', async () => {
  const reader = (() => {
    const ends = os.pipe();
    ends.writer.tryWrite(Uint8Array.of(1, 2, 3));
    return ends.reader;
  })();
  await collectWell();
  const into = new Uint8Array(8);
  equal(await reader.read(into), 3);
  await rejects(reader.read(into), io.AbandonedPipeError);
  reader.close();
});

test('a reader whose fd was taken is not closed by the collector', async () => {
  const { fd, writer } = (() => {
    const ends = os.pipe();
    return { fd: ends.reader.fd, writer: ends.writer };
  })();
  const link = linkOf(fd);
  await collectWell();
  equal(linkOf(fd), link);
  equal(await writer.write('x'), 1);
  await writer.write(new Uint8Array(65535));
  equal(writer.tryWrite(new Uint8Array(1)), 0, 'and nobody said EPIPE');
  writer.close();
  closeSync(fd); // its number only: the end is gone, and its own descriptor stays open
});

test('a writer whose fd was taken is not closed by the collector, and what others write there is read', async () => {
  const { fd, reader } = (() => {
    const ends = os.pipe();
    return { fd: ends.writer.fd, reader: ends.reader };
  })();
  const into = new Uint8Array(1);
  const read = reader.read(into);
  await collectWell();
  equal(writeSync(fd, 'x'), 1);
  equal(await read, 1);
  reader.close();
});

test('an end that came from outside is closed by the collector, and the other side sees the end', async () => {
  const { reader, writer } = os.pipe();
  const read = reader.read(new Uint8Array(1));
  (() => {
    os.fromFd(writer.release(), 'w').tryWrite(new Uint8Array(0));
  })();
  await collectUntil(read);
  equal(await read, null);
  reader.close();
});

test('both ends of many pipes that nobody closed are collected, with their descriptors', async () => {
  await collectWell();
  const before = openDescriptors();
  await (async () => {
    for (let count = 0; count < 200; count++) {
      const { reader, writer } = os.pipe();
      writer.tryWrite(new Uint8Array(1));
      reader.tryRead(new Uint8Array(1));
      if (count % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  for (let round = 0; round < ROUNDS_MAX && openDescriptors() > before + 4; round++) await collect();
  ok(openDescriptors() <= before + 4, `${openDescriptors() - before} of 400 are left`);
});

test('read(): a promise that waits for somebody outside keeps its own end', async () => {
  const { read, fd } = (() => {
    const ends = os.pipe();
    const fd = ends.writer.release();
    return { read: ends.reader.read(new Uint8Array(1)), fd };
  })();
  await collectWell();
  writeSync(fd, 'x');
  equal(await read, 1);
  closeSync(fd);
});

test('[Symbol.asyncIterator]: an iterator keeps its reader', async () => {
  const { chunks, fd } = (() => {
    const ends = os.pipe();
    const fd = ends.writer.release();
    return { chunks: ends.reader[Symbol.asyncIterator](), fd };
  })();
  await collectWell();
  writeSync(fd, 'x');
  deepEqual(await chunks.next(), { done: false, value: Uint8Array.of(120) });
  closeSync(fd);
  deepEqual(await chunks.next(), { done: true, value: undefined });
});
