/**
 * Somebody writes anything anywhere into the shared memory: nothing but an error of this package or wrong bytes of that pipe
 * comes of it. No call throws anything else, none gives a count that cannot be or touches memory that it was not lent, and
 * whatever waits ends with its end.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import * as io from 'pipework';
import { failWhenStuck } from 'pipework/testing';
import * as worker from 'pipework/worker';
import { SOAK } from '../fixtures/soak.js';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';
import { surviveElsewhere } from './survivor.js';
import { HEADER_SIZE, WORDS, WRITER_REASON_AT } from './words.js';

const RUNS = SOAK ? 50_000 : 1500;
const CANARY = 0xc5; // in memory that is not lent

type Step =
  | {
      readonly op: 'read' | 'write' | 'tryRead' | 'tryWrite';
      readonly size: number;
      readonly isGivenUp: boolean;
    }
  | { readonly op: 'next' | 'close' | 'abort' | 'look' | 'move'; readonly end: 'reader' | 'writer' }
  | { readonly op: 'turn' }
  | { readonly op: 'word'; readonly word: number; readonly value: number }
  | { readonly op: 'byte'; readonly at: number; readonly value: number }
  | { readonly op: 'fill'; readonly value: number };

const value = fc.oneof(
  fc.integer({ min: -4, max: 80 }),
  fc.constantFrom(0x7fffffff, -0x80000000, 0x40000000, 4096, 4097, 2 ** 24),
  fc.integer(),
);
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Object.values(WORDS)) },
  { weight: 1, arbitrary: fc.nat(HEADER_SIZE / 4 - 1) },
);
const end = fc.constantFrom('reader' as const, 'writer' as const);
const size = fc.integer({ min: 0, max: 40 });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constantFrom('read' as const, 'write' as const, 'tryRead' as const, 'tryWrite' as const),
      size,
      isGivenUp: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('word' as const), word, value }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('byte' as const), at: fc.nat(), value: fc.nat(255) }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('fill' as const), value: fc.nat(255) }) },
  { weight: 3, arbitrary: fc.constant({ op: 'turn' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constantFrom('next' as const, 'look' as const, 'move' as const, 'move' as const),
      end,
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('close' as const, 'abort' as const), end }) },
);

class Victim {
  reader: worker.WorkerReader;
  writer: worker.WorkerWriter;
  readonly memory: SharedArrayBuffer;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #waiting = new Set<Promise<unknown>>();
  readonly #wrong: unknown[] = [];
  #controller = new AbortController();

  constructor(capacity: number) {
    const { reader, writer } = worker.pipe({ capacity });
    this.memory = reader.handle.memory;
    this.reader = worker.openReader(reader.handle);
    this.writer = worker.openWriter(writer.handle);
    this.#chunks = this.reader[Symbol.asyncIterator]();
  }

  async take(step: Step): Promise<void> {
    switch (step.op) {
      case 'read': {
        const { into, check } = lend(step.size);
        this.#follow(this.reader.read(into, this.#options(step.isGivenUp)), (count) =>
          check(count, step.size),
        );
        break;
      }
      case 'write':
        this.#follow(this.writer.write(new Uint8Array(step.size), this.#options(step.isGivenUp)), (count) =>
          equal(count, step.size),
        );
        break;
      case 'tryRead': {
        const { into, check } = lend(step.size);
        this.#attempt(() => check(this.reader.tryRead(into), step.size));
        break;
      }
      case 'tryWrite':
        this.#attempt(() => {
          const count = this.writer.tryWrite(new Uint8Array(step.size));
          ok(count >= 0 && count <= step.size, `${count} of ${step.size} bytes`);
        });
        break;
      case 'next':
        this.#follow(this.#chunks.next(), ({ done, value }) => ok(done || value.length <= 64));
        break;
      case 'look':
        this.#follow(this[step.end].closed, () => {});
        break;
      case 'move':
        this.#attempt(() => {
          if (step.end === 'reader') this.reader = worker.openReader(this.reader.handle);
          else this.writer = worker.openWriter(this.writer.handle);
        });
        break;
      case 'close':
        this[step.end].close();
        break;
      case 'abort':
        this[step.end].abort('given up on'); // one that is spoilt on its way is still a text
        break;
      case 'turn':
        this.#controller.abort(new io.LimitError('fired', { max: 2 }));
        this.#controller = new AbortController();
        await turns();
        break;
      case 'word':
        new Int32Array(this.memory, 0, HEADER_SIZE / 4)[step.word] = step.value;
        break;
      case 'byte':
        new Uint8Array(this.memory)[step.at % this.memory.byteLength] = step.value;
        break;
      case 'fill':
        new Uint8Array(this.memory).fill(step.value);
    }
  }

  async end(): Promise<void> {
    this.reader.close();
    this.writer.abort();
    await turns();
    await turns();
    equal(this.#waiting.size, 0, 'calls that still wait');
    deepEqual(this.#wrong, []);
  }

  #options(isGivenUp: boolean): io.CallOptions {
    return isGivenUp ? { signal: this.#controller.signal } : {};
  }

  #follow<Value>(promise: Promise<Value>, check: (value: Value) => void): void {
    this.#waiting.add(promise);
    const over = promise.then(check).catch((error) => this.#judge(error));
    void over.then(() => this.#waiting.delete(promise));
    // `closed` of an end that was handed over, or whose memory says that nothing has happened, may wait for ever.
    if (promise instanceof Promise && (promise as unknown) === this.reader.closed)
      this.#waiting.delete(promise);
    if ((promise as unknown) === this.writer.closed) this.#waiting.delete(promise);
  }

  #attempt(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#judge(error);
    }
  }

  /** What may come of it: an error of this package, the reason that was given, or that a handle was refused. */
  #judge(error: unknown): void {
    if (error instanceof io.PipeError || typeof error === 'string') return;
    if (error instanceof TypeError && /^handle must be/.test(error.message)) return;
    if (error instanceof Error && error.name === 'AbortError') return;
    this.#wrong.push(error);
  }
}

