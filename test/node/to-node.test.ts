import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as io from 'pipework';
import { fromNode, toNode } from 'pipework/node';
import { test } from '../runtimes/test.js';

// Reading

test('toNode(reader) gives for await what was written, to the end', async () => {
  const { reader, writer } = io.pipe();
  const sent = Promise.all([writer.write('hello '), writer.write('there')]);
  writer.close();
  equal(await textOf(toNode(reader)), 'hello there');
  deepEqual(await sent, [6, 5]);
});

test('toNode(reader) asks for one chunk when somebody wants one, and nothing ahead', async () => {
  const { reader, writer } = io.pipe();
  const stream = toNode(reader);
  const [first, second] = [writer.write('first'), writer.write('second')];
  await turns();
  equal(reader.bytesRead, 0);
  equal(String(stream.read()), 'first');
  equal(await first, 5);
  await turns();
  equal(reader.bytesRead, 5);
  equal(String(stream.read()), 'second');
  equal(await second, 6);
  writer.close(); // the stream wants more: a collector that came now would fail it
});

test('toNode(reader) reads no more while the sink of a pipeline has a chunk', async () => {
  const { reader, writer } = io.pipe();
  let take = (): void => {};
  const sink = new Writable({
    highWaterMark: 1,
    write(_chunk, _encoding, callback) {
      take = callback;
    },
  });
  const done = pipeline(toNode(reader), sink);
  for (const text of ['a', 'b', 'c']) void writer.write(text);
  writer.close();
  for (const expected of [1, 2, 3]) {
    await turns();
    equal(reader.bytesRead, expected);
    take();
  }
  await done;
});

test('toNode(reader) reads ahead to highWaterMark when it is told to', async () => {
  const { reader, writer } = io.pipe({ capacity: 64 });
  const stream = toNode(reader, { highWaterMark: 4 });
  equal(stream.readableHighWaterMark, 4);
  stream.once('readable', () => {});
  for (const expected of [3, 6, 6]) {
    writer.tryWrite(new Uint8Array(3));
    await turns();
    equal(reader.bytesRead, expected);
  }
  stream.destroy();
});

test("toNode(reader) gives chunks that are the consumer's, to keep and to change, whatever their length", async () => {
  const { reader, writer } = io.pipe({ capacity: 100_000 });
  const stream = toNode(reader);
  const chunks: Buffer[] = [];
  // Of the buffer that they are read into, which grows to 64 KiB: little, most and all.
  for (const [index, length] of [3, 4096, 16384, 65536, 3, 60_000, 65536, 3000, 40_000, 1].entries()) {
    for (const chunk of chunks) chunk.fill(0xee);
    await writer.write(new Uint8Array(length).fill(index));
    const chunk: Buffer = stream.read();
    equal(chunk.length, length);
    ok(chunk.every((byte) => byte === index));
    chunks.push(chunk);
  }
  for (const chunk of chunks.slice(0, -1)) ok(chunk.every((byte) => byte === 0xee));
  stream.destroy();
});

test('toNode(reader) destroyed with an error aborts the reader with that very error', async () => {
  const { reader, writer } = io.pipe();
  const sent = writer.write('nobody wants it');
  const stream = toNode(reader);
  const reason = new Error('enough');
  stream.on('error', () => {}).destroy(reason);
  equal(await sent.catch((error) => error), reason);
});

test('toNode(reader) destroyed without an error closes the reader; for await that is left aborts it, as Node does', async () => {
  const destroyed = io.pipe();
  toNode(destroyed.reader).destroy();
  await rejects(destroyed.writer.write('more'), { code: 'EPIPE' });
  const left = io.pipe();
  const sent = left.writer.write('some');
  for await (const chunk of toNode(left.reader)) {
    equal(String(chunk), 'some');
    break;
  }
  equal(await sent, 4);
  await rejects(left.writer.write('more'), { name: 'AbortError' });
});

test("toNode(reader) fails with the writer's reason, that very value, behind what was buffered", async () => {
  for (const reason of [new Error('half of it'), 'a string', { an: 'object' }]) {
    const { reader, writer } = io.pipe({ capacity: 16 });
    await writer.write('good');
    writer.abort(reason);
    const chunks: string[] = [];
    const failed = (async () => {
      for await (const chunk of toNode(reader)) chunks.push(String(chunk));
    })();
    equal(await failed.catch((error) => error), reason);
    deepEqual(chunks, ['good']);
  }
});

