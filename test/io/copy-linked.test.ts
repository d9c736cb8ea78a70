/**
 * `copy` between two memory pipes takes a way of its own (memory-link.ts). It does what any copy does, but that a write to an
 * unbuffered source settles only when the sink has taken its bytes, from where they lie.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as io from 'pipework';
import { failWhenStuck } from 'pipework/testing';

const oops = new Error('oops');
const RUNS = Number(process.env['PIPEWORK_SOAK'] ? 40_000 : 800);

/** Two pipes with a copy between: write to `source`, read from `sink`. */
function linked(capacities: readonly [number, number] = [0, 0], options: io.CopyOptions = {}) {
  const first = io.pipe({ capacity: capacities[0] });
  const second = io.pipe({ capacity: capacities[1] });
  const copied = io.copy(first.reader, second.writer, options);
  copied.catch(() => {});
  return { source: first.writer, from: first.reader, to: second.writer, sink: second.reader, copied };
}

/** 1, 2, 3, ... */
function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i + 1);
}

/** Whether `promise` has settled by now. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let is = false;
  const settle = () => {
    is = true;
  };
  promise.then(settle, settle);
  for (let tick = 0; tick < 8; tick++) await undefined;
  return is;
}

test('copy(): a write to an unbuffered source settles when the last byte was taken at the far end, not copied before', async () => {
  const { source, sink } = linked();
  const chunk = bytes(4);
  const sent = source.write(chunk);
  const into = new Uint8Array(3);
  equal(await sink.read(into), 3);
  equal(await isSettled(sent), false);
  chunk[3] = 9;
  equal(await sink.read(into), 1);
  equal(into[0], 9);
  equal(await sent, 4);
});

test('copy(): a read that waits at the far end gets a write to the source at once', async () => {
  const { source, sink } = linked();
  const into = new Uint8Array(8);
  const read = sink.read(into);
  const sent = source.write(bytes(4));
  deepEqual([source.bytesWritten, sink.bytesRead], [4, 4]);
  deepEqual(await Promise.all([read, sent]), [4, 4]);
});

test('copy(): a write larger than any buffer is lent whole', async () => {
  const { source, sink } = linked();
  const chunk = new Uint8Array(200_000).fill(7);
  const sent = source.write(chunk);
  const into = new Uint8Array(200_000);
  equal(await sink.read(into), 200_000);
  equal(await sent, 200_000);
  equal(Buffer.compare(into, chunk), 0);
});

test('copy(): what was read of a write before it began, and what its memory has grown by, stays out of it', async () => {
  const first = io.pipe();
  const second = io.pipe();
  const memory = new (ArrayBuffer as unknown as ResizableMaker)(4, { maxByteLength: 8 });
  const chunk = new Uint8Array(memory);
  chunk.set(bytes(4));
  const sent = first.writer.write(chunk);
  equal(await first.reader.read(new Uint8Array(1)), 1);
  memory.resize(8);
  const copied = io.copy(first.reader, second.writer);
  const into = new Uint8Array(8);
  equal(await second.reader.read(into), 3);
  deepEqual([...into.subarray(0, 4)], [2, 3, 4, 0]);
  equal(await sent, 4);
  first.writer.close();
  equal(await copied, 3);
});

type ResizableMaker = new (
  length: number,
  options: { maxByteLength: number },
) => ArrayBuffer & { resize(length: number): void };

test('copy(): a write with a signal has its memory back at once, and nothing of it is lost when it fires', async () => {
  const { source, sink } = linked();
  const controller = new AbortController();
  const chunk = bytes(4);
  equal(await source.write(chunk, { signal: controller.signal }), 4);
  chunk.fill(9);
  controller.abort(oops);
  const into = new Uint8Array(8);
  equal(await sink.read(into), 4);
  deepEqual([...into.subarray(0, 4)], [1, 2, 3, 4]);
});

test('copy(): a chunk that is detached on its way fails its write alone, and the copy goes on', async () => {
  const { source, sink, copied } = linked([0, 0], { close: true });
  const chunk = bytes(4);
  const lost = rejects(source.write(chunk), { name: 'TypeError', message: /^chunk must keep its memory/ });
  const behind = source.write(bytes(2));
  structuredClone(chunk, { transfer: [chunk.buffer] });
  const into = new Uint8Array(8);
  equal(await sink.read(into), 2);
  await lost;
  equal(await behind, 2);
  source.close();
  equal(await sink.read(into), null);
  equal(await copied, 2);
});

test('copy(): what is on its way arrives, whatever becomes of the source meanwhile', async () => {
  for (const how of ['writer.close', 'writer.abort', 'reader.close', 'reader.abort'] as const) {
    const { source, from, sink, copied } = linked();
    const sent = source.write(bytes(4));
    if (how === 'writer.close') source.close();
    else if (how === 'writer.abort') source.abort(oops);
    else if (how === 'reader.close') from.close();
    else from.abort(oops);
    equal(await isSettled(copied), false, how);
    equal(await sink.read(new Uint8Array(8)), 4, how);
    equal(await sent, 4, how);
    const outcome = await copied.catch((error) => error);
    if (how === 'writer.close') equal(outcome, 4);
    else if (how === 'writer.abort') equal(outcome, oops);
    else ok(outcome instanceof io.ClosedPipeError, how);
  }
});

test('copy(): whatever ends it gives the memory back, and says what the sink had of the piece', async () => {
  for (const how of ['reader.close', 'reader.abort', 'writer.abort', 'signal'] as const) {
    const controller = new AbortController();
    const { source, from, to, sink, copied } = linked([0, 0], { signal: controller.signal });
    const sent = source.write(bytes(10));
    equal(await sink.read(new Uint8Array(3)), 3);
    if (how === 'reader.close') sink.close();
    else if (how === 'reader.abort') sink.abort(oops);
    else if (how === 'writer.abort') to.abort(oops);
    else controller.abort(oops);
    const error = await copied.catch((error) => error);
    if (how === 'reader.close' || how === 'writer.abort') equal(error.bytesWritten, 3, how);
    else equal(error, oops, how);
    equal(await sent, 10, how);
    deepEqual([from.bytesRead, to.bytesWritten, sink.bytesRead], [10, 3, 3], how);
    const more = source.write(bytes(2));
    equal(await from.read(new Uint8Array(8)), 2, how);
    equal(await more, 2, how);
  }
});

test('copy(): a sink that is closed on the way has the piece, and what comes next stays with the source', async () => {
  const { source, from, to, sink, copied } = linked();
  const sent = source.write(bytes(4));
  to.close();
  const next = source.write(bytes(2));
  equal((await io.readAll(sink)).length, 4);
  equal(await sent, 4);
  await rejects(copied, io.ClosedPipeError);
  equal(await isSettled(next), true);
  equal(from.bytesRead, 6);
});

test('copy(): a signal that gives up the piece behind close() cuts the sink off with its reason', async () => {
  const controller = new AbortController();
  const { source, to, sink, copied } = linked([0, 0], { signal: controller.signal });
  const sent = source.write(bytes(4));
  to.close();
  controller.abort(oops);
  await rejects(copied, oops);
  await rejects(sink.read(new Uint8Array(1)), oops);
  equal(await sent, 4);
});

test('copy(): reads of the source by others take turns with it', async () => {
  const { source, from, sink } = linked();
  const own = from.read(new Uint8Array(8)); // behind the read of the copy
  const first = source.write(bytes(1));
  const second = source.write(bytes(2));
  const third = source.write(bytes(3));
  equal(await own, 2);
  equal(await second, 2);
  const into = new Uint8Array(8);
  equal(await sink.read(into), 1);
  equal(await sink.read(into), 3);
  deepEqual(await Promise.all([first, third]), [1, 3]);
});

test('copy(): through a chain of pipes everything arrives in order', async () => {
  const pipes = Array.from({ length: 5 }, () => io.pipe());
  const all = pipes
    .slice(1)
    .map(({ writer }, i) => io.copy((pipes[i] as io.Pipe).reader, writer, { close: true }));
  const { writer } = pipes[0] as io.Pipe;
  const { reader } = pipes[4] as io.Pipe;
  const data = bytes(250);
  const sent = (async () => {
    for (let at = 0; at < 250; at += 10) await writer.write(data.subarray(at, at + 10));
    writer.close();
  })();
  deepEqual([...(await io.readAll(reader))], [...data]);
  await sent;
  deepEqual(await Promise.all(all), [250, 250, 250, 250]);
});

test('copy(): from a pipe into itself is stuck as a write is, and no loop', async () => {
  const { reader, writer } = io.pipe();
  const stop = new AbortController();
  const copied = io.copy(reader, writer, { signal: stop.signal });
  writer.write(bytes(3)).catch(() => {});
  equal(await reader.read(new Uint8Array(8)), 3);
  stop.abort(oops);
  await rejects(copied, oops);
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
    equal((await got).length, 3);
    equal(await copied, 3);
    equal(calls, which === 'read' ? 2 : 1);
  }
});

test('copy(): one that moves, however slowly, is no deadlock to failWhenStuck()', async () => {
  const { source, sink, copied } = linked([0, 0], { close: true });
  const got = io.readAll(sink);
  let left = 25;
  // At one of two looks something has moved since the one before, and the same two reads wait at each.
  const feed = setInterval(() => {
    source.write(bytes(1));
    if (--left === 0) source.close();
  }, 8);
  try {
    equal(await failWhenStuck(() => copied, { after: 40 }), 25);
  } finally {
    clearInterval(feed);
  }
  equal((await got).length, 25);
});

test('trace(): names the line of the copy() whose read, or write, waits', async () => {
  io.trace(true);
  try {
    for (const moving of [false, true]) {
      const { source, to, from } = linked();
      if (moving) source.write(bytes(4)).catch(() => {});
      const stuck = failWhenStuck(() => new Promise(() => {}), { after: 20 });
      const { waits } = (await stuck.catch((error) => error)) as io.DeadlockError;
      const wait = waits.at(-1) as io.Wait;
      equal(wait.operation, moving ? 'write' : 'read');
      match(`${wait.calledAt}`, /linked/);
      from.close();
      to.abort();
    }
  } finally {
    io.trace(false);
  }
});

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

  constructor(capacities: readonly [number, number], close: boolean, isLinked: boolean) {
    const first = io.pipe({ capacity: capacities[0] });
    const second = io.pipe({ capacity: capacities[1] });
    this.ends = { source: first.writer, from: first.reader, to: second.writer, sink: second.reader };
    const { signal } = this.controllers[SIGNALS - 1] as AbortController;
    const from = isLinked ? first.reader : plain(first.reader, 'read');
    const to = isLinked ? second.writer : plain(second.writer, 'write');
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
    // More ticks than a copy with close takes to tell both ends.
    for (let tick = 0; tick < 30; tick++) await undefined;
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

/** The same end as an object of somebody else's, which takes the way of any copy. */
function plain(end: io.PipeReader | io.PipeWriter, member: 'read' | 'write'): object {
  const call = (end as never as Record<string, (...args: unknown[]) => unknown>)[member] as () => unknown;
  return {
    [member]: call.bind(end),
    close: () => end.close(),
    abort: (reason: unknown) => end.abort(reason),
    closed: end.closed,
  };
}

