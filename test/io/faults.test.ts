/** What goes wrong with a source, a sink or a signal, the same for every function of the toolkit that it can happen to. */
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import * as io from 'pipework';
import { errorAfter, failAfter, shortWrite } from 'pipework/testing';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const oops = new Error('oops');
const isOops = (error: unknown) => error === oops;
const BYTES = 10; // that each source has

/** Everything that reads a source to its end; what is told of one that breaks its contract begins with `argument`. */
const DRAINS: Record<string, { argument: string; drain(source: io.ByteSource): Promise<unknown> }> = {
  copy: { argument: 'from', drain: (source) => io.copy(source, sink()) },
  'copy with close': { argument: 'from', drain: (source) => io.copy(source, sink(), { close: true }) },
  readAll: { argument: 'reader', drain: (source) => io.readAll(source) },
  text: { argument: 'reader', drain: (source) => io.text(source) },
  lines: { argument: 'reader', drain: (source) => readLines(source, {}) },
  tee: {
    argument: 'reader',
    drain: (source) => Promise.all(io.tee(source).map((branch) => io.readAll(branch))),
  },
  'tee, evict': {
    argument: 'reader',
    drain: (source) => io.readAll(io.tee(source, 2, { policy: 'evict', capacity: 3 })[0]),
  },
  concat: { argument: 'readers[1]', drain: (source) => io.readAll(io.concat([[], source])) },
  merge: { argument: 'readers[1]', drain: (source) => io.readAll(io.merge([[], source])) },
  limit: { argument: 'reader', drain: (source) => io.readAll(io.limit(source, 2 * BYTES)) },
};

function sink(): io.Writer {
  return { write: async (chunk) => chunk.length };
}

async function readLines(source: io.ByteSource, options: io.LinesOptions): Promise<string[]> {
  const got: string[] = [];
  for await (const line of io.lines(source, options)) got.push(line);
  return got;
}

/** Each kind of source: ten bytes, then `oops` if `fails`, else the end. */
function sources(fails: boolean): Record<string, io.ByteSource> {
  const bytes = () => new Uint8Array(BYTES).fill(0x61);
  const { reader, writer } = io.pipe({ capacity: BYTES });
  writer.tryWrite(bytes());
  if (fails) writer.abort(oops);
  else writer.close();
  const stream = (type: 'bytes' | undefined) =>
    new ReadableStream({
      type: type as 'bytes',
      start: (controller) => controller.enqueue(bytes()),
      pull(controller) {
        if (fails) controller.error(oops);
        else {
          controller.close();
          controller.byobRequest?.respond(0);
        }
      },
    });
  const iterable = async function* () {
    yield bytes();
    if (fails) throw oops;
  };
  const left = io.pipe({ capacity: BYTES });
  left.writer.tryWrite(bytes());
  left.writer.close();
  return {
    pipe: reader,
    'foreign reader': fails ? errorAfter(left.reader, BYTES, oops) : left.reader,
    'stream of bytes': stream('bytes'),
    'stream of chunks': stream(undefined),
    iterable: iterable(),
  };
}

