/**
 * Whether any interleaving of calls on both ends does what the model does: after each turn the same calls have settled, in
 * the same order and the same way, the same bytes have moved, and both ends say the same of `closed`.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import * as io from 'pipework';
import { type Lane, type Outcome, PipeModel, type Reason, type Settlement } from './pipe-model.js';

const SIGNALS = 5;
const UNTOUCHED = 255; // in a buffer; no byte that is written has this value
const RUNS = Number(process.env['PIPEWORK_SOAK'] ? 20_000 : 500);

/** Makes the pipes to be tried. */
type Make = (capacity: number) => io.Pipe;

/** What one step does; `isTurnOver`: whether promises get to settle before the next one. */
type Action =
  | { readonly op: 'read' | 'write'; readonly size: number; readonly signal: number | undefined }
  | { readonly op: 'tryRead' | 'tryWrite'; readonly size: number }
  | { readonly op: 'next' | 'closeReader' | 'closeWriter' | 'look' }
  | { readonly op: 'abortReader' | 'abortWriter'; readonly reason: Reason }
  | { readonly op: 'fire'; readonly signal: number; readonly reason: Reason };

/** How one call of the real pipe ended. */
interface Ending {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: unknown;
  readonly isError: boolean;
  readonly into?: Uint8Array;
}

class Real {
  readonly reader: io.PipeReader;
  readonly writer: io.PipeWriter;
  readonly chunks: AsyncIterator<Uint8Array>;
  readonly controllers = Array.from({ length: SIGNALS }, () => new AbortController());
  readonly endings: Record<Lane, Ending[]> = { reader: [], iterator: [], writer: [] };
  /** What stood in for a reason that was not given, once it was seen. */
  readonly defaults = new Map<Reason, unknown>();
  calls = 0;
  bytesMade = 0;

  constructor({ reader, writer }: io.Pipe) {
    this.reader = reader;
    this.writer = writer;
    this.chunks = this.reader[Symbol.asyncIterator]();
  }

  /** Bytes that were in no chunk shortly before. */
  chunk(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.bytesMade++ % 251);
  }

  signal(index: number | undefined): io.CallOptions | undefined {
    return index === undefined ? undefined : { signal: (this.controllers[index] as AbortController).signal };
  }

  follow(lane: Lane, id: number, promise: Promise<unknown>, into?: Uint8Array): void {
    const rest = into === undefined ? {} : { into };
    promise.then(
      (value) => this.endings[lane].push({ id, value, isError: false, ...rest }),
      (error) => this.endings[lane].push({ id, error, isError: true, ...rest }),
    );
  }
}

class Step implements fc.AsyncCommand<PipeModel, Real> {
  readonly #action: Action;
  readonly #isTurnOver: boolean;

  constructor(action: Action, isTurnOver: boolean) {
    this.#action = action;
    this.#isTurnOver = isTurnOver;
  }

  check(): boolean {
    return true;
  }

