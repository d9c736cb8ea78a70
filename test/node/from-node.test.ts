import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Duplex, PassThrough, Readable, Writable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import * as io from 'pipework';
import { fromNode } from 'pipework/node';
import tar from 'tar-stream';
import { test } from '../runtimes/test.js';

// Reading

test('fromNode(readable) keeps what a read leaves of a chunk', async () => {
  const reader = fromNode(bytesOf('hello', ' there'));
  const into = new Uint8Array(2);
  const parts: string[] = [];
  for (let count = await reader.read(into); count !== null; count = await reader.read(into)) {
    parts.push(Buffer.from(into.subarray(0, count)).toString());
  }
  equal(parts.join(''), 'hello there');
  equal(reader.bytesRead, 11);
  equal(await reader.read(into), null);
  await reader.closed;
});

test('fromNode(readable) asks nothing of the stream before the first read', async () => {
  let asked = 0;
  const stream = new Readable({
    highWaterMark: 1,
    read() {
      asked++;
      this.push('one');
    },
  });
  const reader = fromNode(stream);
  await turns();
  equal(asked, 0);
  equal(stream.listenerCount('readable'), 0);
  equal(await reader.read(new Uint8Array(3)), 3);
  await turns();
  ok(asked >= 1 && asked <= 2, `asked ${asked} times`); // the one that was read, and as far ahead as the mark says
  reader.close();
});

test('fromNode(readable) reads with tryRead what the stream has, without waiting', async () => {
  const stream = new PassThrough();
  const { reader } = fromNode(stream);
  stream.write('hello');
  const into = new Uint8Array(4);
  equal(reader.tryRead(into), 4);
  equal(reader.tryRead(into), 1);
  equal(reader.tryRead(into), 0);
  stream.end();
  await turns();
  reader.tryRead(into);
  await turns();
  equal(reader.tryRead(into), null);
});

test('fromNode(readable) loses nothing of a read that was given up', async () => {
  const stream = new PassThrough();
  const { reader } = fromNode(stream);
  const stop = new AbortController();
  const given = reader.read(new Uint8Array(4), { signal: stop.signal });
  stop.abort('not now');
  equal(await given.catch((error) => error), 'not now');
  stream.end('all of it');
  equal(await io.text(reader), 'all of it');
});

test('fromNode(readable) fails with the error of the stream, that very value, and so does closed', async () => {
  const stream = new PassThrough();
  const { reader } = fromNode(stream);
  const read = reader.read(new Uint8Array(4));
  const reason = new Error('disk failed');
  stream.destroy(reason);
  equal(await read.catch((error) => error), reason);
  equal(await reader.read(new Uint8Array(4)).catch((error) => error), reason);
  equal(await reader.closed.catch((error) => error), reason);
});

test('fromNode(readable) still gives the rest of a chunk that it had taken when the stream failed', async () => {
  const stream = new PassThrough();
  const { reader } = fromNode(stream);
  stream.write('hello');
  const into = new Uint8Array(3);
  equal(await reader.read(into), 3);
  const reason = new Error('disk failed');
  stream.destroy(reason);
  equal(await reader.closed.catch((error) => error), reason);
  equal(await reader.read(into), 2);
  equal(await reader.read(into).catch((error) => error), reason);
});

test('fromNode(readable) gives nothing more of a stream that was destroyed, also before its error was told', async () => {
  const stream = new PassThrough();
  const { reader } = fromNode(stream);
  stream.write('hello');
  const reason = new Error('disk failed');
  stream.destroy(reason);
  equal(reader.tryRead(new Uint8Array(8)), 0);
  equal(await reader.read(new Uint8Array(8)).catch((error) => error), reason);
});

test('fromNode(readable) of a stream that is destroyed before its end never looks whole', async () => {
  const stream = new PassThrough();
  const { reader } = fromNode(stream, { name: 'download' });
  stream.destroy();
  await rejects(reader.read(new Uint8Array(1)), {
    name: 'AbandonedPipeError',
    message: 'download: the stream was destroyed before its end',
  });
});

