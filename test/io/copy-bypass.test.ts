/**
 * `copy` between two memory pipes has a short way (bypass.ts): what goes past the copy's buffer, what does not, and that nobody
 * can tell otherwise. copy-model.test.ts compares it with any other copy.
 */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import * as io from 'pipework';
import { failWhenStuck } from 'pipework/testing';
import { test } from '../runtimes/test.js';
import { plain, settle } from './plain-copy.js';

const oops = new Error('oops');
const MESSAGE_SIZE = 65536; // bytes

/** Two pipes with a copy between: write to `source`, read from `sink`. */
function between(capacities: readonly [number, number] = [0, 0], options: io.CopyOptions = {}) {
  const first = io.pipe({ capacity: capacities[0], name: 'first' });
  const second = io.pipe({ capacity: capacities[1], name: 'second' });
  const copied = io.copy(first.reader, second.writer, options);
  copied.catch(() => {});
  return { source: first.writer, from: first.reader, to: second.writer, sink: second.reader, copied };
}

/** 1, 2, 3, ... */
function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i + 1);
}

/** How many bytes of large pieces are copied from array to array while `run` runs. */
async function bytesCopied(run: () => Promise<unknown>): Promise<number> {
  const { set } = Uint8Array.prototype;
  let copied = 0;
  Uint8Array.prototype.set = function (this: Uint8Array, source: ArrayLike<number>, offset?: number) {
    if (source.length >= 1024) copied += source.length;
    set.call(this, source, offset);
  };
  try {
    await run();
  } finally {
    Uint8Array.prototype.set = set;
  }
  return copied;
}

async function send(writer: io.PipeWriter, messages: number): Promise<void> {
  for (let i = 0; i < messages; i++) await writer.write(new Uint8Array(MESSAGE_SIZE).fill(i));
  writer.close();
}

async function receive(reader: io.PipeReader): Promise<number> {
  const into = new Uint8Array(MESSAGE_SIZE);
  let total = 0;
  for (;;) {
    const count = await reader.read(into);
    if (count === null) return total;
    equal(into[0], into[count - 1]);
    total += count;
  }
}

test('copy(): between two pipes copies each byte once, when reader and writer keep up with each other', async () => {
  const messages = 100;
  const moved = await bytesCopied(async () => {
    const { source, sink, copied } = between([0, 0], { close: true });
    const [total] = await Promise.all([receive(sink), send(source, messages), copied]);
    equal(total, messages * MESSAGE_SIZE);
  });
  equal(moved, messages * MESSAGE_SIZE);
});

test('copy(): comes back to one copy of each byte after a reader was slow', async () => {
  const messages = 100;
  const moved = await bytesCopied(async () => {
    const { source, sink, copied } = between([0, 0], { close: true });
    const sent = Promise.all([send(source, messages), copied]);
    await settle(); // the copy waits to write what it has, and the writer for it
    const [total] = await Promise.all([receive(sink), sent]);
    equal(total, messages * MESSAGE_SIZE);
  });
  equal(moved, (messages + 1) * MESSAGE_SIZE); // the first one went by the buffer
});

test('copy(): through a chain of pipes copies each byte at most once for each hop', async () => {
  const messages = 20;
  const pipes = Array.from({ length: 5 }, () => io.pipe());
  const moved = await bytesCopied(async () => {
    const all = pipes
      .slice(1)
      .map(({ writer }, i) => io.copy((pipes[i] as io.Pipe).reader, writer, { close: true }));
    const ends = [receive((pipes[4] as io.Pipe).reader), send((pipes[0] as io.Pipe).writer, messages)];
    equal((await Promise.all(ends))[0], messages * MESSAGE_SIZE);
    deepEqual(await Promise.all(all), Array(4).fill(messages * MESSAGE_SIZE));
  });
  ok(moved <= messages * MESSAGE_SIZE * pipes.length, `${moved} bytes`);
});

test('copy(): a read that waits at the far end gets a write to the source at once', async () => {
  const { source, from, to, sink } = between();
  const into = new Uint8Array(8);
  const read = sink.read(into);
  const sent = source.write(bytes(4));
  deepEqual([source.bytesWritten, from.bytesRead, to.bytesWritten, sink.bytesRead], [4, 4, 4, 4]);
  deepEqual(await Promise.all([read, sent]), [4, 4]);
  deepEqual([...into], [1, 2, 3, 4, 0, 0, 0, 0]);
});

test('copy(): what waits in the source goes on at once, as far as the sink has room, and in order', async () => {
  const first = io.pipe();
  const second = io.pipe({ capacity: 8 });
  const sent = [1, 2, 3].map((byte) => first.writer.write(new Uint8Array(3).fill(byte)));
  const copied = io.copy(first.reader, second.writer, { close: true });
  deepEqual([first.reader.bytesRead, second.writer.bytesWritten], [9, 6]);
  first.writer.close();
  deepEqual([...(await io.readAll(second.reader))], [1, 1, 1, 2, 2, 2, 3, 3, 3]);
  deepEqual(await Promise.all(sent), [3, 3, 3]);
  equal(await copied, 9);
});

