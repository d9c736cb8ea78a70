/** The toolkit on Web streams and iterables: what it closes, cancels and aborts, and what it leaves as it was. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import * as io from 'pipework';
import { runtime } from '../runtimes/runtime.js';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const oops = new Error('oops');
const isOops = (error: unknown) => error === oops;
const wrong = (value: unknown) => value as never;

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

/** A stream of `chunks`, which then ends, fails with `oops`, or waits for ever; `told` has what it is cancelled with. */
function source(
  type: 'bytes' | undefined,
  chunks: readonly Uint8Array[],
  then: 'end' | 'fail' | 'wait' = 'end',
) {
  const told: unknown[] = [];
  const left = [...chunks];
  const stream = new ReadableStream(
    wrong({
      type,
      pull(controller: ReadableByteStreamController) {
        const chunk = left.shift();
        if (chunk !== undefined) controller.enqueue(new Uint8Array(chunk));
        else if (then === 'fail') controller.error(oops);
        else if (then === 'wait') return new Promise(() => {});
        else {
          controller.close();
          controller.byobRequest?.respond(0);
        }
        return undefined;
      },
      cancel: (reason: unknown) => told.push(reason),
    }),
    { highWaterMark: 0 },
  );
  return { stream, told };
}

/** A stream that keeps what comes, and fails with `oops` at the write number `failing`, or never takes that one. */
function sink(failing = Number.POSITIVE_INFINITY, how: 'fail' | 'wait' = 'fail') {
  const got: number[] = [];
  const told: unknown[] = [];
  let writes = 0;
  const stream = new WritableStream<Uint8Array>({
    write(chunk) {
      if (++writes === failing) return how === 'fail' ? Promise.reject(oops) : new Promise(() => {});
      got.push(...chunk);
      return undefined;
    },
    close: () => void told.push('close'),
    abort: (reason) => void told.push(reason),
  });
  return { stream, got, told };
}