test('fromNode(readable) of one that was over before: its error, its end, or that it was cut off', async () => {
  const reason = new Error('before');
  const failed = new PassThrough().on('error', () => {});
  failed.destroy(reason);
  const gone = new PassThrough().destroy();
  const ended = bytesOf('x').resume();
  await Promise.all([closing(failed), closing(gone), closing(ended)]);
  equal(await io.readAll(fromNode(failed).reader).catch((error) => error), reason);
  await rejects(io.readAll(fromNode(gone).reader), { code: 'ERR_PIPE_ABANDONED' });
  equal((await io.readAll(fromNode(ended))).length, 0);
  // Destroyed, and its error is yet to be told: whoever has the reader learns of it, and no listener is missed.
  const late = new PassThrough().destroy(reason);
  equal(await io.readAll(fromNode(late).reader).catch((error) => error), reason);
});

test('fromNode(readable): close() destroys the stream, abort(reason) with that very reason', async () => {
  const closed = new Readable({ read() {} });
  fromNode(closed).close();
  equal(closed.destroyed, true);
  equal(closed.errored, null);
  for (const reason of [new Error('enough'), 'a string']) {
    const aborted = new Readable({ read() {} });
    fromNode(aborted).abort(reason);
    equal(aborted.destroyed, true);
    equal(aborted.errored, reason);
    await closing(aborted);
  }
});

test('fromNode(readable): leaving its loop early destroys the stream', async () => {
  const stream = bytesOf('one', 'two');
  for await (const chunk of fromNode(stream)) {
    ok(chunk.length > 0);
    break;
  }
  equal(stream.destroyed, true);
});

test('fromNode(readable) that gives text after all is an error, and no bytes of another encoding', async () => {
  const stream = new PassThrough();
  const { reader } = fromNode(stream);
  stream.setEncoding('latin1');
  stream.write('hello');
  await rejects(reader.read(new Uint8Array(8)), {
    name: 'TypeError',
    message: 'stream must be one of bytes, got a chunk that is "hello"',
  });
  equal(stream.destroyed, true);
});

test('fromNode(readable) whose chunk loses its memory halfway is cut off there', async () => {
  const stream = new PassThrough();
  const { reader } = fromNode(stream);
  const chunk = Buffer.from(new Uint8Array(8).buffer);
  stream.write(chunk);
  equal(await reader.read(new Uint8Array(3)), 3);
  structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
  await rejects(reader.read(new Uint8Array(3)), { name: 'TypeError' });
  equal(stream.destroyed, true);
});

// Writing

test('fromNode(writable) gives the stream copies of at most 64 KiB: the chunk may change when the write has settled', async () => {
  const kept: Buffer[] = [];
  const writer = fromNode(
    new Writable({
      write(chunk, _encoding, callback) {
        kept.push(chunk); // for longer than until it calls back
        callback();
      },
    }),
  );
  const chunk = new Uint8Array(150_000).fill(1);
  equal(await writer.write(chunk), 150_000);
  chunk.fill(2);
  deepEqual(
    kept.map((part) => [part.length, part.every((byte) => byte === 1)]),
    [
      [65536, true],
      [65536, true],
      [18928, true],
    ],
  );
  equal(writer.bytesWritten, 150_000);
});

test('fromNode(writable) resolves a write when the stream calls back, and gives it nothing while it asks to wait', async () => {
  const { stream, given, callBack } = held();
  const writer = fromNode(stream);
  let isTaken = false;
  const first = writer.write(new Uint8Array(100_000)).then(() => {
    isTaken = true;
  });
  const second = writer.write('next');
  await turns();
  deepEqual(given, [65536]);
  callBack();
  await turns();
  deepEqual(given, [65536, 34464]);
  equal(isTaken, false);
  equal(writer.tryWrite(new Uint8Array(1)), 0);
  callBack();
  await first;
  await turns();
  deepEqual(given, [65536, 34464, 4]);
  callBack();
  equal(await second, 4);
  equal(writer.bytesWritten, 100_004);
});