for (const [name, { argument, drain }] of Object.entries(DRAINS)) {
  test(`${name}: a source that fails half-way fails it by that very reason, one that ends does not`, async () => {
    for (const kind of Object.keys(sources(true))) {
      await rejects(drain(sources(true)[kind] as io.ByteSource), isOops, kind);
      await drain(sources(false)[kind] as io.ByteSource);
    }
  });

  test(`${name}: a stream that has failed before gives its reason, also undefined`, async () => {
    for (const reason of [oops, undefined]) {
      for (const type of ['bytes', undefined] as const) {
        const stream = new ReadableStream({
          type: type as 'bytes',
          start: (controller) => controller.error(reason),
        });
        const failed = await drain(stream).then(
          () => ({ reason: 'none' }),
          (reason: unknown) => ({ reason }),
        );
        deepEqual(failed, { reason });
      }
    }
  });

  test(`${name}: a stream that somebody has locked is refused, and named`, async () => {
    const stream = new Blob(['text']).stream();
    const reader = stream.getReader();
    await rejects(
      async () => drain(stream),
      new TypeError(`${argument} must be a stream that nobody has locked, got a locked ReadableStream`),
    );
    equal((await reader.read()).value?.length, 4);
  });

  test(`${name}: a reader that gives more than the buffer, less than zero, text, or 0 for ever is named`, async () => {
    const foreign = (answer: (length: number) => unknown) => ({
      read: async (into: Uint8Array) => answer(into.length) as number,
    });
    for (const [answer, shown] of [
      [(length: number) => length + 1, '[0-9]+'],
      [() => -1, '-1'],
      [() => '3', '"3"'],
      [() => undefined, 'undefined'],
    ] as const) {
      await rejects(drain(foreign(answer)), (error) => {
        ok(error instanceof TypeError);
        const says = `^${literally(argument)} breaks the contract of a Reader: read\\(\\) of Object returned ${shown} for a buffer of [0-9]+ bytes$`;
        return new RegExp(says).test(error.message);
      });
    }
    let calls = 0;
    const silent = foreign(() => {
      calls++;
      return 0;
    });
    await rejects(
      drain(silent),
      new TypeError(
        `${argument} breaks the contract of a Reader: read() of Object read 0 bytes 100 times in a row`,
      ),
    );
    equal(calls, 100);
  });

  test(`${name}: a chunk of a stream or an iterable that is no Uint8Array is named`, async () => {
    for (const chunk of ['text', 3, new DataView(new ArrayBuffer(1)), null]) {
      const stream = new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
      for (const source of [stream, [chunk] as never]) {
        await rejects(drain(source), (error) => {
          ok(error instanceof TypeError);
          return error.message.startsWith(`each chunk of ${argument} must be a Uint8Array, got `);
        });
      }
    }
  });
}

function literally(text: string): string {
  return text.replace(/[[\]]/g, '\\$&');
}

/** Those that take a signal, on a source of `pieces` reads of one byte. */
const SIGNALLED: Record<string, (source: io.Reader, signal: AbortSignal) => Promise<unknown>> = {
  copy: (source, signal) => io.copy(source, sink(), { signal }),
  'copy with close': (source, signal) => io.copy(source, sink(), { signal, close: true }),
  readFull: (source, signal) => io.readFull(source, new Uint8Array(BYTES), { signal }),
  readAll: (source, signal) => io.readAll(source, { signal }),
  text: (source, signal) => io.text(source, { signal }),
  lines: (source, signal) => readLines(source, { signal }),
  tee: async (source, signal) => {
    const [branch, other] = io.tee(source);
    other.close();
    await io.readAll(branch, { signal });
  },
  'tee, evict': (source, signal) =>
    io.readAll(io.tee(source, 2, { policy: 'evict', capacity: 9 })[0], { signal }),
  concat: (source, signal) => io.readAll(io.concat([source]), { signal }),
  merge: (source, signal) => io.readAll(io.merge([source]), { signal }),
  limit: (source, signal) => io.readAll(io.limit(source, BYTES), { signal }),
};

for (const [name, call] of Object.entries(SIGNALLED)) {
  test(`${name}: a signal that fires before, in, or behind any read ends it with its reason, and is let go`, async () => {
    for (const when of ['in the call', 'while it waits', 'when it has settled'] as const) {
      for (let step = 1; step <= BYTES; step++) {
        const stop = new AbortController();
        let reads = 0;
        const source: io.Reader = {
          async read(into) {
            if (++reads > step) return new Promise(() => {});
            if (reads === step && when === 'in the call') stop.abort(oops);
            await undefined;
            if (reads === step && when === 'while it waits') stop.abort(oops);
            into[0] = 0x0a;
            if (reads === step && when === 'when it has settled') void turn().then(() => stop.abort(oops));
            return 1;
          },
        };
        if (step === BYTES && name === 'readFull' && when === 'when it has settled') continue; // it is full by then
        if (step === BYTES && name === 'limit' && when === 'when it has settled') continue;
        await rejects(call(source, stop.signal), isOops, `read ${step}, ${when}`);
        equal(getEventListeners(stop.signal, 'abort').length, 0, `read ${step}, ${when}`);
      }
    }
    await rejects(call({ read: async () => null }, AbortSignal.abort(oops)), isOops);
  });
}