for (const type of ['bytes', undefined] as const) {
  const on = type === 'bytes' ? 'byte stream' : 'stream of chunks';

  test(`copy(): between streams, with close, closes the sink and waits for that (${on})`, async () => {
    const from = source(type, [bytes(3), bytes(70_000)]);
    const to = sink();
    equal(await io.copy(from.stream, to.stream, { close: true }), 70_003);
    deepEqual(to.got, [...bytes(3), ...bytes(70_000)]);
    deepEqual(to.told, ['close']);
    deepEqual(from.told, []);
    equal(from.stream.locked || to.stream.locked, false);
    await to.stream.getWriter().closed;
  });

  test(`copy(): between streams, without close, leaves the sink open and unlocked (${on})`, async () => {
    const to = sink();
    const first = source(type, [bytes(3)]);
    equal(await io.copy(first.stream, to.stream), 3);
    equal(await io.copy(source(type, [bytes(2)]).stream, to.stream), 2);
    deepEqual(to.got, [...bytes(3), ...bytes(2)]);
    deepEqual([to.told, to.stream.locked, first.stream.locked], [[], false, false]);
  });

  for (const close of [false, true]) {
    test(`copy(): a source that fails gives its very reason, and aborts the sink with close alone (${on}, close ${close})`, async () => {
      const from = source(type, [bytes(3)], 'fail');
      const to = sink();
      await rejects(io.copy(from.stream, to.stream, { close }), isOops);
      deepEqual(to.got, [0, 1, 2]);
      deepEqual(to.told, close ? [oops] : []);
      equal(from.stream.locked || to.stream.locked, false);
    });

    test(`copy(): a sink that fails gives its very reason, and cancels the source with close alone (${on}, close ${close})`, async () => {
      const from = source(type, [bytes(3), bytes(3), bytes(3)], 'wait');
      const to = sink(2);
      await rejects(io.copy(from.stream, to.stream, { close }), isOops);
      await turn();
      deepEqual(from.told, close ? [oops] : []);
      equal(from.stream.locked || to.stream.locked, false);
      if (!close) equal((await from.stream.getReader().read()).value?.length, 3, 'the third chunk');
    });

    for (const step of ['before', 'reading', 'writing'] as const) {
      test(`copy(): a signal stops it ${step} (${on}, close ${close})`, async () => {
        const from = source(type, step === 'writing' ? [bytes(3)] : [], 'wait');
        const to = sink(1, 'wait');
        const stop = new AbortController();
        if (step === 'before') stop.abort(oops);
        const copied = rejects(io.copy(from.stream, to.stream, { close, signal: stop.signal }), isOops);
        await turn();
        stop.abort(oops);
        await copied;
        await turn();
        equal(getEventListeners(stop.signal, 'abort').length, 0);
        equal(from.stream.locked || to.stream.locked, false);
        deepEqual(from.told, close ? [oops] : []);
        // A sink that is busy is told when it has taken its chunk.
        deepEqual(to.told, close && step !== 'writing' ? [oops] : []);
      });
    }
  }

  test(`copy(): with close, a sink that goes stops a copy that waits for its source (${on})`, async () => {
    const from = source(type, [], 'wait');
    const { reader, writer } = io.pipe();
    const copied = rejects(io.copy(from.stream, io.toWeb(writer), { close: true }), isOops);
    await turn();
    reader.abort(oops);
    await copied;
    await turn();
    deepEqual(from.told, [oops]);
  });

  test(`copy(): limit stops in time, and with close cancels the source (${on})`, async () => {
    const from = source(type, [bytes(3), bytes(3)], 'wait');
    const to = sink();
    equal(await io.copy(from.stream, to.stream, { limit: 4, close: true }), 4);
    deepEqual(to.got, [0, 1, 2, 0]);
    await turn();
    deepEqual(from.told, [undefined]);
  });

  for (const [what, read] of [
    ['readAll()', io.readAll],
    ['text()', (from: io.ByteSource) => io.text(from)],
  ] as const) {
    test(`${what}: takes streams, leaves them unlocked, and gives their very reason (${on})`, async () => {
      const { stream, told } = source(type, [bytes(3), bytes(40_000)]);
      equal((await read(stream)).length > 30_000, true);
      equal(stream.locked, false);
      deepEqual(told, []);
      const failing = source(type, [bytes(3)], 'fail').stream;
      await rejects(read(failing), isOops);
      equal(failing.locked, false);
    });
  }

  test(`lines(): takes streams; unlocked when they end, cancelled when the loop is left (${on})`, async () => {
    const text = ['one\ntw', 'o\nthree'].map((part) => new TextEncoder().encode(part));
    const whole = source(type, text);
    const lines: string[] = [];
    for await (const line of io.lines(whole.stream)) lines.push(line);
    deepEqual(lines, ['one', 'two', 'three']);
    deepEqual([whole.told, whole.stream.locked], [[], false]);
    const left = source(type, text, 'wait');
    for await (const line of io.lines(left.stream)) {
      equal(line, 'one');
      break;
    }
    await turn();
    deepEqual([left.told, left.stream.locked], [[undefined], false]);
    const long = source(type, text, 'wait');
    await rejects(io.lines(long.stream, { max: 2 }).next(), io.LimitError);
    await turn();
    ok(long.told[0] instanceof io.LimitError);
    equal(long.stream.locked, false);
    const wasted = source(type, text);
    try {
      io.lines(wasted.stream, { max: -1 });
    } catch {}
    equal(wasted.stream.locked, false, 'a wrong option locks nothing');
  });
}

test('copy(): limit leaves all that follows in a byte stream', async () => {
  const { stream } = source('bytes', [bytes(6)]);
  equal(await io.copy(stream, sink().stream, { limit: 4 }), 4);
  deepEqual([...(await io.readAll(stream))], [4, 5]);
});

test('copy(): limit that cuts a chunk leaves its stream locked, since its rest is gone from it', async () => {
  const { stream } = source(undefined, [bytes(6)]);
  equal(await io.copy(stream, sink().stream, { limit: 4 }), 4);
  equal(stream.locked, true);
  await rejects(io.readAll(stream), {
    name: 'TypeError',
    message: 'reader must be a stream that nobody has locked, got a locked ReadableStream',
  });
});

test('copy(): a sink that fails at its close fails the copy', async () => {
  const told: unknown[] = [];
  const to = new WritableStream({ close: () => Promise.reject(oops) });
  const from = { read: async () => null, abort: (reason: unknown) => told.push(reason) };
  await rejects(io.copy(from, to, { close: true }), isOops);
  deepEqual(told, [oops]);
});

test('copy(): when source and sink fail, the first error is told, and the other side hears it', async () => {
  const late = new Error('late');
  const from = { read: () => Promise.reject(oops), abort: () => Promise.reject(late) };
  const to = sink();
  await rejects(io.copy(from, to.stream, { close: true }), isOops);
  deepEqual(to.told, [oops]);
});

