/**
 * Whatever is done to two memory pipes with a copy between, in whatever order: the same calls settle the same way, and the same
 * bytes have moved, as when the copy is between ends of somebody else's and has no bypass.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as io from 'pipework';
import { plain, settle } from './plain-copy.js';

const RUNS = Number(process.env['PIPEWORK_SOAK'] ? 8_000 : 800);

/** What one step does; then everything that promises can move moves. */
type Action =
  | { readonly op: 'write' | 'read'; readonly size: number; readonly signal: number | undefined }
  | { readonly op: 'tryWrite' | 'tryRead' | 'writeSink' | 'readSource'; readonly size: number }
  | { readonly op: 'fire'; readonly signal: number }
  | { readonly op: 'close' | 'abort'; readonly end: End };

const ENDS = ['source', 'from', 'to', 'sink'] as const;
type End = (typeof ENDS)[number];

/** Three signals for calls, and one for the copy. */
const SIGNALS = 4;

type Outcome = { readonly value: unknown; readonly bytes?: number[] } | { readonly error: unknown };

class World {
  readonly ends: { source: io.PipeWriter; from: io.PipeReader; to: io.PipeWriter; sink: io.PipeReader };
  readonly controllers = Array.from({ length: SIGNALS }, () => new AbortController());
  /** Of each call, once it has settled; `copy` among them. */
  readonly outcomes = new Map<string, Outcome>();
  #bytesMade = 0;
  #calls = 0;

  constructor(capacities: readonly [number, number], close: boolean, isShort: boolean) {
    const first = io.pipe({ capacity: capacities[0] });
    const second = io.pipe({ capacity: capacities[1] });
    this.ends = { source: first.writer, from: first.reader, to: second.writer, sink: second.reader };
    const { signal } = this.controllers[SIGNALS - 1] as AbortController;
    const from = isShort ? first.reader : plain(first.reader, 'read');
    const to = isShort ? second.writer : plain(second.writer, 'write');
    this.#follow('copy', io.copy(from as io.Reader, to as io.Writer, { close, signal }));
  }

  async act(action: Action): Promise<void> {
    const id = `${action.op} ${this.#calls++}`;
    const { source, from, to, sink } = this.ends;
    switch (action.op) {
      case 'fire':
        (this.controllers[action.signal] as AbortController).abort(`signal ${action.signal}`);
        break;
      case 'close':
        this.ends[action.end].close();
        break;
      case 'abort':
        this.ends[action.end].abort(`${action.end} aborted`);
        break;
      case 'write':
        this.#follow(id, source.write(this.#chunk(action.size), this.#options(action.signal)));
        break;
      case 'writeSink':
        this.#follow(id, to.write(this.#chunk(action.size)));
        break;
      case 'tryWrite':
        this.#follow(
          id,
          attempt(() => source.tryWrite(this.#chunk(action.size))),
        );
        break;
      default: {
        const into = new Uint8Array(action.size);
        if (action.op === 'read') this.#follow(id, sink.read(into, this.#options(action.signal)), into);
        else if (action.op === 'tryRead')
          this.#follow(
            id,
            attempt(() => sink.tryRead(into)),
            into,
          );
        else this.#follow(id, from.read(into), into);
      }
    }
    await settle();
  }

  counts(): number[] {
    const { source, from, to, sink } = this.ends;
    return [source.bytesWritten, from.bytesRead, to.bytesWritten, sink.bytesRead];
  }

  #options(signal: number | undefined): io.CallOptions | undefined {
    return signal === undefined
      ? undefined
      : { signal: (this.controllers[signal] as AbortController).signal };
  }

  #chunk(size: number): Uint8Array {
    return Uint8Array.from({ length: size }, () => this.#bytesMade++ % 251);
  }

  #follow(id: string, promise: Promise<unknown>, into?: Uint8Array): void {
    promise.then(
      (value) => this.outcomes.set(id, { value, ...(into && { bytes: [...into] }) }),
      (error) => this.outcomes.set(id, { error: error instanceof io.PipeError ? told(error) : error }),
    );
  }
}

/** Of the calls that have settled on both sides, which are forgotten then. */
function compareOutcomes(short: Map<string, Outcome>, other: Map<string, Outcome>): void {
  for (const [id, outcome] of other) {
    ok(short.has(id), `${id} has not settled`);
    deepEqual(short.get(id), outcome, id);
    short.delete(id);
    other.delete(id);
  }
  deepEqual([...short.keys()], [], 'only here have settled');
}

async function attempt(run: () => unknown): Promise<unknown> {
  return run();
}

/** What an error says, but for the numbers of the pipes. */
function told(error: io.PipeError): unknown {
  const { code, bytesWritten, cause } = error as io.PipeError & { readonly bytesWritten?: number };
  return { code, bytesWritten, cause: cause instanceof io.PipeError ? told(cause) : cause };
}

const size = fc.integer({ min: 0, max: 20 });
const signal = fc.option(fc.nat(SIGNALS - 2), { nil: undefined, freq: 3 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ op: fc.constant('write' as const), size, signal }) },
  { weight: 12, arbitrary: fc.record({ op: fc.constant('read' as const), size, signal }) },
  {
    weight: 10,
    arbitrary: fc.record({
      op: fc.constantFrom('tryWrite' as const, 'tryRead' as const, 'writeSink' as const),
      size,
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('readSource' as const), size }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('fire' as const), signal: fc.nat(SIGNALS - 1) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constantFrom('close' as const, 'abort' as const),
      end: fc.constantFrom(...ENDS),
    }),
  },
);

for (const capacities of [
  [0, 0],
  [0, 3],
  [3, 0],
  [3, 2],
] as const) {
  for (const close of [false, true]) {
    test(`copy(): does between pipes what it does between ends of somebody else's (capacities ${capacities.join(' and ')}, close ${close})`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(action, { maxLength: 40, size: 'max' }), async (actions) => {
          const short = new World(capacities, close, true);
          const other = new World(capacities, close, false);
          // What is left must end with the pipes.
          const last = ENDS.map((end) => ({ op: 'abort', end }) as const);
          for (const action of [...actions, ...last]) {
            // While it tries, the short way makes room in a ring, and another copy only later.
            if (action.op === 'tryWrite' && capacities[0] > 0) continue;
            await short.act(action);
            await other.act(action);
            deepEqual(short.counts(), other.counts(), 'bytes');
            compareOutcomes(short.outcomes, other.outcomes);
          }
          deepEqual(
            [short.outcomes.size, other.outcomes.size],
            [0, 0],
            'calls that never settled, or on one side',
          );
        }),
        { numRuns: RUNS / 8, includeErrorInReport: true },
      );
    });
  }
}
