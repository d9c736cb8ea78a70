/**
 * Ends that keep each other busy: timers get their turn in every rhythm that the two can fall into, and calls that are put
 * off for it still settle in call order.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { closeSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import * as os from 'pipework/os';
import { runSource } from '../fixtures/run-source.js';

/** Against hanging only: on a machine that is busy elsewhere a turn may take its time. */
const BUSY_MAX = 30_000; // milliseconds
const TURNS = 5;
const MESSAGE = 65536; // bytes: one fills the pipe

/** The turns of the event loop while `run` goes on, which is told when to stop. */
async function turnsDuring(run: (isOver: () => boolean) => Promise<unknown>): Promise<number> {
  let turns = 0;
  const timer = setInterval(() => turns++, 1); // millisecond
  const end = performance.now() + BUSY_MAX;
  await run(() => turns >= TURNS || performance.now() > end);
  clearInterval(timer);
  return turns;
}

for (const size of [64, MESSAGE]) {
  for (const first of ['reader', 'writer'] as const) {
    for (const isGiven of [false, true]) {
      const given = isGiven ? ', with descriptors given away' : '';
      test(`read(), write(): two loops give timers their turn (${size} bytes, the ${first} starts${given})`, async () => {
        const { reader, writer } = os.pipe();
        if (isGiven) ok(reader.fd !== writer.fd);
        const turns = await turnsDuring(async (isOver) => {
          async function send(): Promise<void> {
            const chunk = new Uint8Array(size);
            while (!isOver()) await writer.write(chunk);
            writer.close();
          }
          async function receive(): Promise<void> {
            const into = new Uint8Array(size);
            while ((await reader.read(into)) !== null);
          }
          if (first === 'reader') await Promise.all([receive(), send()]);
          else await Promise.all([send(), receive()]);
        });
        ok(turns >= TURNS, `${turns} turns`);
        reader.close();
      });
    }
  }
}

test('read(): one that finds what others write gives timers their turn', async () => {
  const { reader, writer } = os.pipe();
  const number = writer.release();
  const one = new Uint8Array(1);
  const turns = await turnsDuring(async (isOver) => {
    while (!isOver()) {
      writeSync(number, one);
      await reader.read(one);
    }
  });
  ok(turns >= TURNS, `${turns} turns`);
  closeSync(number);
  reader.close();
});

test('write(): a full pipe whose reads never wait gives timers their turn', async () => {
  const { reader, writer } = os.pipe();
  const chunk = new Uint8Array(MESSAGE);
  await writer.write(chunk);
  const turns = await turnsDuring(async (isOver) => {
    while (!isOver()) {
      const written = writer.write(chunk); // waits, until this read
      await reader.read(chunk);
      await written;
    }
  });
  ok(turns >= TURNS, `${turns} turns`);
  reader.close();
  writer.close();
});

test('read(), write(): settle in call order, whether or not they wait, also around one that is put off', async () => {
  for (const isGiven of [false, true]) {
    const { reader, writer } = os.pipe();
    if (isGiven) ok(reader.fd !== writer.fd);
    const settled = { reads: [] as number[], writes: [] as number[] };
    const calls: Promise<unknown>[] = [];
    let made = 0; // calls of each end
    function read(): void {
      const call = made;
      calls.push(reader.read(new Uint8Array(MESSAGE)).then(() => settled.reads.push(call)));
    }
    function write(): void {
      const call = made;
      calls.push(writer.write(new Uint8Array(MESSAGE)).then(() => settled.writes.push(call)));
    }
    // Three writes, two of which wait; five reads, two of which wait; two writes. An odd number, so that each of them is
    // the 64th call at some time, which may be put off.
    const round = [write, write, write, read, read, read, read, read, write, write];
    for (const end = performance.now() + 200; performance.now() < end; await Promise.all(calls.splice(0))) {
      for (const call of round) {
        call();
        made++;
      }
    }
    const inOrder = (numbers: number[]) => [...numbers].sort((a, b) => a - b);
    deepEqual(settled.reads, inOrder(settled.reads));
    deepEqual(settled.writes, inOrder(settled.writes));
    equal(settled.reads.length + settled.writes.length, made);
    reader.close();
    writer.close();
  }
});

test('write(): a call whose signal fires lets none behind it settle before one that is put off', async () => {
  const { reader, writer } = os.pipe();
  const chunk = new Uint8Array(MESSAGE);
  for (const end = performance.now() + 200; performance.now() < end; ) {
    const settled: string[] = [];
    const first = writer.write(chunk).then(() => settled.push('first'));
    const given = new AbortController();
    const second = writer.write(chunk, { signal: given.signal });
    given.abort();
    await second.catch(() => {});
    const third = writer.write(chunk).then(() => settled.push('third'));
    for (let i = 0; i < 2; i++) await reader.read(chunk);
    await Promise.all([first, third]);
    deepEqual(settled, ['first', 'third']);
  }
  reader.close();
  writer.close();
});

test('write(): a wait that is put off rejects at once, unhandled when nobody handles it', () => {
  const { stdout, stderr } = runSource(`
    import * as os from 'pipework/os';
    const { reader, writer } = os.pipe();
    const one = new Uint8Array(1);
    for (const end = performance.now() + 50; performance.now() < end; ) {
      await writer.write(one);
      await reader.read(one);
    }
    await writer.write(new Uint8Array(65536));
    // Every 64th looks at the clock, and finds that it is time.
    for (const end = performance.now() + 20; performance.now() < end; );
    let unhandled = 0;
    process.on('unhandledRejection', () => unhandled++);
    for (let i = 0; i < 200; i++) writer.write(one);
    setImmediate(() => console.log(unhandled));
    reader.close();`);
  deepEqual([stdout, stderr], ['200\n', '']);
});