test('fromNode(writable) takes with tryWrite what the stream takes', () => {
  const { stream, given } = held();
  const writer = fromNode(stream);
  equal(writer.tryWrite(new Uint8Array(0)), 0);
  deepEqual(given, []);
  equal(writer.tryWrite(new Uint8Array(100_000)), 65536);
  equal(writer.tryWrite(new Uint8Array(1)), 0);
  equal(writer.bytesWritten, 65536);
  deepEqual(given, [65536]);
  writer.abort();
});

test('fromNode(writable) moves nothing of a write that was given up before its turn', async () => {
  const { stream, given, callBack } = held();
  const writer = fromNode(stream);
  const first = writer.write('first');
  const stop = new AbortController();
  const second = writer.write('second', { signal: stop.signal });
  const third = writer.write('third!!');
  stop.abort('not needed');
  equal(await second.catch((error) => error), 'not needed');
  callBack();
  equal(await first, 5);
  await turns();
  callBack();
  equal(await third, 7);
  deepEqual(given, [5, 7]);
});

test('fromNode(writable): a write that was given up behind close() cuts the stream off, when it has taken what came before', async () => {
  const { stream, given, callBack } = held();
  const writer = fromNode(stream);
  const stop = new AbortController();
  const first = writer.write('first');
  const second = writer.write('second', { signal: stop.signal });
  writer.close();
  stop.abort('given up');
  equal(await second.catch((error) => error), 'given up');
  await turns();
  equal(stream.destroyed, false);
  callBack();
  equal(await first, 5);
  await closing(stream);
  equal(stream.errored, 'given up');
  deepEqual(given, [5]);
});

test('fromNode(writable): a write that the stream has got and that is given up behind close() still arrives', async () => {
  const { stream, given, callBack } = held();
  const writer = fromNode(stream);
  const stop = new AbortController();
  const only = writer.write('only', { signal: stop.signal });
  writer.close();
  stop.abort('given up');
  equal(await only.catch((error) => error), 'given up');
  callBack();
  await writer.closed;
  deepEqual(given, [4]);
  equal(stream.writableFinished, true);
});

test('fromNode(writable) rejects with the error of the stream, that very value: the write that failed and all later ones', async () => {
  const reason = new Error('disk full');
  const writer = fromNode(new Writable({ write: (_chunk, _encoding, callback) => callback(reason) }));
  const writes = [writer.write('first'), writer.write('second')];
  for (const write of writes) equal(await write.catch((error) => error), reason);
  equal(await writer.write('third').catch((error) => error), reason);
  equal(await writer.closed.catch((error) => error), reason);
});

test('fromNode(writable) whose write() throws fails with what it threw', async () => {
  const reason = new Error('thrown');
  const stream = new Writable();
  stream.write = () => {
    throw reason;
  };
  const writer = fromNode(stream);
  equal(await writer.write('first').catch((error) => error), reason);
  equal(stream.errored, reason);
});

test('fromNode(writable): close() ends the stream behind what was written, and closed says when it has finished', async () => {
  const { stream, callBack } = held();
  const writer = fromNode(stream);
  let ends = 0;
  const end = stream.end.bind(stream);
  stream.end = () => {
    ends++;
    return end();
  };
  const sent = writer.write('last');
  writer.close();
  await turns();
  equal(stream.writableFinished, false);
  callBack();
  equal(await sent, 4);
  await writer.closed;
  equal(stream.writableFinished, true);
  equal(ends, 1);
  await rejects(writer.write('more'), { code: 'ERR_PIPE_CLOSED' });
});

test('fromNode(writable): closed rejects with the error of a stream that fails at its end', async () => {
  const reason = new Error('no room for the end');
  const writer = fromNode(new Writable({ final: (callback) => callback(reason) }));
  writer.close();
  equal(await writer.closed.catch((error) => error), reason);
});

test('fromNode(writable): abort(reason) destroys the stream with that very reason, also after close()', async () => {
  for (const reason of [new Error('enough'), 'a string']) {
    for (const isClosed of [false, true]) {
      const { stream } = held();
      const writer = fromNode(stream);
      const sent = writer.write('first');
      if (isClosed) writer.close();
      writer.abort(reason);
      await rejects(sent, { code: 'ERR_PIPE_CLOSED', bytesWritten: 5 });
      equal(stream.errored, reason);
      await closing(stream);
    }
  }
});