test('copy(): a piece that the sink does not take whole is written to it as one, and what moved of it is told', async () => {
  const { source, sink, copied } = between();
  const read = sink.read(new Uint8Array(3));
  await source.write(bytes(10));
  equal(await read, 3);
  sink.close();
  const error = (await copied.catch((error) => error)) as io.BrokenPipeError;
  deepEqual([error.code, error.bytesWritten], ['EPIPE', 3]);
});

test('copy(): a read at the far end whose memory is gone fails alone', async () => {
  const { source, sink } = between();
  const lost = new Uint8Array(8);
  const failed = rejects(sink.read(lost), { name: 'TypeError', message: /^into must keep its memory/ });
  const into = new Uint8Array(3);
  const read = sink.read(into);
  structuredClone(lost, { transfer: [lost.buffer] });
  await source.write(bytes(5));
  await failed;
  equal(await read, 3);
  deepEqual([...into], [1, 2, 3]);
  equal(await sink.read(into), 2);
  deepEqual([...into.subarray(0, 2)], [4, 5]);
});

test('copy(): a sink that has closed fails it with the next piece, whichever side has closed and how', async () => {
  for (const capacity of [0, 8]) {
    for (const how of ['reader.close', 'reader.abort', 'writer.close', 'writer.abort'] as const) {
      const { source, to, sink, copied } = between([0, capacity]);
      if (how === 'reader.close') sink.close();
      else if (how === 'reader.abort') sink.abort(oops);
      else if (how === 'writer.close') to.close();
      else to.abort(oops);
      equal(await source.write(bytes(4)), 4, how);
      const error = await copied.catch((error) => error);
      if (how === 'reader.abort') equal(error, oops);
      else equal(error.code, how === 'reader.close' ? 'EPIPE' : 'ERR_PIPE_CLOSED', how);
    }
  }
});

test('copy(): what comes in the turn in which a signal fires stays out of the sink', async () => {
  const stop = new AbortController();
  const { source, to, sink, copied } = between([0, 0], { close: true, signal: stop.signal });
  const read = rejects(sink.read(new Uint8Array(8)), (error) => error === oops);
  stop.abort(oops);
  source.write(bytes(4)).catch(() => {});
  await read;
  equal(to.bytesWritten, 0);
  await rejects(copied, (error) => error === oops);
});

test('copy(): when it has ended, another one takes the short way into what was its source', async () => {
  const stop = new AbortController();
  const [first, second, third] = [io.pipe(), io.pipe(), io.pipe()];
  const ended = io.copy(second.reader, third.writer, { signal: stop.signal });
  io.copy(first.reader, second.writer).catch(() => {});
  stop.abort(oops);
  await rejects(ended, (error) => error === oops);
  const read = second.reader.read(new Uint8Array(8));
  const sent = first.writer.write(bytes(4));
  equal(second.reader.bytesRead, 4);
  deepEqual(await Promise.all([read, sent]), [4, 4]);
});

test('copy(): limit and onProgress count piece by piece', async () => {
  const told: number[] = [];
  for (const options of [{ limit: 5 }, { onProgress: (copied: number) => told.push(copied) }]) {
    const { source, from, sink, copied } = between([0, 0], { ...options, close: true });
    const received = io.readAll(sink);
    const sent = (async () => {
      for (let i = 0; i < 2; i++) await source.write(bytes(4));
      source.close();
    })().catch((error) => error.code);
    const total = 'limit' in options ? 5 : 8;
    deepEqual([await copied, (await received).length, from.bytesRead], [total, total, total]);
    equal(await sent, 'limit' in options ? 'EPIPE' : undefined);
  }
  deepEqual(told, [4, 8]);
});

test('copy(): of two that read one pipe each does its part, also when the other has ended', async () => {
  const { reader, writer } = io.pipe();
  const sinks = [io.pipe({ capacity: 100 }), io.pipe({ capacity: 100 })] as const;
  const stop = new AbortController();
  const early = io.copy(reader, sinks[0].writer, { signal: stop.signal });
  const late = io.copy(reader, sinks[1].writer);
  for (let byte = 1; byte <= 6; byte++) {
    await writer.write(Uint8Array.of(byte));
    await settle(); // the copy without a bypass takes some steps to read again
  }
  stop.abort(oops);
  await rejects(early, (error) => error === oops);
  for (let byte = 7; byte <= 9; byte++) await writer.write(Uint8Array.of(byte));
  writer.close();
  await late;
  for (const { writer } of sinks) writer.close();
  const parts = await Promise.all(sinks.map(({ reader }) => io.readAll(reader)));
  deepEqual([...(parts[0] as Uint8Array)], [1, 3, 5]);
  deepEqual([...(parts[1] as Uint8Array)], [2, 4, 6, 7, 8, 9]);
});

