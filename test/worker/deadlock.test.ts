/**
 * Stuck worker pipes: an error when no thread is left that could end a wait, and only then; and what holds the event loop
 * meanwhile. Each program gets stuck in a process of its own.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { runSource } from '../fixtures/run-source.js';

/** In the text of a worker, `handle` is what it was given, and `worker` the door. */
const HEAD = `
  import { Worker } from 'node:worker_threads';
  import * as worker from 'pipework/worker';
  const one = () => new Uint8Array(1);
  const failure = (promise) => promise.then((value) => ({ value }), (error) => error);
  const thrown = (call) => { try { return { value: call() }; } catch (error) { return error; } };
  const start = (text, handle) => new Worker(
    "import { workerData as handle } from 'node:worker_threads'; import * as worker from 'pipework/worker';" + text,
    { eval: true, execArgv: ['--input-type=module'], workerData: handle },
  );
`;

/** Runs a program that must end well by itself; its lines. */
function run(source: string): string[] {
  const { stdout, stderr, status, signal } = runSource(HEAD + source);
  equal(stderr, '');
  deepEqual([status, signal], [0, null]);
  return stdout.trimEnd().split('\n');
}

for (const [how, open] of [
  ['as they were made', 'const open = (pipe) => pipe;'],
  [
    'by their handles',
    'const open = ({ reader, writer }) => ({ reader: worker.openReader(reader.handle), writer: worker.openWriter(writer.handle) });',
  ],
] as const) {
  test(`DeadlockError: a read and a write wait, and both ends are in this thread, ${how}`, () => {
    const lines = run(`${open}
      const a = open(worker.pipe({ name: 'in' }));
      const b = open(worker.pipe({ name: 'out', capacity: 4 }));
      const [read, written] = await Promise.all([failure(a.reader.read(one())), failure(b.writer.write('hello'))]);
      console.log(read.code, written.code, written.bytesWritten);
      console.log(read.message);
      console.log(a.writer.tryWrite(one()), a.reader.tryRead(one()));`);
    deepEqual(lines, [
      'ERR_PIPE_DEADLOCK ERR_PIPE_DEADLOCK 4',
      'the program stands still: nothing can end the wait of all 2 operations on its pipes',
      '  in (0 of 65536 bytes full): read waits for the first of up to 1 bytes',
      '  out (4 of 4 bytes full): write has moved 4 of 5 bytes',
      'Another part of the program has to act, or to close() or abort() its end; unref() an end whose wait is meant to be idle.',
      '1 1',
    ]);
  });

  test(`DeadlockError: a blocking call that only this thread could answer, with both ends ${how}`, () => {
    const lines = run(`${open}
      const { reader, writer } = open(worker.pipe({ name: 'here', capacity: 4 }));
      const read = thrown(() => reader.readBlocking(one()));
      console.log(read.code, read.message);
      const written = thrown(() => writer.writeBlocking(new Uint8Array(9)));
      console.log(written.code, written.bytesWritten, writer.bytesWritten);
      const into = new Uint8Array(8);
      console.log(reader.readBlocking(into), writer.writeBlocking(new Uint8Array(3)), reader.readBlocking(into));`);
    deepEqual(lines, [
      'ERR_PIPE_DEADLOCK here: a blocking read would wait for ever: nobody but this thread could write to the pipe',
      'ERR_PIPE_DEADLOCK 4 4',
      '4 3 3',
    ]);
  });

  test(`readBlocking(), writeBlocking(): calls of the other end that wait here answer them, with both ends ${how}`, () => {
    const lines = run(`${open}
      const { reader, writer } = open(worker.pipe({ capacity: 4 }));
      const written = writer.write(new Uint8Array(9));
      const into = new Uint8Array(16);
      let count = 0;
      while (count < 9) count += reader.tryRead(into) || ${how === 'by their handles' ? '(await new Promise(setImmediate), 0)' : '0'};
      console.log(count, await written);
      const read = reader.read(into);
      console.log(writer.writeBlocking(new Uint8Array(3)), await read);`);
    deepEqual(lines, ['9 9', '3 3']);
  });
}

test('DeadlockError: the handle of the other end was taken, and nobody has opened it', () => {
  const lines = run(`
    const { reader, writer } = worker.pipe({ name: 'sent' });
    writer.handle;
    console.log((await failure(reader.read(one()))).message.split('\\n')[1]);`);
  deepEqual(lines, [
    '  sent (0 of 65536 bytes full): read waits for the first of up to 1 bytes; the handle of its writer was taken, and nobody has opened it',
  ]);
});