test('fromNode(writable) of a stream that is destroyed, or ended by others: EPIPE, also while nobody writes', async () => {
  for (const end of [(stream: Writable) => stream.destroy(), (stream: Writable) => stream.end()]) {
    const { stream } = held();
    const writer = fromNode(stream);
    end(stream);
    await rejects(writer.closed, { code: 'EPIPE' });
    await rejects(writer.write('more'), { code: 'EPIPE' });
  }
});

test('fromNode(writable) whose stream has gone is over when it closes, and an abort comes too late', async () => {
  const { stream } = held();
  const writer = fromNode(stream);
  stream.destroy();
  await rejects(writer.closed, { code: 'EPIPE' });
  writer.close();
  writer.abort(new Error('late'));
  const error = await writer.write('more').catch((error) => error);
  equal(error.code, 'ERR_PIPE_CLOSED');
  equal('cause' in error, false);
});

test('fromNode(writable) of one that was over before: its error, or EPIPE', async () => {
  const reason = new Error('before');
  const failed = new Writable().on('error', () => {});
  failed.destroy(reason);
  const gone = new Writable().destroy();
  const ended = new Writable().end();
  await Promise.all([closing(failed), closing(gone), closing(ended)]);
  equal(
    await fromNode(failed)
      .write('x')
      .catch((error) => error),
    reason,
  );
  await rejects(fromNode(gone).write('x'), { code: 'EPIPE' });
  await rejects(fromNode(ended).write('x'), { code: 'EPIPE' });
  await rejects(fromNode(held().stream.end()).write('x'), { code: 'EPIPE' }); // and not finished yet
  const late = new Writable().destroy(reason);
  equal(
    await fromNode(late)
      .write('x')
      .catch((error) => error),
    reason,
  );
});

test('fromNode(writable) waits for a stream that asks to wait already', async () => {
  const { stream, given, callBack } = held();
  stream.write('before');
  const writer = fromNode(stream);
  const sent = writer.write('after');
  await turns();
  deepEqual(given, [6]);
  callBack();
  await turns();
  deepEqual(given, [6, 5]);
  callBack();
  equal(await sent, 5);
});

test('fromNode(writable) keeps the order, and mixes nothing, when the stream writes to its own writer', async () => {
  const got: string[] = [];
  const within: unknown[] = [];
  const stream: Writable = new Writable({
    highWaterMark: 1_000_000,
    write(chunk, _encoding, callback) {
      got.push(`${chunk.length} ${String.fromCharCode(chunk[0])}`);
      if (got.length === 1) within.push(writer.tryWrite(Buffer.from('try')), writer.write('inner'));
      callback();
    },
  });
  const writer = fromNode(stream);
  await Promise.all([writer.write(Buffer.alloc(100_000, 'a')), writer.write('behind')]);
  writer.close();
  await writer.closed;
  deepEqual(got, ['65536 a', '34464 a', '5 i', '6 b']);
  deepEqual(await Promise.all(within), [0, 5]);
});

test('fromNode(writable) gives nothing to a stream that was destroyed and has not said so yet', async () => {
  const { stream, given } = held();
  const writer = fromNode(stream);
  stream.destroy();
  const sent = writer.write('late');
  equal(writer.tryWrite(new Uint8Array(1)), 0);
  await rejects(sent, { code: 'EPIPE', bytesWritten: 0 });
  equal(writer.bytesWritten, 0);
  deepEqual(given, []);
});

test("fromNode(writable): a signal of somebody's own that fires when another is let go ends its own write", async () => {
  const { stream } = held();
  const writer = fromNode(stream);
  let fire = (): void => {};
  const first: io.Signal = {
    aborted: false,
    reason: undefined,
    addEventListener() {},
    removeEventListener: () => fire(),
  };
  const second: io.Signal = {
    aborted: false,
    reason: 'given up',
    addEventListener(_, listener) {
      fire = listener;
    },
    removeEventListener() {},
  };
  const writes = [writer.write('first', { signal: first }), writer.write('second', { signal: second })];
  writer.abort(new Error('enough'));
  const [one, two] = await Promise.all(writes.map((write) => write.catch((error) => error)));
  equal(one.code, 'ERR_PIPE_CLOSED');
  equal(two, 'given up');
});