test('copy(): reads of the source by others take turns with it', async () => {
  const { source, from, sink } = between([0, 0]);
  const far = [1, 2].map(() => sink.read(new Uint8Array(8)));
  const own = from.read(new Uint8Array(8)); // behind the read of the copy
  const sent = [1, 2, 3].map((size) => source.write(bytes(size)));
  equal(await own, 2);
  deepEqual(await Promise.all(far), [1, 3]);
  deepEqual(await Promise.all(sent), [1, 2, 3]);
});

test('copy(): from a pipe into itself, or round in a circle, is no endless loop', async () => {
  for (const length of [1, 2, 3]) {
    const pipes = Array.from({ length }, () => io.pipe({ capacity: 8 }));
    const stop = new AbortController();
    const all = pipes.map(({ reader }, i) =>
      io.copy(reader, (pipes[(i + 1) % length] as io.Pipe).writer, { signal: stop.signal }),
    );
    const outcomes = Promise.allSettled(all);
    await (pipes[0] as io.Pipe).writer.write(bytes(3));
    for (let i = 0; i < 4; i++) await settle();
    stop.abort(oops);
    for (const outcome of await outcomes) deepEqual(outcome, { status: 'rejected', reason: oops });
  }
});

test('copy(): a chain of five thousand pipes is no deep recursion', async () => {
  const pipes = Array.from({ length: 5000 }, () => io.pipe());
  for (const [i, { writer }] of pipes.slice(1).entries()) {
    io.copy((pipes[i] as io.Pipe).reader, writer, { close: true }).catch(() => {});
  }
  const into = new Uint8Array(8);
  const read = (pipes.at(-1) as io.Pipe).reader.read(into);
  const { writer } = pipes[0] as io.Pipe;
  equal(await writer.write(bytes(3)), 3);
  equal(await read, 3);
  writer.close();
  equal(await (pipes.at(-1) as io.Pipe).reader.read(into), null);
});

test('copy(): ends whose calls were replaced are called', async () => {
  for (const which of ['read', 'write'] as const) {
    const first = io.pipe();
    const second = io.pipe();
    let calls = 0;
    const end = which === 'read' ? first.reader : second.writer;
    const original = (end as never as Record<string, (...args: unknown[]) => unknown>)[
      which
    ] as () => unknown;
    Object.assign(end, {
      [which](...args: []) {
        calls++;
        return original.apply(end, args);
      },
    });
    const copied = io.copy(first.reader, second.writer, { close: true });
    const got = io.readAll(second.reader);
    await first.writer.write(bytes(3));
    first.writer.close();
    deepEqual([...(await got)], [1, 2, 3]);
    equal(await copied, 3);
    equal(calls, which === 'read' ? 2 : 1);
  }
});

test('copy(): one that moves, however slowly, is no deadlock to failWhenStuck()', async () => {
  const { source, sink, copied } = between([0, 25], { close: true });
  let left = 25;
  // At one of two looks something has moved since the one before, and the same read waits at each.
  const feed = setInterval(() => {
    source.write(bytes(1));
    if (--left === 0) source.close();
  }, 8);
  try {
    equal(await failWhenStuck(() => copied, { after: 40 }), 25);
  } finally {
    clearInterval(feed);
  }
  equal((await io.readAll(sink)).length, 25);
});

test('copy(): one that is stuck is reported as any other, whether bytes went before or not', async () => {
  for (const moves of [false, true]) {
    const reports: (readonly io.Wait[])[] = [];
    for (const isShort of [true, false]) {
      const first = io.pipe({ name: 'first' });
      const second = io.pipe({ name: 'second' });
      const copied = io.copy(
        isShort ? first.reader : (plain(first.reader, 'read') as io.Reader),
        isShort ? second.writer : (plain(second.writer, 'write') as io.Writer),
      );
      const others = [first.reader, second.reader].map((reader) => reader.read(new Uint8Array(5)));
      if (moves) {
        await first.writer.write(bytes(4));
        equal(await others.pop(), 4);
      }
      const stuck = failWhenStuck(() => new Promise(() => {}), { after: 20 });
      reports.push(((await stuck.catch((error) => error)) as io.DeadlockError).waits);
      first.reader.close();
      second.reader.close();
      await Promise.allSettled([copied, ...others]);
    }
    deepEqual(reports[0], reports[1]);
    equal(reports[0]?.length, moves ? 2 : 3);
    equal(reports[0]?.[moves ? 1 : 0]?.asked, 65536);
  }
});

test('trace(): goes the usual way, so that each wait has its own call', async () => {
  const { source, sink } = between();
  const read = sink.read(new Uint8Array(8));
  io.trace(true); // when all of them wait already
  try {
    const sent = source.write(bytes(4));
    equal(sink.bytesRead, 0);
    deepEqual(await Promise.all([read, sent]), [4, 4]);
  } finally {
    io.trace(false);
  }
});