  async run(model: PipeModel, real: Real): Promise<void> {
    act(this.#action, model, real);
    equal(real.reader.bytesRead, model.bytesRead, 'bytesRead');
    equal(real.writer.bytesWritten, model.bytesWritten, 'bytesWritten');
    if (this.#isTurnOver) await compare(model, real);
  }

  toString(): string {
    const { op, ...rest } = this.#action;
    const args = Object.entries(rest).map(([name, value]) => `${name}=${fc.stringify(value)}`);
    return `${op}(${args.join(', ')})${this.#isTurnOver ? ';' : ','}`;
  }
}

function act(action: Action, model: PipeModel, real: Real): void {
  const { reader, writer } = real;
  const id = real.calls++;
  switch (action.op) {
    case 'write': {
      const chunk = real.chunk(action.size);
      model.write(id, [...chunk], action.signal);
      real.follow('writer', id, writer.write(chunk, real.signal(action.signal)));
      break;
    }
    case 'read': {
      const into = new Uint8Array(action.size).fill(UNTOUCHED);
      model.read('reader', id, action.size, action.signal);
      real.follow('reader', id, reader.read(into, real.signal(action.signal)), into);
      break;
    }
    case 'next':
      model.next(id);
      real.follow('iterator', id, real.chunks.next());
      break;
    case 'tryRead': {
      const into = new Uint8Array(action.size).fill(UNTOUCHED);
      checkEnding(
        model.tryRead(action.size),
        attempt(id, () => reader.tryRead(into), into),
        real,
      );
      break;
    }
    case 'tryWrite': {
      const chunk = real.chunk(action.size);
      checkEnding(
        model.tryWrite([...chunk]),
        attempt(id, () => writer.tryWrite(chunk)),
        real,
      );
      break;
    }
    case 'closeReader':
      model.closeReader();
      reader.close();
      break;
    case 'closeWriter':
      model.closeWriter();
      writer.close();
      break;
    case 'abortReader':
      model.abortReader(action.reason);
      reader.abort(action.reason.value);
      break;
    case 'abortWriter':
      model.abortWriter(action.reason);
      writer.abort(action.reason.value);
      break;
    case 'fire':
      model.fire(action.signal, action.reason);
      (real.controllers[action.signal] as AbortController).abort(action.reason.value);
      break;
    case 'look':
      // From here on the promises exist, and are settled rather than made settled.
      void real.reader.closed;
      void real.writer.closed;
  }
}

function attempt(id: number, call: () => unknown, into?: Uint8Array): Ending {
  const rest = into === undefined ? {} : { into };
  try {
    return { id, value: call(), isError: false, ...rest };
  } catch (error) {
    return { id, error, isError: true, ...rest };
  }
}

async function compare(model: PipeModel, real: Real): Promise<void> {
  // More ticks than any settlement takes; nothing here waits for anything but promises.
  for (let tick = 0; tick < 8; tick++) await undefined;
  const settlements = model.takeSettlements();
  for (const lane of ['reader', 'iterator', 'writer'] as const) {
    const expected = settlements.filter((settlement) => settlement.lane === lane);
    const endings = real.endings[lane].splice(0);
    deepEqual(endings.map(idOf), expected.map(idOf), `calls of the ${lane} that have settled, in order`);
    expected.forEach(({ outcome }, i) => {
      checkEnding(outcome, endings[i] as Ending, real);
    });
  }
}

async function compareClosed(model: PipeModel, real: Real): Promise<void> {
  for (const [closed, expected] of [
    [real.reader.closed, model.readerClosed],
    [real.writer.closed, model.writerClosed],
  ] as const) {
    let ending: Ending | undefined;
    closed.then(
      () => {
        ending = { id: 0, value: null, isError: false };
      },
      (error) => {
        ending = { id: 0, error, isError: true };
      },
    );
    for (let tick = 0; tick < 3; tick++) await undefined;
    if (expected === undefined) equal(ending, undefined, 'closed has settled');
    else {
      ok(ending !== undefined, 'closed has not settled');
      checkEnding(expected, ending, real);
    }
  }
}

function checkEnding(expected: Outcome, ending: Ending, real: Real): void {
  equal(ending.isError, expected.kind !== 'value', `${fc.stringify(ending)} instead of ${expected.kind}`);
  if (expected.kind === 'value') checkValue(expected, ending);
  else if (expected.kind === 'reason') checkReason(expected.reason, ending.error, real);
  else {
    const isBroken = expected.kind === 'broken';
    const error = ending.error as io.ClosedPipeError | io.BrokenPipeError;
    ok(
      error instanceof (isBroken ? io.BrokenPipeError : io.ClosedPipeError),
      `${error} instead of ${expected.kind}`,
    );
    equal(error.bytesWritten, expected.bytesWritten);
    if (isBroken) return;
    equal('cause' in error, expected.cause !== undefined, 'has a cause');
    if (expected.cause !== undefined) checkReason(expected.cause, error.cause, real);
  }
}

function checkValue(expected: Outcome & { kind: 'value' }, { value, into }: Ending): void {
  if (typeof value === 'object' && value !== null) {
    const { done, value: chunk } = value as IteratorResult<Uint8Array>;
    equal(done, expected.value === null);
    deepEqual(done ? undefined : [...chunk], expected.bytes);
    return;
  }
  equal(value, expected.value);
  if (into === undefined) return;
  const bytes = expected.bytes ?? [];
  deepEqual([...into.subarray(0, bytes.length)], bytes);
  ok(
    into.subarray(bytes.length).every((byte) => byte === UNTOUCHED),
    'a read wrote further than it said',
  );
}

function checkReason(expected: Reason, actual: unknown, real: Real): void {
  if (!expected.isDefault) {
    ok(Object.is(actual, expected.value), `${actual} is not the reason given`);
    return;
  }
  equal((actual as Error).name, 'AbortError');
  if (real.defaults.has(expected)) equal(actual, real.defaults.get(expected), 'the reason has changed');
  real.defaults.set(expected, actual);
}

function idOf({ id }: { readonly id: number } | Settlement): number {
  return id;
}

const size = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0) },
  { weight: 12, arbitrary: fc.integer({ min: 1, max: 20 }) },
);
const signal = fc.option(fc.nat(SIGNALS - 1), { nil: undefined, freq: 3 });
const reason: fc.Arbitrary<Reason> = fc
  .oneof(fc.constant('error'), fc.constantFrom(null, 0, '', 'enough'), fc.constant(undefined))
  // A new object each time: what travels is this very value.
  .map((value) =>
    value === undefined
      ? { value, isDefault: true }
      : { value: value === 'error' ? new Error('given') : value },
  );