/** Of the calls that have settled on both sides, which are forgotten then. */
function compareOutcomes(linked: Map<string, Outcome>, other: Map<string, Outcome>): void {
  for (const [id, outcome] of other) {
    if (!linked.has(id)) {
      ok(id.startsWith('write '), `${id} has not settled`); // while its chunk is lent
      continue;
    }
    deepEqual(linked.get(id), outcome, id);
    linked.delete(id);
    other.delete(id);
  }
  deepEqual([...linked.keys()], [], 'only here have settled');
}

async function attempt(run: () => unknown): Promise<unknown> {
  return run();
}

/**
 * What an error says, but for the numbers of the pipes, and for how much a copy had moved: when the sink closes, its write
 * and its look at `closed` both fail, and either may be the first.
 */
function told(error: io.PipeError): unknown {
  const { code, bytesWritten, cause } = error as io.PipeError & { readonly bytesWritten?: number };
  const isOfCopy = code === 'EPIPE';
  return {
    code,
    ...(!isOfCopy && { bytesWritten }),
    cause: cause instanceof io.PipeError ? told(cause) : cause,
  };
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
          const linked = new World(capacities, close, true);
          const other = new World(capacities, close, false);
          // What is left must end with the pipes.
          const last = ENDS.map((end) => ({ op: 'abort', end }) as const);
          for (const action of [...actions, ...last]) {
            // While it tries, this copy makes room in a ring, and another one only later.
            if (action.op === 'tryWrite' && capacities[0] > 0) continue;
            await linked.act(action);
            await other.act(action);
            deepEqual(linked.counts(), other.counts(), 'bytes');
            compareOutcomes(linked.outcomes, other.outcomes);
          }
          deepEqual(
            [linked.outcomes.size, other.outcomes.size],
            [0, 0],
            'calls that never settled, or on one side',
          );
        }),
        { numRuns: RUNS / 8, includeErrorInReport: true },
      );
    });
  }
}