// Both

test('fromNode(duplex): each direction ends by itself', async () => {
  await connected(async (client, server) => {
    const { reader, writer } = fromNode(client as Duplex);
    await writer.write('question');
    writer.close();
    const [question] = await once(server, 'data');
    equal(String(question), 'question');
    server.end('answer');
    equal(await io.text(reader), 'answer');
  });
});

test('fromNode(duplex): a reader that closes leaves the writer its stream, which goes when both are done', async () => {
  const { stream, given, callBack } = heldDuplex();
  const { reader, writer } = fromNode(stream);
  reader.close();
  equal(stream.destroyed, false);
  const sent = writer.write('still');
  callBack();
  equal(await sent, 5);
  deepEqual(given, [5]);
  writer.close();
  await writer.closed;
  equal(stream.destroyed, true);
});

test('fromNode(duplex): an abort of a reader that has closed comes too late', () => {
  const { stream } = heldDuplex();
  const { reader, writer } = fromNode(stream);
  reader.close();
  reader.abort(new Error('late'));
  equal(stream.destroyed, false);
  writer.abort();
});

test('fromNode(duplex): a writer that has finished and a reader that closes after it destroy the stream', async () => {
  const { stream } = heldDuplex();
  const { reader, writer } = fromNode(stream);
  writer.close();
  await writer.closed;
  equal(stream.destroyed, false);
  reader.close();
  equal(stream.destroyed, true);
  equal(stream.errored, null);
});

test('fromNode(duplex): an abort of either end fails the other with that very reason', async () => {
  const reason = new Error('enough');
  const first = fromNode(heldDuplex().stream);
  const sent = first.writer.write('lost');
  first.reader.abort(reason);
  equal(await sent.catch((error) => error), reason);
  const second = fromNode(heldDuplex().stream);
  const read = second.reader.read(new Uint8Array(1));
  second.writer.abort(reason);
  equal(await read.catch((error) => error), reason);
});

// Listeners

test('fromNode() has no listener left on a stream that has closed, however it came to that', async () => {
  const reason = new Error('any');
  const ends: ((stream: Duplex, pipe: io.Pipe) => void)[] = [
    (stream) => stream.destroy(),
    (stream) => stream.destroy(reason),
    (_, { reader }) => reader.abort(reason),
    (_, { writer }) => writer.abort(reason),
    (_, { reader, writer }) => {
      writer.close();
      reader.close();
    },
    (_, { reader, writer }) => {
      writer.close();
      void io.readAll(reader);
    },
  ];
  for (const [index, end] of ends.entries()) {
    const stream = new PassThrough();
    const before = countListeners(stream);
    const pipe = fromNode(stream);
    pipe.reader.read(new Uint8Array(1)).catch(() => {});
    pipe.writer.write('x').catch(() => {});
    await turns();
    ok(countListeners(stream) > before);
    const closed = closing(stream);
    end(stream, pipe);
    await closed;
    await turns();
    equal(countListeners(stream), before, `number ${index}`);
  }
});

test('fromNode() leaves no listener on a stream that had closed before', async () => {
  const stream = new PassThrough().destroy();
  await closing(stream);
  const before = countListeners(stream);
  fromNode(stream);
  await turns();
  equal(countListeners(stream), before);
});

test('fromNode() has no listener more after a thousand calls than after the first', async () => {
  const stream = new PassThrough();
  const { reader, writer } = fromNode(stream);
  const counts = new Set<number>();
  for (let call = 0; call < 1000; call++) {
    const sent = writer.write('x');
    equal(await reader.read(new Uint8Array(1)), 1);
    equal(await sent, 1);
    counts.add(countListeners(stream));
  }
  equal(counts.size, 1);
});

// Arguments