/** A buffer with memory around it that nobody may touch. */
function lend(size: number): {
  readonly into: Uint8Array;
  check(count: number | null, size: number): void;
} {
  const all = new Uint8Array(size + 32).fill(CANARY);
  return {
    into: all.subarray(16, 16 + size),
    check(count) {
      ok(
        count === null || (Number.isInteger(count) && count >= 0 && count <= size),
        `${count} of ${size} bytes`,
      );
      const around = [...all.subarray(0, 16), ...all.subarray(16 + (count ?? 0))];
      ok(
        around.every((byte) => byte === CANARY),
        'a read wrote further than it said',
      );
    },
  };
}

async function turns(): Promise<void> {
  for (let count = 0; count < 2; count++) await turn();
}

for (const capacity of [1, 7, 64]) {
  test(`a memory that is written to at any moment, capacity ${capacity}: an error or wrong bytes, and nothing else`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
        const victim = new Victim(capacity);
        for (const step of steps) await victim.take(step);
        await victim.end();
      }),
      { numRuns: RUNS / 3, includeErrorInReport: true },
    );
  });
}

test('a memory that another thread writes to all the time: calls go on to an error, or to an end', async () => {
  const victims = Array.from({ length: 50 }, (_, index) => new Victim(1 + index * 3));
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const scribbler = new Worker(new URL('./scribbler-thread.js', import.meta.url), {
    workerData: { memories: victims.map(({ memory }) => memory), stop },
  });
  await once(scribbler, 'message');
  const calls = ['read', 'write', 'tryRead', 'tryWrite'] as const;
  for (let round = 0; round < RUNS / 50; round++) {
    for (const victim of victims) {
      await victim.take({
        op: calls[round % 4] ?? 'read',
        size: (round * 7) % 41,
        isGivenUp: round % 3 === 0,
      });
    }
    await turns();
  }
  for (const victim of victims) await victim.end();
  Atomics.store(stop, 0, 1);
  await once(scribbler, 'exit');
});