test('copy(): a sink that fails half-way fails it by that very reason, and one that takes less is called again', async () => {
  for (const close of [false, true]) {
    for (const kind of Object.keys(sources(false))) {
      const { writer } = io.pipe({ capacity: 100 });
      const source = sources(false)[kind] as io.ByteSource;
      await rejects(io.copy(source, failAfter(writer, 4, oops), { close }), isOops, kind);
      const whole = io.pipe({ capacity: 100 });
      equal(await io.copy(sources(false)[kind] as io.ByteSource, shortWrite(whole.writer, 3)), BYTES);
      whole.writer.close();
      equal(await io.text(whole.reader), 'a'.repeat(BYTES));
    }
  }
});

test('copy(): of a source and a sink that both fail the first error is told, and the other is still told by its own end', async () => {
  const late = new Error('late');
  const isLate = (error: unknown) => error === late;
  for (const capacity of [0, 4]) {
    for (const first of ['source', 'sink'] as const) {
      const from = io.pipe({ capacity });
      const to = io.pipe({ capacity });
      const copied = rejects(io.copy(from.reader, to.writer), isOops);
      if (first === 'source') from.writer.abort(oops);
      else {
        to.reader.abort(oops);
        from.writer.tryWrite(new Uint8Array(1)); // only a write finds that the sink has gone
      }
      from.writer.abort(late);
      to.reader.abort(late);
      await copied;
      await rejects(from.reader.closed, first === 'source' ? isOops : isLate);
      await rejects(to.writer.closed, first === 'source' ? isLate : isOops);
    }
  }
});

test('copy(): with close, of a source and a sink that both fail the first error is told, to the other side too', async () => {
  const late = new Error('late');
  for (const capacity of [0, 4]) {
    for (const first of ['source', 'sink'] as const) {
      const from = io.pipe({ capacity });
      const to = io.pipe({ capacity });
      const copied = rejects(io.copy(from.reader, to.writer, { close: true }), isOops);
      if (first === 'source') from.writer.abort(oops);
      else to.reader.abort(oops);
      await turn();
      from.writer.abort(late);
      to.reader.abort(late);
      await copied;
      if (first === 'source') await rejects(to.reader.closed, isOops);
      else await rejects(from.writer.closed, isOops);
    }
  }
});

test("concat(), merge(), tee(): of several failures the first is told, and the others are nobody's trouble", async () => {
  const late = new Error('late');
  for (const join of [io.concat, io.merge]) {
    const pipes = [io.pipe(), io.pipe(), io.pipe()] as const;
    const joined = join(pipes.map(({ reader }) => reader));
    const read = rejects(joined.read(new Uint8Array(1)), isOops);
    pipes[0].writer.abort(oops);
    for (const { writer } of pipes) writer.abort(late);
    await read;
    await rejects(joined.closed, isOops);
  }
  const { reader, writer } = io.pipe();
  const branches = io.tee(reader);
  const reads = branches.map((branch) => rejects(branch.read(new Uint8Array(1)), isOops));
  writer.abort(oops);
  writer.abort(late);
  await Promise.all(reads);
});

test('lines(): a line that never ends stops at max, from any source, and a source that can be told is', async () => {
  const endless = async function* () {
    try {
      for (;;) yield new Uint8Array(7).fill(0x61);
    } finally {
      isReturned = true;
    }
  };
  let isReturned = false;
  let reason: unknown;
  const stream = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(7).fill(0x61)),
    cancel: (given) => {
      reason = given;
    },
  });
  for (const source of [endless(), stream]) {
    await rejects(readLines(source, { max: 100 }), { name: 'LimitError', max: 100 });
  }
  equal(isReturned, true);
  ok(reason instanceof io.LimitError);
});

test('tee(), concat(), merge(), limit(): what they throw at once has taken nothing', () => {
  const stream = new Blob(['text']).stream();
  throws(() => io.tee(stream, 0), RangeError);
  throws(() => io.tee(stream, 2, { policy: 'evict', capacity: 0 }), RangeError);
  throws(() => io.concat([stream, 'text' as never]), TypeError);
  throws(() => io.merge([stream, 'text' as never]), TypeError);
  throws(() => io.limit(stream, -1), RangeError);
  equal(stream.locked, false);
});
