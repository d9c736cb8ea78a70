/** Readers and writers that are not pipework's, some of which break the contract: the toolkit names the culprit. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

class Odd {
  calls = 0;
  readonly #answers: unknown[];

  /** Gives each answer once, the last one for ever. */
  constructor(...answers: unknown[]) {
    this.#answers = answers;
  }

  #next(): Promise<never> {
    const answer = this.#answers[Math.min(this.calls++, this.#answers.length - 1)];
    return Promise.resolve(answer as never);
  }

  read(_: Uint8Array): Promise<number | null> {
    return this.#next();
  }

  write(_: Uint8Array): Promise<number> {
    return this.#next();
  }
}

/** Collects what is written, `most` bytes a time. */
class Slow implements io.Writer {
  readonly got: number[] = [];
  readonly #most: number;
  constructor(most: number) {
    this.#most = most;
  }
  async write(chunk: Uint8Array): Promise<number> {
    ok(chunk instanceof Uint8Array, 'never a string');
    const count = Math.min(this.#most, chunk.length);
    this.got.push(...chunk.subarray(0, count));
    return count;
  }
}

function source(text: string): io.Reader {
  const { reader, writer } = io.pipe({ capacity: 64 });
  writer.write(text);
  writer.close();
  return reader;
}

const SENSELESS: [unknown, string][] = [
  [5, '5'],
  [-1, '-1'],
  [0.5, '0.5'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  ['3', '"3"'],
  [3n, '3'],
  [undefined, 'undefined'],
  [{}, 'Object'],
];

test('copy(): a writer whose count makes no sense is named, with its count', async () => {
  for (const [count, shown] of [...SENSELESS, [null, 'null'] as const]) {
    await rejects(
      io.copy(source('four'), new Odd(count)),
      new TypeError(
        `to breaks the contract of a Writer: write() of Odd returned ${shown} for a chunk of 4 bytes`,
      ),
    );
  }
});

test('copy(), readFull(), readAll(), text(), lines(): a reader whose count makes no sense is named, with its count', async () => {
  for (const [count, shown] of SENSELESS) {
    const says = (argument: string, length: number) =>
      new TypeError(
        `${argument} breaks the contract of a Reader: read() of Odd returned ${shown} for a buffer of ${length} bytes`,
      );
    await rejects(io.copy(new Odd(count), new Slow(9), { limit: 4 }), says('from', 4));
    await rejects(io.readFull(new Odd(count), new Uint8Array(4)), says('reader', 4));
    if (count === 5) continue; // as many do fit into a buffer of the library's own
    await rejects(io.readAll(new Odd(count)), says('reader', 16384));
    await rejects(io.text(new Odd(count)), says('reader', 16384));
    await rejects(io.lines(new Odd(count)).next(), says('reader', 65536));
  }
});

test('copy(): an end that moves nothing a hundred times in a row is named, and called no more often', async () => {
  const idle = new Odd(0);
  await rejects(
    io.copy(source('x'), idle),
    new TypeError('to breaks the contract of a Writer: write() of Odd wrote 0 bytes 100 times in a row'),
  );
  equal(idle.calls, 100);
  const silent = new Odd(0);
  await rejects(
    io.copy(silent, new Slow(1)),
    new TypeError('from breaks the contract of a Reader: read() of Odd read 0 bytes 100 times in a row'),
  );
  equal(silent.calls, 100);
});

test('copy(): 99 calls that move nothing are forgiven, each time anew', async () => {
  const zeros = Array.from({ length: 99 }, () => 0);
  const writer = new Odd(...zeros, 1, ...zeros, 1);
  equal(await io.copy(source('ab'), writer), 2);
  equal(writer.calls, 200);
  const reader = new Odd(...zeros, 1, ...zeros, 1, null);
  equal(await io.copy(reader, new Slow(9)), 2);
});

test('copy(): short counts are repeated with the rest', async () => {
  for (const most of [1, 2, 3, 5]) {
    const slow = new Slow(most);
    equal(await io.copy(source('hello'), slow), 5);
    equal(String.fromCharCode(...slow.got), 'hello');
  }
});

test('copy(): answers that are no promises will do', async () => {
  const reader = new Odd(3, null);
  const plain = { read: () => 2, write: (chunk: Uint8Array) => chunk.length } as unknown as io.Reader &
    io.Writer;
  equal(await io.copy(reader, plain), 3);
  equal(await io.copy(plain, new Slow(9), { limit: 4 }), 4);
});

test('copy(): ends that throw, also at once, reject with that very error', async () => {
  const oops = new Error('oops');
  const thrower = {
    read: () => {
      throw oops;
    },
    write: () => {
      throw oops;
    },
  };
  const { signal } = new AbortController();
  for (const options of [{}, { signal }, { signal, close: true }]) {
    await rejects(io.copy(thrower, new Slow(1), options), (error) => error === oops);
    await rejects(io.copy(source('x'), thrower, options), (error) => error === oops);
    equal(getEventListeners(signal, 'abort').length, 0);
  }
});

test('a foreign reader that ignores its signal does not keep the toolkit waiting', async () => {
  const deaf: io.Reader = { read: () => new Promise(() => {}) };
  const oops = new Error('oops');
  const calls: Record<string, (signal: AbortSignal) => Promise<unknown>> = {
    copy: (signal) => io.copy(deaf, new Slow(1), { signal }),
    'copy with close': (signal) => io.copy(deaf, new Slow(1), { signal, close: true }),
    readFull: (signal) => io.readFull(deaf, new Uint8Array(1), { signal }),
    readAll: (signal) => io.readAll(deaf, { signal }),
    text: (signal) => io.text(deaf, { signal }),
    lines: (signal) => io.lines(deaf, { signal }).next(),
  };
  for (const [name, call] of Object.entries(calls)) {
    const controller = new AbortController();
    const failed = rejects(call(controller.signal), (error) => error === oops, name);
    await undefined;
    controller.abort(oops);
    await failed;
    equal(getEventListeners(controller.signal, 'abort').length, 0, name);
    await rejects(call(controller.signal), (error) => error === oops, name);
  }
});

test('a foreign writer that ignores its signal does not keep copy() waiting, and is aborted with close', async () => {
  const oops = new Error('oops');
  const controller = new AbortController();
  const told: unknown[] = [];
  const deaf = { write: () => new Promise<number>(() => {}), abort: (reason: unknown) => told.push(reason) };
  const failed = rejects(io.copy(source('x'), deaf, { signal: controller.signal, close: true }), oops);
  for (let tick = 0; tick < 20; tick++) await undefined;
  controller.abort(oops);
  await failed;
  deepEqual(told, [oops]);
});

test('copy(): with close, what an end throws when it is told of a failure hides nothing', async () => {
  const oops = new Error('oops');
  const end = {
    read: async () => Promise.reject(oops),
    abort: () => {
      throw new Error('abort failed');
    },
  };
  const sink = { write: async () => 1, abort: async () => Promise.reject(new Error('abort failed too')) };
  await rejects(io.copy(end, sink, { close: true }), (error) => error === oops);
});

test('copy(): with close, a sink that fails to close fails the copy, and the source is told', async () => {
  const oops = new Error('disk full');
  const sink = { write: async (chunk: Uint8Array) => chunk.length, close: async () => Promise.reject(oops) };
  await rejects(io.copy(source('x'), sink, { close: true }), (error) => error === oops);
});

test('lines(): what a reader throws when it is told of a failure hides nothing', async () => {
  const oops = new Error('oops');
  const late = async () => Promise.reject(new Error('abort failed'));
  const atOnce = () => {
    throw new Error('abort failed at once');
  };
  for (const abort of [late, atOnce, 'no function']) {
    const reader = { read: async () => Promise.reject(oops), abort };
    await rejects(io.lines(reader).next(), (error) => error === oops);
  }
});

test('lines(): a reader that fails to close fails the loop that was left', async () => {
  const oops = new Error('disk gone');
  const late = async () => Promise.reject(oops);
  const atOnce = () => {
    throw oops;
  };
  for (const close of [late, atOnce]) {
    const lines = io.lines(Object.assign(source('a\n'), { close }));
    equal((await lines.next()).value, 'a');
    const left = lines.return?.();
    await rejects(left as Promise<unknown>, (error) => error === oops);
  }
});

test('tee(), concat(), merge(), limit(): a source whose ref() or unref() throws is read, and harms nobody beside it', async () => {
  const made: ((source: io.Reader) => io.PipeReader)[] = [
    (source) => io.tee(source)[0],
    (source) => io.concat([source]),
    (source) => io.merge([source]),
    (source) => io.limit(source, 3),
  ];
  const fails = (): void => {
    throw new Error('not so');
  };
  for (const make of made) {
    const into = new Uint8Array(3);
    equal(await make({ read: async () => 3, ref: fails, unref: fails } as io.Reader).read(into), 3);
    const stop = new AbortController();
    const slow = make({ read: () => new Promise(() => {}), ref: fails, unref: fails } as io.Reader);
    const first = rejects(slow.read(into, { signal: stop.signal }), { message: 'stop' });
    const second = rejects(io.pipe().reader.read(into, { signal: stop.signal }), { message: 'stop' });
    stop.abort(new Error('stop'));
    await Promise.all([first, second]);
  }
});

test('read() of tee(): options that throw are a rejection, as of any pipe', async () => {
  const options = {
    get signal(): AbortSignal {
      throw new Error('not so');
    },
  };
  for (const reader of [io.pipe().reader, io.tee(io.pipe().reader)[0]]) {
    await rejects(reader.read(new Uint8Array(1), options), { message: 'not so' });
  }
});

test('copy(): a signal that refuses a listener fails it, and the call under way is nobody’s unhandled rejection', async () => {
  const signal = {
    aborted: false,
    reason: undefined,
    addEventListener() {
      throw new Error('no listener');
    },
    removeEventListener() {},
  } as unknown as AbortSignal;
  const read = async (): Promise<number> => {
    throw new Error('of the source');
  };
  await rejects(io.copy({ read }, io.pipe().writer, { signal }), { message: 'no listener' });
  await new Promise((resolve) => setTimeout(resolve, 1)); // an unhandled rejection would have failed this file by now
});