test('a thread that is blocked on memory that is written to: ends when the memory says so', async () => {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const pairs = Array.from({ length: 4 }, () => worker.pipe({ capacity: 8 }));
  const memories = pairs.map(({ reader }) => reader.handle.memory);
  const blocked = await Promise.all(pairs.map(({ reader }) => surviveElsewhere(reader.handle, 'blocking')));
  const scribbler = new Worker(new URL('./scribbler-thread.js', import.meta.url), {
    workerData: { memories, stop },
  });
  await once(scribbler, 'message');
  for (let round = 0; round < 50; round++) await turns();
  Atomics.store(stop, 0, 1);
  await once(scribbler, 'exit');
  for (const memory of memories) {
    const words = new Int32Array(memory, 0, 128);
    words[WORDS.tail] = words[WORDS.head] as number;
    words[WORDS.writerState] = 1; // closed
    Atomics.notify(words, WORDS.tail);
  }
  for (const { outcome } of blocked) {
    const { code } = await outcome;
    ok(['end', 'ERR_PIPE_CORRUPT', 'ERR_PIPE_ABANDONED'].includes(code), code);
  }
});

test('failWhenStuck(): a report of a wait whose memory was spoilt meanwhile ends the wait, and nothing else', async () => {
  for (const [spoilt, call] of [
    [WORDS.tail, ({ reader }: worker.WorkerPipeEnds) => reader.read(new Uint8Array(1))],
    [WORDS.head, ({ writer }: worker.WorkerPipeEnds) => writer.write(new Uint8Array(9))],
  ] as const) {
    const { reader, writer } = worker.pipe({ capacity: 8 });
    const { memory } = reader.handle;
    const ends = { reader: worker.openReader(reader.handle), writer: worker.openWriter(writer.handle) };
    const waits = call(ends);
    new Int32Array(memory)[spoilt] = -1; // nobody is told
    await rejects(
      failWhenStuck(() => waits, { after: 20 }),
      { code: 'ERR_PIPE_CORRUPT' },
    );
  }
});

const reasons: readonly (readonly [string, string, RegExp])[] = [
  ['no text at all', '\xff\xfe', /cannot be read/],
  ['no JSON', '{"kind":', /cannot be read/],
  ['null', 'null', /cannot be read/],
  ['an unknown kind', '{"kind":"function"}', /cannot be read/],
  ['an error without a name', '{"kind":"error","message":"hm"}', /cannot be read/],
  ['a number that is none', '{"kind":"number","value":7}', /cannot be read/],
  ['a bigint that is none', '{"kind":"bigint","value":"x"}', /cannot be read/],
  [
    'fields of wrong types',
    '{"kind":"error","name":"E","message":"m","code":{},"stack":7,"count":"x"}',
    /^m$/,
  ],
  ['a name of Object.prototype', '{"kind":"error","name":"constructor","message":"m"}', /^m$/],
  ['__proto__', '{"kind":"error","name":"__proto__","message":"m","__proto__":{"code":"x"}}', /^m$/],
  ['a cause of a cause of a cause', deep(60), /^deep$/],
];

for (const [what, text, message] of reasons) {
  test(`a reason that is ${what} is read as an error`, async () => {
    const { reader, writer } = worker.pipe();
    const { memory } = writer.handle;
    const open = worker.openReader(reader.handle);
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    new Uint8Array(memory, WRITER_REASON_AT).set(bytes);
    const words = new Int32Array(memory, 0, 128);
    words[WORDS.writerReasonLength] = bytes.length;
    words[WORDS.writerState] = 2; // aborted
    await rejects(open.read(new Uint8Array(1)), (error: Error) => {
      match(error.message, message);
      equal(Object.getPrototypeOf(error) instanceof Error || error.constructor === Error, true);
      return true;
    });
    equal(({} as { code?: unknown }).code, undefined);
  });
}

test('a reason of more bytes than there are is no reason: the pipe is spoilt', async () => {
  for (const length of [-1, 4097, 0x7fffffff]) {
    const { reader, writer } = worker.pipe();
    const { memory } = writer.handle;
    const open = worker.openReader(reader.handle);
    const words = new Int32Array(memory, 0, 128);
    words[WORDS.writerReasonLength] = length;
    words[WORDS.writerState] = 2; // aborted
    await rejects(open.read(new Uint8Array(1)), { code: 'ERR_PIPE_CORRUPT' });
    equal(words[WORDS.readerState], 2); // and the writer, if there is any, learns of it
  }
});

/** An error in an error in an error. */
function deep(depth: number): string {
  return depth === 0 ? 'null' : `{"kind":"error","name":"Error","message":"deep","cause":${deep(depth - 1)}}`;
}
