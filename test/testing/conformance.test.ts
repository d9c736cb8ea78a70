import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as io from 'pipework';
import { type ConformanceOptions, conformance } from 'pipework/testing';
import { brokenPipes } from '../fixtures/broken-pipes.js';
import { lesserPipes } from '../fixtures/lesser-pipes.js';
import { WrappedReader, WrappedWriter, wrapped } from '../fixtures/wrapped-ends.js';
import { wrongDeclarations } from '../fixtures/wrong-declarations.js';

const unbuffered: ConformanceOptions = {
  open: () => io.pipe(),
  openClogged: () => ({ ...io.pipe(), buffered: new Uint8Array(0) }),
};

/** The suite on memory pipes whose ends went through `wrap`; `finish` ends the pipes behind them. */
function suiteOf(
  isBounded: boolean,
  wrap: (pipe: io.Pipe) => io.Pipe,
  more: Partial<ConformanceOptions>,
  extra = 0,
) {
  const made: io.Pipe[] = [];
  const make = (capacity: number): io.Pipe => {
    const pipe = io.pipe({ capacity: isBounded ? capacity + extra : 0 });
    made.push(pipe);
    return pipe;
  };
  const cases = conformance({
    open: ({ capacity }) => wrap(make(capacity)),
    openClogged() {
      const pipe = make(4 - extra);
      const buffered = isBounded ? Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3) : new Uint8Array(0);
      pipe.writer.tryWrite(buffered);
      return { ...wrap(pipe), buffered };
    },
    ...more,
  });
  const finish = async (): Promise<void> => {
    for (const { reader, writer } of made.splice(0)) {
      writer.abort();
      reader.close();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { cases, finish };
}

async function failuresOf({ cases, finish }: ReturnType<typeof suiteOf>): Promise<Map<string, string>> {
  const failures = new Map<string, string>();
  for (const { name, skip, run } of cases) {
    if (skip === undefined) await run().catch((error) => failures.set(name, String(error)));
  }
  await finish();
  return failures;
}

for (const [what, broken] of Object.entries({ ...brokenPipes, ...wrongDeclarations })) {
  test(`conformance() catches a pipe that ${what}`, async (t) => {
    const supports = broken.supports ?? { rendezvous: !broken.isBounded };
    // What a broken pipe leaves of its own promises is not the suite's affair.
    const failures = await failuresOf(suiteOf(broken.isBounded, broken.break, { supports }, broken.extra));
    for (const name of broken.caughtBy) assert.ok(failures.has(name), `not caught by: ${name}`);
    t.diagnostic(`${failures.size} cases failed`);
  });
}

for (const isBounded of [false, true]) {
  test(`conformance() finds nothing in ${isBounded ? 'bounded' : 'unbuffered'} pipes that are only wrapped`, async () => {
    const supports = { rendezvous: !isBounded };
    const failures = await failuresOf(suiteOf(isBounded, (pipe) => wrapped(pipe), { supports }));
    assert.deepEqual([...failures], []);
  });

  for (const [what, { supports, turn, extra, wrap }] of Object.entries(lesserPipes)) {
    test(`conformance() passes a pipe, ${isBounded ? 'bounded' : 'unbuffered'}, that ${what}, and says so`, async () => {
      const more = {
        supports: { rendezvous: !isBounded, ...supports },
        ...(turn === undefined ? {} : { turn }),
      };
      const failures = await failuresOf(suiteOf(isBounded, wrap, more, extra));
      assert.deepEqual([...failures], []);
    });
  }
}

test('conformance() gives cases of every rule, with names of their own', () => {
  const cases = conformance(unbuffered);
  assert.deepEqual(
    [...new Set(cases.map(({ rule }) => rule))].sort((a, b) => a - b),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  const names = cases.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    names.filter((name) => name.includes('undefined when') || name.trim() !== name),
    [],
  );
});

test('conformance() leaves a case out with a reason where the runtime cannot run it, and does not pass it', async () => {
  for (const { skip, run } of conformance(unbuffered)) {
    if (skip !== undefined) await assert.rejects(run(), { message: `cannot run here: ${skip}` });
  }
});

test('conformance() leaves nothing that waits: a run ends its pipes, also one that fails', async () => {
  const made: io.Pipe[] = [];
  const cases = conformance({
    ...unbuffered,
    open() {
      const pipe = io.pipe();
      made.push(pipe);
      return pipe;
    },
    supports: { rendezvous: false }, // wrong, so that many fail
  });
  let failed = 0;
  for (const { run } of cases) await run().catch(() => failed++);
  assert.ok(failed > 0);
  for (const { reader, writer } of made) {
    assert.throws(() => reader.tryRead(new Uint8Array(1)), { code: 'ERR_PIPE_CLOSED' });
    assert.throws(() => writer.tryWrite(new Uint8Array(1)), { code: 'ERR_PIPE_CLOSED' });
  }
});

/** The suite on ends that `Reader` and `Writer` make of a pipe, each for openClogged() too. */
function failuresOfEnds(
  Reader: new (inner: io.PipeReader) => io.PipeReader,
  Writer: new (inner: io.PipeWriter) => io.PipeWriter,
): Promise<Map<string, string>> {
  return failuresOf(suiteOf(false, (pipe) => wrapped(pipe, Reader, Writer), {}));
}

test('conformance() ends on a pipe that never does: each read gives one more byte', async () => {
  class Endless extends WrappedReader {
    override async read(): Promise<number> {
      return 1;
    }
    override async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
      for (;;) yield new Uint8Array(1);
    }
  }
  class Swallowing extends WrappedWriter {
    override async write(chunk: Uint8Array): Promise<number> {
      return chunk.length;
    }
  }
  const failures = await failuresOfEnds(Endless, Swallowing);
  assert.match(failures.get('close() of the writer loses nothing of writes that nobody awaits') ?? '', /end/);
});

test('conformance() says what failed first, and leaves no unhandled rejection, where close() and abort() throw', async (t) => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', listener);
  t.after(() => process.off('unhandledRejection', listener));
  const refuse = (): never => {
    throw new Error('refused');
  };
  class Reader extends WrappedReader {
    override close = refuse;
    override abort = refuse;
    override async read(): Promise<number> {
      return 7;
    }
  }
  class Writer extends WrappedWriter {
    override close = refuse;
    override abort = refuse;
  }
  const failures = await failuresOfEnds(Reader, Writer);
  const first = failures.get('read() waits while there is nothing to read, and is woken by the first byte');
  assert.match(first ?? '', /expected it to wait, but it gave 7/);
  assert.deepEqual(unhandled, []);
});

test('conformance() refuses wrong options by name', () => {
  const refused = (options: object) => () => conformance(options as ConformanceOptions);
  assert.throws(refused({}), {
    name: 'TypeError',
    message: /^options.open must be a function, got undefined$/,
  });
  assert.throws(refused({ ...unbuffered, openClogged: 5 }), { message: /^options.openClogged .* got 5$/ });
  assert.throws(refused({ ...unbuffered, turn: 'next' }), { message: /^options.turn .* got "next"$/ });
  assert.throws(refused({ ...unbuffered, support: {} }), { message: /'support'/ });
  assert.throws(refused({ ...unbuffered, supports: { rendevous: true } }), { message: /'rendevous'/ });
  assert.throws(refused({ ...unbuffered, supports: { rendezvous: 1 } }), { message: /rendezvous .* got 1$/ });
  assert.throws(refused({ ...unbuffered, supports: { aborts: false } }), { message: /supports.reasons/ });
});