test('toNode(reader) fails at once when the writer aborts and nothing is left, also while nobody reads', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const stream = toNode(reader);
  const reason = new Error('gone');
  const failed = once(stream, 'error');
  writer.abort(reason);
  equal((await failed)[0], reason);
});

test('toNode(reader) keeps a chunk that it has when the writer aborts, and fails behind it', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const stream = toNode(reader);
  await writer.write('good');
  stream.once('readable', () => {});
  await turns();
  equal(stream.readableLength, 4);
  const reason = new Error('gone');
  writer.abort(reason);
  await turns();
  equal(stream.destroyed, false);
  const failed = once(stream, 'error');
  equal(String(stream.read()), 'good');
  equal(stream.read(), null);
  equal((await failed)[0], reason);
});

test('toNode() makes an error of a reason that a stream takes for none, with the reason as its cause', async () => {
  for (const reason of [null, 0, '', false]) {
    const { reader, writer } = io.pipe();
    writer.abort(reason);
    const error = await textOf(toNode(reader)).catch((error) => error);
    ok(error instanceof Error);
    equal(error.cause, reason);
  }
});

test('toNode(reader) takes any reader: memory of its own, a count that makes no sense is an error', async () => {
  let left = 100_000; // bytes
  const given = new Set<unknown>();
  const stream = toNode({
    async read(into) {
      ok(!given.has(into.buffer)); // what went out is not lent again
      const count = Math.min(left, into.length);
      left -= count;
      into.fill(left === 0 ? 2 : 1, 0, count);
      return count === 0 ? null : count;
    },
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    given.add(chunk.buffer);
  }
  equal(Buffer.concat(chunks).length, 100_000);
  deepEqual([chunks[0]?.[0], chunks.at(-1)?.[0]], [1, 2]);
  const wrong = toNode({ read: async () => -1 });
  await rejects(textOf(wrong), { name: 'TypeError', message: /^reader breaks the contract of a Reader/ });
});

test('toNode(reader) destroyed while a reader of somebody else waits gives its read up', async () => {
  const { reader, writer } = io.pipe();
  const stream = toNode({ read: (into, options) => reader.read(into, options) });
  stream.once('readable', () => {});
  await turns();
  stream.destroy();
  await once(stream, 'close');
  const sent = writer.write('for the next');
  const into = new Uint8Array(16);
  equal(await reader.read(into), 12);
  equal(await sent, 12);
});

test('toNode(reader) gives other things their turn while its reader always has more', async () => {
  // As an end of the kernel's behind a child that never stops: a try gives bytes at once, a read now and then later.
  let isOver = false;
  let tries = 0;
  const endless = {
    closed: new Promise(() => {}),
    read: () => new Promise((resolve) => setImmediate(resolve, 1)),
    tryRead: (into: Uint8Array) => (isOver || ++tries === 10_000 ? null : into.length),
    close: () => {},
  };
  setTimeout(() => {
    isOver = true;
  }, 0);
  const sink = new Writable({ write: (_chunk, _encoding, callback) => callback() });
  await pipeline(toNode(endless as unknown as io.PipeReader), sink);
  ok(isOver);
});

// Writing

test('toNode(writer) writes what a pipeline brings, text as UTF-8, and closes', async () => {
  const { reader, writer } = io.pipe();
  const stream = toNode(writer);
  stream.write('häh');
  stream.end(Buffer.from('lo'));
  equal(await io.text(reader), 'hählo');
});

test('toNode(writer) asks to wait until the pipe has taken the chunk', async () => {
  const { reader, writer } = io.pipe();
  const stream = toNode(writer);
  equal(stream.write('four'), false);
  let isDrained = false;
  stream.on('drain', () => {
    isDrained = true;
  });
  await turns();
  equal(isDrained, false);
  await io.readFull(reader, new Uint8Array(4));
  await turns();
  equal(isDrained, true);
  const roomy = toNode(writer, { highWaterMark: 8 });
  equal(roomy.write('four'), true);
  roomy.on('error', () => {}).destroy();
});

test("toNode(writer) says 'finish' when the end was handed over, and not before", async () => {
  const { reader, writer } = io.pipe();
  const stream = toNode(writer);
  stream.end('four');
  await turns();
  equal(stream.writableFinished, false);
  const finished = once(stream, 'finish');
  equal(await io.text(reader), 'four');
  await finished;
});

test("toNode(writer) says 'finish' when the writer's closed has resolved, which may take longer than its close()", async () => {
  let end = (): void => {};
  const slow = new Writable({
    final(callback) {
      end = callback;
    },
  });
  const stream = toNode(fromNode(slow));
  stream.end();
  await turns();
  equal(stream.writableFinished, false);
  end();
  await once(stream, 'finish');
  equal(slow.writableFinished, true);
});

test('toNode(writer) destroyed with an error aborts the writer with that very error', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const stream = toNode(writer).on('error', () => {});
  stream.write('good');
  const reason = new Error('half of it');
  stream.destroy(reason);
  const into = new Uint8Array(16);
  equal(await reader.read(into), 4);
  equal(await reader.read(into).catch((error) => error), reason);
});