/** What an iterator was told; each gives two chunks. */
function iterables() {
  const told: string[] = [];
  function* now() {
    try {
      yield bytes(3);
      yield bytes(2);
    } finally {
      told.push('returned');
    }
  }
  async function* later() {
    yield* now();
  }
  return { told, iterables: { now, later } };
}

for (const kind of ['now', 'later'] as const) {
  const on = kind === 'now' ? 'iterable' : 'async iterable';

  test(`copy(): takes every chunk of an ${on}`, async () => {
    const { told, iterables: make } = iterables();
    const to = sink();
    equal(await io.copy(make[kind](), to.stream), 5);
    deepEqual(to.got, [0, 1, 2, 0, 1]);
    deepEqual(told, ['returned']);
    deepEqual([...(await io.readAll(make[kind]()))], [0, 1, 2, 0, 1]);
    equal(await io.text(make[kind]()), '\0\x01\x02\0\x01');
    equal((await io.lines(make[kind]()).next()).value?.length, 5);
  });

  for (const close of [false, true]) {
    test(`copy(): an ${on} is returned when it is not read to its end, with close alone (close ${close})`, async () => {
      for (const how of ['limit', 'sink', 'signal'] as const) {
        const { told, iterables: make } = iterables();
        const from = make[kind]();
        const stop = new AbortController();
        const copied = io.copy(from, sink(how === 'sink' ? 1 : undefined).stream, {
          close,
          limit: how === 'limit' ? 3 : 9,
          signal: stop.signal,
          onProgress: () => how === 'signal' && stop.abort(oops),
        });
        if (how === 'limit') equal(await copied, 3);
        else await rejects(copied, isOops);
        await turn();
        deepEqual(told, close ? ['returned'] : [], how);
        if (!close) equal((await from.next()).value?.length, 2, how);
      }
    });
  }
}

test('copy(): a signal stops it while an iterator is busy, and does not wait for that', async () => {
  const told: string[] = [];
  let finish = () => {};
  async function* busy() {
    try {
      await new Promise<void>((resolve) => (finish = resolve));
      yield bytes(1);
    } finally {
      told.push('returned');
    }
  }
  const stop = new AbortController();
  const copied = rejects(io.copy(busy(), sink().stream, { close: true, signal: stop.signal }), isOops);
  await turn();
  stop.abort(oops);
  await copied;
  deepEqual(told, []);
  finish();
  await turn();
  deepEqual(told, ['returned']);
});

test('copy(): an iterator that throws fails it with that very error, and is not returned', async () => {
  const told: string[] = [];
  const from = {
    [Symbol.iterator]: () => ({
      next: () => {
        throw oops;
      },
      return: () => {
        told.push('returned');
        return { done: true as const, value: undefined };
      },
    }),
  };
  await rejects(io.copy(from, sink().stream, { close: true }), isOops);
  deepEqual(told, []);
});

test('copy(): a chunk of an iterable that is no Uint8Array is told, and so are only empty ones', async () => {
  for (const [chunk, told] of [
    ['text', '"text"; encode it: new TextEncoder().encode(text)'],
    [
      Uint16Array.of(1),
      'Uint16Array of 2 bytes; view it: new Uint8Array(v.buffer, v.byteOffset, v.byteLength)',
    ],
    [1, '1'],
  ] as const) {
    await rejects(io.copy([wrong(chunk)], sink().stream), {
      name: 'TypeError',
      message: `each chunk of from must be a Uint8Array, got ${told}`,
    });
  }
  const nothing = new Uint8Array(0);
  equal(await io.copy([...Array(99).fill(nothing), bytes(1)], sink().stream), 1);
  await rejects(io.readAll(Array(100).fill(nothing)), {
    name: 'TypeError',
    message: 'reader must give bytes, got 100 chunks of 0 bytes in a row',
  });
});

test('copy(): a Readable of Node is the iterable that it is, though it has a read() of its own', {
  skip: runtime === 'a page' ? 'a page has no streams of Node' : false,
}, async () => {
  const { Readable } = await import('node:stream');
  const to = sink();
  equal(await io.copy(Readable.from([bytes(3), bytes(2)]), to.stream), 5);
  deepEqual(to.got, [0, 1, 2, 0, 1]);
});

test('copy(): wrong options lock no stream', async () => {
  const from = source('bytes', []).stream;
  const to = sink().stream;
  await rejects(io.copy(from, to, wrong({ limit: -1 })), RangeError);
  await rejects(io.copy(from, wrong(7)), {
    name: 'TypeError',
    message: 'to must be a Writer, an object with write(chunk), or a WritableStream, got 7',
  });
  equal(from.locked || to.locked, false);
});
