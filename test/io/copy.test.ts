/** `copy` between pipes: who is closed when, what stops it, and what it leaves behind. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

const oops = new Error('oops');
const PAIRS = [
  [0, 0],
  [0, 3],
  [3, 0],
  [3, 2],
] as const;

/** Two pipes to copy between: write to `source`, read from `sink`. */
function between([first, second]: readonly [number, number]) {
  const from = io.pipe({ capacity: first });
  const to = io.pipe({ capacity: second });
  return { source: from.writer, from: from.reader, to: to.writer, sink: to.reader };
}

function fail(): never {
  throw oops;
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

test("copy(): with close, a sink whose 'closed' throws aborts both ends, and leaves no listener", async () => {
  for (const fails of ['closed', 'signal'] as const) {
    const { source, from, to } = between([3, 3]);
    const told = rejects(source.closed, (error) => error === oops);
    const { signal } = new AbortController();
    const deaf = { aborted: false, reason: undefined, addEventListener: fail, removeEventListener: () => {} };
    const given: unknown[] = [];
    const sink = {
      write: (chunk: Uint8Array) => to.write(chunk),
      abort: (reason: unknown) => given.push(reason),
      get closed() {
        return fails === 'closed' ? fail() : to.closed;
      },
    };
    const copied = io.copy(from, sink, { close: true, signal: fails === 'closed' ? signal : deaf });
    await rejects(copied, (error) => error === oops);
    await told;
    deepEqual(given, [oops]);
    equal(getEventListeners(signal, 'abort').length, 0);
  }
});

test('copy(): with close, ends without an abort() of their own get a signal with each call, and no others', async () => {
  for (const fires of ['caller', 'sink'] as const) {
    const signals: (io.Signal | undefined)[] = [];
    const { source, from, to, sink } = between([3, 3]);
    await source.write('abc');
    const listening = {
      read(into: Uint8Array, options?: io.CallOptions) {
        signals.push(options?.signal);
        return from.read(into);
      },
    };
    const telling = {
      closed: to.closed,
      write(chunk: Uint8Array, options?: io.CallOptions) {
        signals.push(options?.signal);
        return to.write(chunk);
      },
    };
    const stop = new AbortController();
    const copied = rejects(io.copy(listening, telling, { close: true, signal: stop.signal }), oops);
    for (let tick = 0; tick < 20; tick++) await undefined;
    if (fires === 'caller') stop.abort(oops);
    else sink.abort(oops);
    await copied;
    deepEqual(
      signals.map((signal) => signal?.reason),
      [oops, oops, oops],
    );
    from.close();
    to.abort();

    const none: unknown[] = [];
    const deaf = {
      read: async (...all: unknown[]) => {
        none.push(all[1]);
        return null;
      },
      abort: () => {},
    };
    await io.copy(deaf, between([3, 3]).to, { close: true, signal: new AbortController().signal });
    deepEqual(none, [undefined]);
  }
});

test('copy(): writes nothing any more of what a read brings when its signal has fired', async () => {
  for (const close of [false, true]) {
    const stop = new AbortController();
    let writes = 0;
    const from = {
      read: async () => {
        stop.abort(oops);
        return 3;
      },
      abort: () => {},
    };
    const to = {
      write: async (chunk: Uint8Array) => {
        writes++;
        return chunk.length;
      },
      abort: () => {},
    };
    await rejects(io.copy(from, to, { close, signal: stop.signal }), oops);
    for (let tick = 0; tick < 20; tick++) await undefined;
    equal(writes, 0);
  }
});

for (const pair of PAIRS) {
  const on = `capacities ${pair.join(' and ')}`;

  test(`copy(): all bytes in order; with close, the end closes both ends (${on})`, async () => {
    const { source, from, to, sink } = between(pair);
    const copied = io.copy(from, to, { close: true });
    const all = bytes(1000);
    source.write(all.subarray(0, 300));
    source.write(all.subarray(300));
    source.close();
    deepEqual([...(await io.readAll(sink))], [...all]);
    equal(await copied, 1000);
    await rejects(to.write('x'), io.ClosedPipeError);
    await rejects(from.read(new Uint8Array(1)), io.ClosedPipeError);
  });

  test(`copy(): without close, neither end is closed (${on})`, async () => {
    const { source, from, to, sink } = between(pair);
    const copied = io.copy(from, to);
    source.write('abc');
    source.close();
    equal(await io.readFull(sink, new Uint8Array(3)), 3);
    equal(await copied, 3);
    const sent = to.write('d');
    equal(await sink.read(new Uint8Array(1)), 1);
    equal(await sent, 1);
    equal(await from.read(new Uint8Array(1)), null);
  });

  test(`copy(): with close, a source that failed aborts the sink with its reason (${on})`, async () => {
    const { source, from, to, sink } = between(pair);
    const copied = rejects(io.copy(from, to, { close: true }), oops);
    const got = rejects(io.readAll(sink), (error) => error === oops);
    source.abort(oops);
    await copied;
    await got;
  });

  for (const how of ['abort', 'close'] as const) {
    test(`copy(): with close, a sink's ${how} reaches the source, also while the copy waits for it (${on})`, async () => {
      const { source, from, to, sink } = between(pair);
      const failed = io.copy(from, to, { close: true }).catch((error) => error);
      const told = source.closed.catch((error) => error);
      sink[how](oops);
      const error = await failed;
      ok(how === 'abort' ? error === oops : error instanceof io.BrokenPipeError);
      equal(await told, error);
      equal(await source.write('x').catch((error) => error), error);
    });
  }

  test(`copy(): without close, a sink that failed leaves the source open (${on})`, async () => {
    const { source, from, to, sink } = between(pair);
    sink.abort(oops);
    const sent = source.write('ab');
    await rejects(io.copy(from, to), oops);
    equal(await sent, 2);
    const more = source.write('cd');
    equal(await io.readFull(from, new Uint8Array(2)), 2);
    equal(await more, 2);
  });

  for (const close of [false, true]) {
    test(`copy(): a signal stops it while it reads, while it writes, and before (${on}, close ${close})`, async () => {
      for (const step of ['before', 'reading', 'writing'] as const) {
        const controller = new AbortController();
        const { signal } = controller;
        const { source, from, to, sink } = between(pair);
        if (step === 'before') controller.abort(oops);
        const failed = io.copy(from, to, { signal, close }).catch((error) => error);
        const sent = step === 'writing' ? source.write(bytes(9)).catch((error) => error) : undefined;
        for (let tick = 0; tick < 20; tick++) await undefined;
        controller.abort(oops);
        equal(await failed, oops, step);
        equal(getEventListeners(signal, 'abort').length, 0, step);
        if (close) {
          await rejects(io.readAll(sink), oops);
          await rejects(source.write('x'), oops);
        } else {
          to.close();
          equal((await io.readAll(sink)).length, to.bytesWritten);
          from.close();
        }
        await sent;
      }
    });
  }

  test(`copy(): a signal that has fired fails also a copy of no bytes (${on})`, async () => {
    const { from, to } = between(pair);
    await rejects(io.copy(from, to, { limit: 0, signal: AbortSignal.abort(oops) }), oops);
  });

  test(`copy(): leaves no listener on its signal when it ends or fails (${on})`, async () => {
    const { signal } = new AbortController();
    for (const end of ['close', 'abort'] as const) {
      const { source, from, to, sink } = between(pair);
      const done = Promise.allSettled([io.copy(from, to, { signal, close: true }), io.readAll(sink)]);
      await source.write(bytes(20));
      source[end](oops);
      await done;
      equal(getEventListeners(signal, 'abort').length, 0);
    }
  });

  test(`copy(): limit stops exactly there, and reads no further (${on})`, async () => {
    for (const limit of [0, 1, 5, 9]) {
      const { source, from, to, sink } = between(pair);
      const got = io.readAll(sink);
      const sent = source.write(bytes(10));
      source.close();
      equal(await io.copy(from, to, { limit }), limit);
      equal(from.bytesRead, limit);
      equal((await io.readAll(from)).length, 10 - limit);
      equal(await sent, 10);
      to.close();
      deepEqual([...(await got)], [...bytes(limit)]);
    }
  });

  test(`copy(): with close, the limit ends the stream for both (${on})`, async () => {
    const { source, from, to, sink } = between(pair);
    const got = io.readAll(sink);
    const sent = source.write(bytes(100)).catch((error) => error);
    equal(await io.copy(from, to, { limit: 7, close: true }), 7);
    deepEqual([...(await got)], [...bytes(7)]);
    ok((await sent) instanceof io.BrokenPipeError);
  });

  test(`copy(): an onProgress that throws fails the copy, and with close both ends (${on})`, async () => {
    const { source, from, to, sink } = between(pair);
    const got = io.readAll(sink).catch((error) => error);
    source.write(bytes(50)).catch(() => {});
    const onProgress = () => {
      throw oops;
    };
    await rejects(io.copy(from, to, { close: true, onProgress }), oops);
    equal(await got, oops);
    await rejects(source.write('x'), (error) => error === oops);
  });
}

test('copy(): with close, both sides failing at once reject with the first', async () => {
  for (const isSourceFirst of [true, false]) {
    const { source, from, to, sink } = between([0, 0]);
    const late = new Error('late');
    const failed = io.copy(from, to, { close: true }).catch((error) => error);
    if (isSourceFirst) source.abort(oops);
    sink.abort(isSourceFirst ? late : oops);
    if (!isSourceFirst) source.abort(late);
    const error = await failed;
    ok(error === oops || error === late, `${error}`);
  }
});

test('copy(): onProgress is told the bytes so far, after each piece', async () => {
  const { source, from, to, sink } = between([0, 0]);
  const seen: number[] = [];
  const copied = io.copy(from, to, { close: true, onProgress: (copied) => seen.push(copied) });
  const got = io.readAll(sink);
  for (const length of [3, 1, 6]) await source.write(bytes(length));
  source.close();
  await got;
  equal(await copied, 10);
  deepEqual(seen, [3, 4, 10]);
});

test('copy(): more than one block arrives whole', async () => {
  const { source, from, to, sink } = between([0, 100_000]);
  const all = bytes(300_001);
  const copied = io.copy(from, to, { close: true });
  source.write(all);
  source.close();
  const got = await io.readAll(sink);
  equal(await copied, all.length);
  deepEqual(got, all);
});

const SOURCES = 'from must be a Reader, an object with read(into), a ReadableStream or an iterable of bytes';

test('copy(): refuses wrong arguments before it reads', async () => {
  const { source, from, to } = between([4, 4]);
  await source.write('abcd');
  const wrong = (value: unknown) => value as never;
  const cases: [Promise<number>, Error][] = [
    [io.copy(wrong(null), to), new TypeError(`${SOURCES}, got null`)],
    [io.copy(wrong(to), to), new TypeError(`${SOURCES}, got MemoryWriter`)],
    [io.copy(wrong('abc'), to), new TypeError(`${SOURCES}, got "abc"; give it as the only chunk: [chunk]`)],
    [
      io.copy(wrong(new Uint8Array(3)), to),
      new TypeError(`${SOURCES}, got Uint8Array of 3 bytes; give it as the only chunk: [chunk]`),
    ],
    [
      io.copy(from, wrong(from)),
      new TypeError(
        'to must be a Writer, an object with write(chunk), or a WritableStream, got MemoryReader',
      ),
    ],
    [io.copy(from, to, wrong(null)), new TypeError('options must be an object, got null')],
    [
      io.copy(from, to, wrong({ max: 1 })),
      new TypeError("options has 'signal', 'limit', 'onProgress', 'close', got 'max'"),
    ],
    [io.copy(from, to, { limit: -1 }), new RangeError('options.limit must be a whole number >= 0, got -1')],
    [io.copy(from, to, { limit: 0.5 }), new RangeError('options.limit must be a whole number >= 0, got 0.5')],
    [io.copy(from, to, { limit: wrong('1') }), new TypeError('options.limit must be a number, got "1"')],
    [
      io.copy(from, to, { onProgress: wrong(1) }),
      new TypeError('options.onProgress must be a function, got 1'),
    ],
    [io.copy(from, to, { close: wrong('yes') }), new TypeError('options.close must be a boolean, got "yes"')],
    [
      io.copy(from, to, { signal: wrong({}) }),
      new TypeError('options.signal must be an AbortSignal, got Object'),
    ],
  ];
  for (const [call, error] of cases) await rejects(call, error);
  equal(from.bytesRead, 0);
});