test('toNode(writer) destroyed before its end never looks whole', async () => {
  for (const cut of [
    (stream: Writable) => stream.destroy(),
    (stream: Writable) => stream.end('rest').destroy(),
  ]) {
    const { reader, writer } = io.pipe({ name: 'upload' });
    cut(toNode(writer));
    await rejects(io.readAll(reader), {
      name: 'AbandonedPipeError',
      message: 'upload: the stream was destroyed before its end',
    });
  }
});

test("toNode(writer) fails with the reader's reason, that very value, also while nobody writes", async () => {
  for (const reason of [new Error('enough'), 'a string']) {
    const { reader, writer } = io.pipe();
    const failed = once(toNode(writer), 'error');
    reader.abort(reason);
    equal((await failed)[0], reason);
  }
  const { reader, writer } = io.pipe();
  const failed = once(toNode(writer), 'error');
  reader.close();
  equal((await failed)[0].code, 'EPIPE');
});

test('toNode(writer) that fails because its reader closed leaves the writer without a reason', async () => {
  const { reader, writer } = io.pipe();
  const failed = once(toNode(writer), 'error');
  reader.close();
  await failed;
  const error = await reader.read(new Uint8Array(1)).catch((error) => error);
  equal(error.code, 'ERR_PIPE_CLOSED');
  equal('cause' in error, false);
});

test('toNode(writer) takes any writer: short counts are repeated, one that makes no sense is an error', async () => {
  const taken: number[] = [];
  const stream = toNode({
    async write(chunk) {
      taken.push(chunk[0] as number);
      return 1;
    },
  });
  stream.end(Uint8Array.of(1, 2, 3));
  await once(stream, 'finish');
  deepEqual(taken, [1, 2, 3]);
  const wrong = toNode({ write: async () => 7 });
  wrong.write('a');
  const [error] = await once(wrong, 'error');
  ok(error instanceof TypeError);
  equal(error.message.startsWith('writer breaks the contract of a Writer'), true);
});

test('toNode(writer) destroyed while a writer of somebody else waits gives its write up', async () => {
  const { reader, writer } = io.pipe();
  const stream = toNode({ write: (chunk, options) => writer.write(chunk, options) });
  stream.write('lost');
  await turns();
  stream.destroy();
  await once(stream, 'close');
  const sent = writer.write('kept');
  const into = new Uint8Array(16);
  equal(await reader.read(into), 4);
  equal(Buffer.from(into.subarray(0, 4)).toString(), 'kept');
  equal(await sent, 4);
});

// Pipelines

test('pipeline: a source that fails half-way aborts the writer with its error', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const reason = new Error('the source failed');
  async function* source() {
    yield 'half';
    throw reason;
  }
  equal(await pipeline(source, toNode(writer)).catch((error) => error), reason);
  const into = new Uint8Array(16);
  equal(await reader.read(into), 4);
  equal(await reader.read(into).catch((error) => error), reason);
});

test('pipeline: a sink that fails half-way aborts the reader with its error', async () => {
  const { reader, writer } = io.pipe();
  const reason = new Error('the sink failed');
  const sink = new Writable({ write: (_chunk, _encoding, callback) => callback(reason) });
  const done = pipeline(toNode(reader), sink);
  equal(await writer.write('half'), 4);
  equal(await done.catch((error) => error), reason);
  equal(await writer.write('more').catch((error) => error), reason);
});