test('DeadlockError: the worker that was sent the other end has ended without opening it', () => {
  const lines = run(`
    const { reader, writer } = worker.pipe({ name: 'sent' });
    const thread = start('process.exit(3)', writer.handle);
    let status;
    thread.on('exit', (code) => { status = code; });
    thread.unref();
    const error = await failure(reader.read(one()));
    console.log(error.code, status);`);
  deepEqual(lines, ['ERR_PIPE_DEADLOCK 3']);
});

test('DeadlockError: the other end is opened in this thread while a read waits for some other one', () => {
  const lines = run(`
    const { reader, writer } = worker.pipe({ name: 'sent' });
    const { handle } = writer;
    const thread = start('setInterval(() => {}, 1000)');
    await new Promise((resolve) => thread.once('online', resolve));
    thread.unref();
    const failed = failure(reader.read(one()));
    const opened = worker.openWriter(handle);
    console.log((await failed).code, opened.tryWrite(one()));`);
  deepEqual(lines, ['ERR_PIPE_DEADLOCK 1']);
});

test('DeadlockError: in a worker that is stuck by itself', () => {
  const lines = run(`
    const { reader, writer } = worker.pipe();
    const thread = start(
      "const writer = worker.openWriter(handle); const own = worker.pipe();" +
      "own.reader.read(new Uint8Array(1)).catch((error) => { writer.writeBlocking(Buffer.from(error.code)); writer.close(); });",
      writer.handle,
    );
    const into = new Uint8Array(64);
    console.log(Buffer.from(into.subarray(0, await reader.read(into))).toString());
    console.log(await reader.read(into));`);
  deepEqual(lines, ['ERR_PIPE_DEADLOCK', 'null']);
});

test('a read that waits holds the event loop until it is answered, though the worker does not', () => {
  const lines = run(`
    const { reader, writer } = worker.pipe();
    const back = worker.pipe();
    process.on('beforeExit', () => console.log('beforeExit'));
    start(
      "const writer = worker.openWriter(handle.writer); const reader = worker.openReader(handle.reader);" +
      "reader.readBlocking(new Uint8Array(1)); writer.writeBlocking(new Uint8Array(3)); setInterval(() => writer, 1000);",
      { writer: writer.handle, reader: back.reader.handle },
    ).unref();
    const got = reader.read(new Uint8Array(8));
    await back.writer.write(one());
    console.log(await got);`);
  deepEqual(lines, ['3', 'beforeExit']);
});

test('a write that waits holds the event loop until it is answered, though the worker does not', () => {
  const lines = run(`
    const { reader, writer } = worker.pipe({ capacity: 4 });
    process.on('beforeExit', () => console.log('beforeExit'));
    start(
      "const reader = worker.openReader(handle); const into = new Uint8Array(3);" +
      "for (let count = 0; count < 10; ) count += reader.readBlocking(into); setInterval(() => reader, 1000);",
      reader.handle,
    ).unref();
    console.log(await writer.write(new Uint8Array(10)));`);
  deepEqual(lines, ['10', 'beforeExit']);
});

test('unref(): a wait for another thread neither holds the event loop nor is a deadlock', () => {
  const lines = run(`
    const { reader, writer } = worker.pipe();
    const told = worker.pipe();
    const thread = start(
      "const writer = worker.openWriter(handle.writer); worker.openWriter(handle.told).writeBlocking(new Uint8Array(1));" +
      "setInterval(() => writer, 1000);",
      { writer: writer.handle, told: told.writer.handle },
    );
    thread.unref();
    reader.unref().read(one()).then(console.log, console.log);
    console.log('opened', await told.reader.read(one()));`);
  deepEqual(lines, ['opened 1']);
});

test('closed: to await it does not hold the event loop', () => {
  const { stdout, status } = runSource(`${HEAD}
    const { reader, writer } = worker.pipe();
    start("const reader = worker.openReader(handle); setInterval(() => reader, 1000);", reader.handle).unref();
    process.on('exit', () => console.log('exit'));
    await writer.closed;`);
  equal(stdout, 'exit\n');
  equal(status, 13); // of a top-level await that never settles
});

test('failWhenStuck: names what waits for another thread', () => {
  const [line = ''] = run(`
    const { failWhenStuck } = await import('pipework/testing');
    const { reader, writer } = worker.pipe({ name: 'slow' });
    const thread = start("const writer = worker.openWriter(handle); setInterval(() => writer, 1000);", writer.handle);
    const error = await failure(failWhenStuck(() => reader.read(one()), { after: 50 }));
    console.log(error.message.split('\\n')[1]);
    void thread.terminate();`);
  match(line, /^ {2}slow \(0 of 65536 bytes full\): read waits/);
});