const turnOver = fc.boolean();

function step(weight: number, arbitrary: fc.Arbitrary<Action>) {
  return {
    weight,
    arbitrary: fc.tuple(arbitrary, turnOver).map(([action, isOver]) => new Step(action, isOver)),
  };
}

const steps = fc.commands(
  [
    fc.oneof(
      step(12, fc.record({ op: fc.constant('write' as const), size, signal })),
      step(12, fc.record({ op: fc.constant('read' as const), size, signal })),
      step(4, fc.constant({ op: 'next' as const })),
      step(4, fc.record({ op: fc.constant('tryRead' as const), size })),
      step(4, fc.record({ op: fc.constant('tryWrite' as const), size })),
      step(3, fc.record({ op: fc.constant('fire' as const), signal: fc.nat(SIGNALS - 1), reason })),
      step(1, fc.constant({ op: 'look' as const })),
      step(2, fc.constant({ op: 'closeWriter' as const })),
      step(1, fc.record({ op: fc.constant('abortWriter' as const), reason })),
      step(1, fc.constant({ op: 'closeReader' as const })),
      step(1, fc.record({ op: fc.constant('abortReader' as const), reason })),
    ),
  ],
  { maxCommands: 40, size: 'max' },
);

/** Tries pipes of that capacity. @throws They do not what the model does; the message has the shortest case of it. */
export async function checkByModel(capacity: number, make: Make): Promise<void> {
  await fc.assert(
    fc.asyncProperty(steps, async (commands) => {
      const model = new PipeModel(capacity);
      const real = new Real(make(capacity));
      await fc.asyncModelRun(() => ({ model, real }), commands);
      await compare(model, real);
      await compareClosed(model, real);
      // What is left must end with the pipe, each call exactly once.
      const last = { value: new Error('last') };
      for (const op of ['abortWriter', 'abortReader'] as const) act({ op, reason: last }, model, real);
      await compare(model, real);
      await compareClosed(model, real);
    }),
    { numRuns: RUNS, includeErrorInReport: true },
  );
}