test('pipeline: both at once, and the first error is what it fails with', async () => {
  const from = io.pipe({ capacity: 16 });
  const to = io.pipe();
  const done = pipeline(toNode(from.reader), toNode(to.writer));
  const [first, second] = [new Error('first'), new Error('second')];
  from.writer.abort(first);
  to.reader.abort(second);
  equal(await done.catch((error) => error), first);
});

test('pipeline: its signal aborts both ends', async () => {
  const from = io.pipe();
  const to = io.pipe();
  const stop = new AbortController();
  const done = pipeline(toNode(from.reader), toNode(to.writer), { signal: stop.signal });
  const got = to.reader.read(new Uint8Array(1));
  stop.abort();
  await rejects(done, { name: 'AbortError' });
  await rejects(got, { name: 'AbortError' });
  await rejects(from.writer.write('more'), { name: 'AbortError' });
});

// Both

test('toNode({ reader, writer }) is a Duplex whose two directions end by themselves', async () => {
  const [client, server] = io.duplex();
  const stream = toNode(client);
  stream.end('question');
  equal(await io.text(server.reader), 'question');
  const received = textOf(stream);
  await server.writer.write('answer');
  server.writer.close();
  equal(await received, 'answer');
});

test('toNode({ reader, writer }) aborts both ends with the error that it is destroyed with', async () => {
  const [client, server] = io.duplex();
  const stream = toNode(client).on('error', () => {});
  const reason = new Error('connection lost');
  stream.destroy(reason);
  equal(await server.reader.read(new Uint8Array(1)).catch((error) => error), reason);
  equal(await server.writer.write('answer').catch((error) => error), reason);
});

test('toNode({ reader, writer }) destroyed without an error closes its reader and cuts its writer off', async () => {
  const [client, server] = io.duplex();
  toNode(client).destroy();
  await rejects(server.writer.write('answer'), { code: 'EPIPE' });
  await rejects(server.reader.read(new Uint8Array(1)), { code: 'ERR_PIPE_ABANDONED' });
});

test('toNode({ reader, writer }) still reads after the other side has stopped to, until it writes', async () => {
  const [client, server] = io.duplex();
  const stream = toNode(client);
  const sent = server.writer.write('answer');
  server.reader.close();
  await turns();
  const [chunk] = await once(stream, 'data');
  equal(String(chunk), 'answer');
  equal(await sent, 6);
  const failed = once(stream, 'error');
  stream.write('question');
  equal((await failed)[0].code, 'EPIPE');
});

// Arguments

test('toNode() refuses what is no end, or more than one, and names it', () => {
  const { reader, writer } = io.pipe();
  const wrong = (end: unknown) => () => toNode(end as io.Reader);
  for (const end of [
    undefined,
    null,
    7,
    'text',
    {},
    { reader },
    { writer },
    { reader: writer, writer: reader },
  ]) {
    throws(wrong(end), {
      name: 'TypeError',
      message: /^end must be a Reader.* or a Writer.* or { reader, writer }, got /,
    });
  }
  throws(wrong(new PassThrough()), {
    name: 'TypeError',
    message: /got PassThrough, which is a stream of Node's already$/,
  });
  throws(wrong({ read() {}, write() {} }), { name: 'TypeError', message: /got Object, which is both/ });
});

test('toNode() refuses wrong options', () => {
  const { reader } = io.pipe();
  const wrong = (options: unknown) => () => toNode(reader, options as { highWaterMark: number });
  throws(wrong({ capacity: 4 }), {
    name: 'TypeError',
    message: "options has 'highWaterMark', got 'capacity'",
  });
  throws(wrong(null), { name: 'TypeError', message: 'options must be an object, got null' });
  throws(wrong({ highWaterMark: '4' }), {
    name: 'TypeError',
    message: /^options\.highWaterMark must be a number/,
  });
  throws(wrong({ highWaterMark: -1 }), { name: 'RangeError', message: /^options\.highWaterMark .* got -1$/ });
});

test('toNode(fromNode(stream)) and back leave no bytes behind', async () => {
  const through = fromNode(toNode(fromNode(new PassThrough())));
  const sent = through.writer.write('there and back').then(() => through.writer.close());
  equal(await io.text(through.reader), 'there and back');
  await sent;
});

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Everything that needs no further call has happened. */
async function turns(): Promise<void> {
  for (let count = 0; count < 5; count++) await new Promise((resolve) => setImmediate(resolve));
}