test('fromNode() refuses streams of objects and of text', () => {
  const object = { name: 'TypeError', message: /^stream must be one of bytes, got \w+ in objectMode$/ };
  throws(() => fromNode(new Readable({ objectMode: true })), object);
  throws(() => fromNode(new Writable({ objectMode: true })), object);
  throws(() => fromNode(new PassThrough({ readableObjectMode: true })), object);
  throws(() => fromNode(new PassThrough({ writableObjectMode: true })), object);
  throws(() => fromNode(Readable.from(['text'])), object);
  throws(() => fromNode(new Readable({ encoding: 'utf8' })), {
    name: 'TypeError',
    message: "stream must be one of bytes, got Readable with the encoding 'utf8', which gives text",
  });
});

test('fromNode() refuses what is no stream, and a Writable that never tells when it has taken a chunk', () => {
  const wrong = (stream: unknown) => () => fromNode(stream as Readable);
  for (const stream of [undefined, null, 7, 'text', {}, io.pipe().reader, new ReadableStream()]) {
    throws(wrong(stream), {
      name: 'TypeError',
      message: /^stream must be a Readable, a Writable or a Duplex, got /,
    });
  }
  throws(wrong(tar.extract()), { name: 'TypeError', message: /use pipeline\(toNode\(reader\), stream\)$/ });
});

test('fromNode() refuses wrong options', () => {
  const wrong = (options: unknown) => () => fromNode(new PassThrough(), options as { name: string });
  throws(wrong({ highWaterMark: 4 }), {
    name: 'TypeError',
    message: "options has 'name', 'side', got 'highWaterMark'",
  });
  throws(wrong({ name: 7 }), { name: 'TypeError', message: 'options.name must be a string, got 7' });
});

test('fromNode() gives its name to both ends', () => {
  const { reader, writer } = fromNode(new PassThrough(), { name: 'relay' });
  deepEqual([reader.name, writer.name], ['relay', 'relay']);
});

test('fromNode(duplex) hands on the error of a transform, to both ends', async () => {
  const { reader, writer } = fromNode(createGunzip());
  const read = reader.read(new Uint8Array(1)).catch((error) => error);
  await writer.write('this is no gzip').catch(() => {});
  const error = await read;
  equal(error.code, 'Z_DATA_ERROR');
  equal(await writer.write('more').catch((error) => error), error);
});

function bytesOf(...chunks: string[]): Readable {
  return Readable.from(
    chunks.map((chunk) => Buffer.from(chunk)),
    { objectMode: false },
  );
}

/** A Writable that calls back when it is told to, and then for the chunk that it has. */
function held() {
  const given: number[] = []; // bytes of each chunk
  let next = (): void => {};
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, callback) {
      given.push(chunk.length);
      next = callback;
    },
  });
  return { stream, given, callBack: () => next() };
}

/** The same that can be read too, where nothing ever comes. */
function heldDuplex() {
  const { stream: writable, given, callBack } = held();
  const stream = new Duplex({ highWaterMark: 1, read() {}, write: writable._write });
  return { stream, given, callBack };
}

async function connected(use: (client: Socket, server: Socket) => Promise<void>): Promise<void> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [server] = (await once(listener, 'connection')) as [Socket];
  try {
    await use(client, server);
  } finally {
    client.destroy();
    server.destroy();
    listener.close();
  }
}

function closing(stream: Readable | Writable): Promise<unknown> {
  return new Promise((resolve) => stream.once('close', resolve));
}

function countListeners(stream: Readable | Writable): number {
  return stream.eventNames().reduce((count, name) => count + stream.listenerCount(name), 0);
}

/** Everything that needs no further call has happened. */
async function turns(): Promise<void> {
  for (let count = 0; count < 5; count++) await new Promise((resolve) => setImmediate(resolve));
}

test('fromNode(stream, { side }) makes the one end that is wanted of a stream that has two', async () => {
  // A child's stdout and stdin are sockets, whatever their types say.
  const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
  const reader = fromNode(child.stdout, { side: 'readable' });
  const writer = fromNode(child.stdin, { side: 'writable' });
  await writer.write('through');
  writer.close();
  equal(await io.text(reader), 'through');
  throws(
    () => fromNode(new Readable(), { side: 'writable' } as never),
    /a stream that is writable, got Readable/,
  );
  throws(() => fromNode(new Readable(), { side: 'both' } as never), /^TypeError: options.side must be/);
});
