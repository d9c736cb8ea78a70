/** Handles: plain data that is claimed once, and what is refused in their place. */
import { equal, match, notEqual, ok, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import * as worker from 'pipework/worker';
import { test } from '../runtimes/test.js';
import { WORDS } from './words.js';

test('handle: what was written before is read after, in any number of places in turn', async () => {
  const { reader, writer } = worker.pipe({ capacity: 8 });
  let at = reader;
  const into = new Uint8Array(16);
  for (let place = 0; place < 20; place++) {
    equal(writer.tryWrite(Uint8Array.of(place, place + 1, place + 2)), 3);
    equal(at.tryRead(into.subarray(0, 2)), 2);
    at = worker.openReader(structuredClone(at.handle));
    equal(at.bytesRead, 0);
    equal(at.tryRead(into), 1);
    equal(into[0], place + 2);
  }
  const moved = worker.openWriter(writer.handle);
  equal(await moved.write(new Uint8Array(8)), 8);
  equal(moved.tryWrite(new Uint8Array(1)), 0);
  equal(await at.read(into), 8);
});

interface WebPort {
  onmessage: (event: { readonly data: { readonly deep: readonly [worker.WriterHandle] } }) => void;
  postMessage(message: unknown): void;
  close(): void;
}

test('handle: survives a message port, and carries the name', async () => {
  const { port1, port2 } = new MessageChannel() as unknown as Record<'port1' | 'port2', WebPort>;
  const { reader, writer } = worker.pipe({ name: 'sent' });
  port1.postMessage({ deep: [writer.handle] });
  const handle = await new Promise<worker.WriterHandle>((resolve) => {
    port2.onmessage = ({ data }) => resolve(data.deep[0]);
  });
  const opened = worker.openWriter(handle);
  equal(opened.name, 'sent');
  equal(opened.tryWrite(Uint8Array.of(7)), 1);
  const into = new Uint8Array(1);
  equal(reader.tryRead(into), 1);
  equal(into[0], 7);
  port1.close();
});

test('handle: is the same object at every look', () => {
  const { reader, writer } = worker.pipe();
  equal(reader.handle, reader.handle);
  notEqual(reader.handle as unknown, writer.handle);
});

test('handle: spends the end: what waits rejects, and so do later calls', async () => {
  const { reader, writer } = worker.pipe({ name: 'gone', capacity: 4 });
  const { closed } = writer;
  const sent = writer.write('hello');
  const { handle } = writer;
  const spent = { name: 'ClosedPipeError', message: 'gone: the writer was handed over by its handle' };
  await rejects(sent, { ...spent, bytesWritten: 4 });
  await rejects(writer.write('more'), spent);
  throws(() => writer.tryWrite(new Uint8Array(1)), spent);
  throws(() => writer.writeBlocking(new Uint8Array(1)), spent);
  await closed;
  writer.close();
  writer.abort(new Error('nobody hears this'));
  writer[Symbol.dispose]();
  const into = new Uint8Array(8);
  equal(reader.tryRead(into), 4);
  equal(reader.tryRead(into), 0); // neither closed nor aborted
  const opened = worker.openWriter(handle);
  opened.close();
  equal(await reader.read(into), null);
});

test('handle: a read that waits rejects when the handle is taken, and takes nothing', async () => {
  const { reader, writer } = worker.pipe();
  const got = reader.read(new Uint8Array(8));
  const { handle } = reader;
  await rejects(got, { name: 'ClosedPipeError' });
  writer.tryWrite(Uint8Array.of(1, 2));
  equal(worker.openReader(handle).tryRead(new Uint8Array(8)), 2);
});

test('handle: of an end that was closed or aborted is a ClosedPipeError', () => {
  const closed = worker.pipe();
  closed.writer.close();
  closed.reader.close();
  throws(() => closed.writer.handle, { name: 'ClosedPipeError' });
  throws(() => closed.reader.handle, { name: 'ClosedPipeError' });
  const aborted = worker.pipe();
  const reason = new Error('the source failed');
  aborted.writer.abort(reason);
  throws(() => aborted.writer.handle, { name: 'ClosedPipeError', cause: reason });
});

test('handle: the other end goes on when one is handed over, also a call of it that waits', async () => {
  const { reader, writer } = worker.pipe({ capacity: 4 });
  const got = reader.read(new Uint8Array(8));
  const opened = worker.openWriter(writer.handle);
  equal(await opened.write('hi'), 2);
  equal(await got, 2);
  const { closed } = reader;
  opened.abort(new RangeError('over'));
  await rejects(closed, { name: 'RangeError', message: 'over' });
});

test('openReader(), openWriter(): a handle is claimed once', () => {
  const { reader, writer } = worker.pipe({ name: 'one' });
  const handles = [reader.handle, structuredClone(reader.handle)];
  worker.openReader(handles[0] as worker.ReaderHandle);
  for (const handle of [...handles, structuredClone(reader.handle)]) {
    throws(() => worker.openReader(handle), {
      name: 'TypeError',
      message:
        'handle must be what handle of a reader gave, got one that was claimed already: the reader of one is in another place',
    });
  }
  worker.openWriter(writer.handle);
});

test('openReader(): an old handle is no handle when the end is on its way again', () => {
  const { reader } = worker.pipe();
  const old = reader.handle;
  const { handle } = worker.openReader(old);
  throws(() => worker.openReader(old), /claimed already/);
  ok(worker.openReader(handle));
});

test('openWriter(): an end that somebody has cannot be claimed by any number', () => {
  const { writer } = worker.pipe();
  const { handle } = writer;
  const opened = worker.openWriter(handle);
  for (let ticket = -2; ticket < 8; ticket++) {
    throws(() => worker.openWriter({ ...handle, ticket }), /ticket|claimed already/);
  }
  equal(opened.tryWrite(new Uint8Array(1)), 1);
  ok(worker.openWriter(opened.handle));
});

test('closed: the other end fails after this one was asked, and before it is waited for', async () => {
  const { reader, writer } = worker.pipe();
  const elsewhere = worker.openWriter(writer.handle);
  const atomics = Atomics as unknown as { waitAsync: (...words: unknown[]) => unknown };
  const { waitAsync } = atomics;
  atomics.waitAsync = (...words) => {
    atomics.waitAsync = waitAsync;
    elsewhere.abort(new RangeError('over'));
    return waitAsync(...words);
  };
  await rejects(reader.closed, { name: 'RangeError', message: 'over' });
});

const wrong: readonly (readonly [string, (handle: worker.ReaderHandle) => unknown, RegExp])[] = [
  ['undefined', () => undefined, /got undefined$/],
  ['null', () => null, /got null$/],
  ['a string', () => 'handle', /got "handle"$/],
  ['an object', () => ({}), /got Object$/],
  ['an end', () => worker.pipe().reader, /got WorkerReader$/],
  ['the handle of the other end', () => worker.pipe().writer.handle, /got that of a writer$/],
  [
    'another memory',
    (handle) => ({ ...handle, memory: new ArrayBuffer(9000) }),
    /ArrayBuffer of 9000 bytes as its memory/,
  ],
  ['no memory', (handle) => ({ ...handle, memory: undefined }), /undefined as its memory/],
  ['too little memory', (handle) => ({ ...handle, memory: new SharedArrayBuffer(64) }), /memory of 64 bytes/],
  [
    'memory that is no pipe',
    (handle) => ({ ...handle, memory: new SharedArrayBuffer(9999) }),
    /memory that is no pipe/,
  ],
  ['no ticket', (handle) => ({ ...handle, ticket: '2' }), /"2" as its ticket/],
  ['a ticket that is none', (handle) => ({ ...handle, ticket: handle.ticket + 2 ** 32 }), /as its ticket/],
  ['a ticket of nobody', (handle) => ({ ...handle, ticket: 1 }), /1 as its ticket/],
  ['no name', (handle) => ({ ...handle, name: 7 }), /7 as its name/],
];

for (const [what, make, message] of wrong) {
  test(`openReader(): refuses ${what} with a TypeError that says so`, () => {
    const { reader } = worker.pipe();
    const { handle } = reader;
    throws(
      () => worker.openReader(make(handle) as worker.ReaderHandle),
      (error: Error) => {
        equal(error.name, 'TypeError');
        match(error.message, /^handle must be what handle of a reader gave/);
        match(error.message, message);
        return true;
      },
    );
    ok(worker.openReader(handle)); // and is none the worse
  });
}

const damaged: readonly (readonly [string, number, number, RegExp])[] = [
  ['the mark of a pipe', WORDS.magic, 0, /memory that is no pipe/],
  ['another version', WORDS.version, 2, /version 2 of the protocol, and this is version 1/],
  ['another capacity', WORDS.capacity, 65, /a capacity of 65 bytes in memory for 64/],
];

for (const [what, word, value, message] of damaged) {
  test(`openWriter(): refuses a header with ${what} damaged`, () => {
    const { writer } = worker.pipe({ capacity: 64 });
    const { handle } = writer;
    new Int32Array(handle.memory)[word] = value;
    throws(
      () => worker.openWriter(handle),
      (error: Error) => error instanceof TypeError && message.test(error.message),
    );
  });
}

for (const [what, word, value] of [
  ['the index of the reader', WORDS.head, 2 * 64 * 2],
  ['the index of the writer', WORDS.tail, -1],
  ['indices further apart than the capacity', WORDS.tail, 65 * 2],
] as const) {
  test(`openReader(), openWriter(): ${what} that cannot be is a CorruptPipeError, on both sides`, async () => {
    for (const end of ['reader', 'writer'] as const) {
      const { reader, writer } = worker.pipe({ capacity: 64 });
      const words = new Int32Array(reader.handle.memory);
      words[word] = value;
      if (end === 'reader') {
        throws(() => worker.openReader(reader.handle), { code: 'ERR_PIPE_CORRUPT' });
        await rejects(writer.write('more'), { code: 'ERR_PIPE_CORRUPT' });
      } else {
        throws(() => worker.openWriter(writer.handle), { code: 'ERR_PIPE_CORRUPT' });
      }
    }
  });
}

test('pipe(): refuses wrong options and names them', () => {
  const refused: readonly (readonly [unknown, RegExp])[] = [
    [{ capacity: 0 }, /^RangeError: capacity must be a whole number >= 1, got 0$/],
    [{ capacity: 1.5 }, /^RangeError: capacity .* got 1.5$/],
    [
      { capacity: 2 ** 30 + 1 },
      /^RangeError: capacity must be a whole number <= 1073741824, got 1073741825$/,
    ],
    [{ capacity: '64' }, /^TypeError: capacity must be a number, got "64"$/],
    [{ size: 64 }, /^TypeError: options has 'capacity', 'name', got 'size'; did you mean capacity\?$/],
    [{ name: 7 }, /^TypeError: name must be a string, got 7$/],
    [null, /^TypeError: options must be an object, got null$/],
  ];
  for (const [options, message] of refused) {
    throws(
      () => worker.pipe(options as io.PipeOptions),
      (error) => message.test(String(error)),
    );
  }
});

test('pipe(): names are numbered, one for each pipe, and shared by its ends', () => {
  const [first, second] = [worker.pipe(), worker.pipe()];
  equal(first.reader.name, first.writer.name);
  const [a, b] = [first, second].map(({ reader }) => Number(reader.name.slice('pipe#'.length)));
  equal((b as number) - (a as number), 1);
});

test('CorruptPipeError: is one of the errors of this package', () => {
  ok(new worker.CorruptPipeError('spoilt') instanceof io.PipeError);
});
