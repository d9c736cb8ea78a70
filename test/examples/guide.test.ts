/** The programs of docs/guide do what their pages say, also when either side fails. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import * as node from 'pipework/node';
import { errorAfter, failAfter, failWhenStuck, oneByte } from 'pipework/testing';
import { children } from '../exec/ways.js';
import { packageRoot } from '../fixtures/package-copy.js';
import { runNode } from '../fixtures/run-node.js';

const GUIDE = join(packageRoot, 'dist/examples/guide');
const { upload, uploadRows } = await example<typeof import('../../examples/guide/upload.js')>('upload');
const { archive } = await example<typeof import('../../examples/guide/archive.js')>('archive');
const { sendResponse } =
  await example<typeof import('../../examples/guide/send-response.js')>('send-response');
const { pack } = await example<typeof import('../../examples/guide/pack.js')>('pack');
const { fanOut } = await example<typeof import('../../examples/guide/fan-out.js')>('fan-out');
const { send, messages } = await example<typeof import('../../examples/guide/messages.js')>('messages');

const MIB = 1024 * 1024;

describe('upload', () => {
  test('sends what is written while it is being written', async (t) => {
    const first = withResolvers<string>();
    const url = await serve(t, (request, response) => {
      request.setEncoding('utf8').once('data', first.resolve);
      request.on('end', () => response.end('thanks'));
    });
    const response = await uploading(url, async (writer) => {
      await writer.write('first');
      equal(await first.promise, 'first');
      await writer.write('second');
    });
    equal(await response.text(), 'thanks');
  });

  test('uploadRows: each row is a line', async (t) => {
    const url = await serve(t, (request, response) => request.pipe(response));
    async function* rows() {
      yield ['1', 'ada'];
      yield ['2', 'grace'];
    }
    equal(await (await uploadRows(url, rows())).text(), '1,ada\n2,grace\n');
  });

  test('rejects with what the producer throws, and the server sees no end of the body', async (t) => {
    const ended = withResolvers<boolean>();
    const begun = withResolvers<void>();
    const url = await serve(t, (request) => {
      request.once('data', () => begun.resolve()).on('error', () => {});
      request.on('close', () => ended.resolve(request.complete));
    });
    const lost = new Error('the table is gone');
    const sent = uploading(url, async (writer) => {
      await writer.write('half of');
      await begun.promise;
      throw lost;
    });
    await rejects(sent, (error) => error === lost);
    equal(await ended.promise, false);
  });

  test('rejects as fetch does when the connection breaks, and the producer hears of it from its write', async (t) => {
    const url = await serve(t, (request) => request.once('data', () => request.socket.destroy()));
    const { produce, heard } = endless();
    const error = await rejection(uploading(url, produce));
    ok(error instanceof TypeError && error.message === 'fetch failed');
    ok((await heard).cause === error);
  });

  test('rejects as fetch does when nobody is there, and the producer hears of it', async () => {
    const { produce, heard } = endless();
    match(String((await rejection(uploading(await nowhere(), produce))).cause), /ECONNREFUSED/);
    ok((await heard) instanceof io.ClosedPipeError);
  });

  test('resolves to the answer of a server that wants no more, and the producer is told to stop', async (t) => {
    const url = await serve(t, (_, response) => response.writeHead(413).end('too large'));
    const { produce, heard } = endless();
    const response = await uploading(url, produce);
    equal(response.status, 413);
    equal(await response.text(), 'too large');
    ok((await heard) instanceof io.ClosedPipeError);
  });

  test('rejects with the reason of its signal, and the producer hears of it', async (t) => {
    const url = await serve(t, (request) => request.resume().on('error', () => {}));
    const controller = new AbortController();
    const enough = new Error('enough');
    const { produce, heard } = endless();
    const produceThenStop = async (writer: io.PipeWriter): Promise<void> => {
      await writer.write('a piece');
      controller.abort(enough);
      await produce(writer);
    };
    await rejects(uploading(url, produceThenStop, controller.signal), (error) => error === enough);
    ok((await heard).cause === enough);
  });

  test('stops the producer while the server reads nothing: only what the connection holds has gone', async (t) => {
    const url = await serve(t, () => {});
    const controller = new AbortController();
    const writers: io.PipeWriter[] = [];
    const produce = (writer: io.PipeWriter): Promise<void> => {
      writers.push(writer);
      return writeOnAndOn(writer);
    };
    const sent = upload(url, produce, controller.signal);
    const stuck = await rejection(failWhenStuck(() => sent, { after: 500 })); // milliseconds
    ok(stuck instanceof io.DeadlockError, String(stuck));
    const bytesWritten = writers[0]?.bytesWritten ?? 0;
    ok(bytesWritten > 0 && bytesWritten < 16 * MIB, `${bytesWritten} bytes`);
    controller.abort();
    await rejects(sent, { name: 'AbortError' });
  });
});

describe('archive and sendResponse', () => {
  const folder = (t: TestContext, name: string, text: string): string => {
    const path = mkdtempSync(join(tmpdir(), 'pipework-guide-'));
    t.after(() => rmSync(path, { recursive: true }));
    writeFileSync(join(path, name), text);
    return path;
  };

  test('the body is what the commands print', async (t) => {
    const response = archive(folder(t, 'hello.txt', 'hello'));
    equal(response.headers.get('content-type'), 'application/gzip');
    const list = exec.pipeline(['tar', '-xzOf', '-'], {
      stdin: new Uint8Array(await response.arrayBuffer()),
    });
    equal(await io.text(list.stdout), 'hello');
  });

  test('a command that fails makes the body fail, so that nobody takes it for whole', async () => {
    const response = archive('/nowhere/at/all');
    equal(response.status, 200); // nobody knows yet
    const error = await rejection(response.arrayBuffer());
    ok(error instanceof exec.PipelineError);
    match(error.message, /^stage 1 of 2, tar .*\n {2}tar: \/nowhere\/at\/all: Cannot open/);
  });

  test('whoever cancels the body ends the commands', async (t) => {
    const response = archive(folder(t, 'large', 'large '.repeat(MIB)));
    ok(children().length > 0);
    await response.body?.cancel();
    await childless();
  });

  test('a signal ends the commands, and the body fails with its reason', async (t) => {
    const controller = new AbortController();
    const response = archive(folder(t, 'large', 'large '.repeat(MIB)), controller.signal);
    const enough = new Error('enough');
    controller.abort(enough);
    await rejects(response.arrayBuffer(), (error) => error === enough);
    await childless();
  });

  test('sendResponse: status, headers and body arrive', async (t) => {
    const path = folder(t, 'hello.txt', 'hello');
    const url = await serve(t, (_, response) => void sendResponse(archive(path), response));
    const { status, headers, body } = await fetch(url);
    deepEqual([status, headers.get('content-type')], [200, 'application/gzip']);
    const list = exec.pipeline(['tar', '-tzf', '-'], { stdin: io.fromWeb(body as ReadableStream) });
    match(await io.text(list.stdout), /hello\.txt/);
  });

  test('sendResponse: an answer without a body is an empty one', async (t) => {
    const url = await serve(
      t,
      (_, response) => void sendResponse(new Response(null, { status: 404 }), response),
    );
    const response = await fetch(url);
    deepEqual([response.status, await response.text()], [404, '']);
  });

  test('sendResponse: a body that fails is cut off, and rejects with the very reason', async (t) => {
    const failed = withResolvers<unknown>();
    const url = await serve(t, (_, response) => {
      sendResponse(archive('/nowhere/at/all'), response).catch(failed.resolve);
    });
    await rejects(
      fetch(url).then((response) => response.arrayBuffer()),
      TypeError,
    );
    ok((await failed.promise) instanceof exec.PipelineError);
  });

  test('sendResponse: a client that leaves cancels the body, which ends the commands', async (t) => {
    const path = mkdtempSync(join(tmpdir(), 'pipework-guide-'));
    t.after(() => rmSync(path, { recursive: true }));
    writeFileSync(join(path, 'large'), randomBytes(64 * MIB));
    const failed = withResolvers<unknown>();
    const url = await serve(t, (_, response) => {
      sendResponse(archive(path), response).catch(failed.resolve);
    });
    const controller = new AbortController();
    const { body } = await fetch(url, { signal: controller.signal });
    await body?.getReader().read();
    controller.abort();
    ok((await failed.promise) instanceof io.BrokenPipeError);
    await childless();
  });
});

describe('pack', () => {
  test('packs all of any source', async () => {
    const { reader, writer } = io.pipe({ capacity: MIB });
    const text = 'the same again\n'.repeat(100_000);
    equal(await pack([new TextEncoder().encode(text)], writer), text.length);
    equal(gunzipSync(await io.readAll(reader)).toString(), text);
  });

  test('a source that fails aborts the output with that very error', async () => {
    const { reader, writer } = io.pipe({ capacity: MIB });
    const lost = new Error('connection lost');
    const source = io.pipe({ capacity: 16 });
    await source.writer.write('sixteen of these');
    await rejects(pack(errorAfter(source.reader, 10, lost), writer), (error) => error === lost);
    await rejects(io.readAll(reader), (error) => error === lost);
  });

  test('into a file: a source that fails leaves a part of it, and no error but its own', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'pipework-guide-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'packed.gz');
    const lost = new Error('connection lost');
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 100; i++) yield randomBytes(64 * 1024);
      throw lost;
    }
    await rejects(pack(source(), node.fromNode(createWriteStream(path))), (error) => error === lost);
    ok(statSync(path).size > 0);
    equal(await pack([randomBytes(10)], node.fromNode(createWriteStream(path))), 10);
    equal(gunzipSync(readFileSync(path)).length, 10);
  });

  test('an output that fails stops the source', async () => {
    const full = new Error('disk full');
    const stopped = withResolvers<void>();
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield randomBytes(64 * 1024);
      } finally {
        stopped.resolve();
      }
    }
    await rejects(
      pack(source(), failAfter(io.pipe({ capacity: MIB }).writer, 1000, full)),
      (e) => e === full,
    );
    await stopped.promise;
  });

  test('holds the same memory however much it packs', () => {
    const size = process.env['PIPEWORK_SOAK'] === '1' ? 10 * 1024 : 512; // MiB
    const fixture = join(packageRoot, 'build/test/fixtures/pack-memory.js');
    const { stdout, stderr } = runNode(fixture, [String(size)]);
    equal(stderr, '');
    const { packed, grown } = JSON.parse(stdout);
    equal(packed, size * MIB);
    ok(grown < 64 * MIB, `${Math.round(grown / MIB)} MiB`); // of garbage, and of the compressor's own
  });
});

describe('fanOut', () => {
  test('each place gets all of the log and is closed', async () => {
    const places = [io.pipe({ capacity: 64 }), io.pipe({ capacity: 64 }), io.pipe({ capacity: 64 })];
    const log = io.pipe();
    const done = fanOut(
      log.reader,
      places.map(({ writer }) => writer),
    );
    await log.writer.write('one\ntwo\n');
    log.writer.close();
    deepEqual(await done, Array(3).fill({ status: 'fulfilled', value: 8 }));
    deepEqual(await Promise.all(places.map(({ reader }) => io.text(reader))), Array(3).fill('one\ntwo\n'));
  });

  test('a place that fails leaves the others alone, and its outcome says why', async () => {
    const [bad, good] = [io.pipe({ capacity: 64 }), io.pipe({ capacity: 64 })];
    const log = io.pipe();
    const full = new Error('disk full');
    const done = fanOut(log.reader, [failAfter(bad.writer, 2, full), good.writer]);
    for (const line of ['one\n', 'two\n']) await log.writer.write(line);
    log.writer.close();
    deepEqual(await done, [
      { status: 'rejected', reason: full },
      { status: 'fulfilled', value: 8 },
    ]);
    equal(await io.text(good.reader), 'one\ntwo\n');
  });

  test('a log that fails, fails every place with that very error', async () => {
    const places = [io.pipe({ capacity: 64 }), io.pipe({ capacity: 64 })];
    const log = io.pipe();
    const done = fanOut(
      log.reader,
      places.map(({ writer }) => writer),
    );
    await log.writer.write('half of');
    const lost = new Error('connection lost');
    log.writer.abort(lost);
    deepEqual(await done, Array(2).fill({ status: 'rejected', reason: lost }));
    for (const { reader } of places) await rejects(io.text(reader), (error) => error === lost);
  });

  test('when the last place has failed, the writer of the log is told', async () => {
    const log = io.pipe();
    const full = new Error('disk full');
    const done = fanOut(log.reader, [failAfter(io.pipe().writer, 0, full)]);
    await log.writer.write('one\n');
    await done;
    await rejects(log.writer.write('two\n'), (error) => error === full);
  });

  test('the slowest place sets the pace: the fastest is at most two pieces of 64 KiB ahead', async () => {
    const [fast, slow] = [io.pipe({ capacity: MIB }), io.pipe()];
    const log = io.pipe();
    const done = fanOut(log.reader, [fast.writer, slow.writer]);
    const written = writeOnAndOn(log.writer);
    const stuck = await rejection(failWhenStuck(() => written, { after: 100 })); // milliseconds
    ok(stuck instanceof io.DeadlockError);
    ok(fast.writer.bytesWritten <= 2 * 64 * 1024, `${fast.writer.bytesWritten} bytes`);
    const enough = new Error('enough');
    log.writer.abort(enough);
    slow.reader.close();
    await rejects(written, io.ClosedPipeError);
    deepEqual(
      (await done).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
  });
});

describe('messages', () => {
  const MAX = MIB;

  test('come out as they went in, cut into two pieces at every byte', async () => {
    for (const sent of [someMessages(), someMessages(), [new Uint8Array(0)], []]) {
      const stream = await streamOf(sent);
      for (let cut = 0; cut <= stream.length; cut++) {
        const pieces = [stream.subarray(0, cut), stream.subarray(cut)];
        deepEqual(await received(pieces), sent, `cut at ${cut}`);
      }
    }
  });

  test('come out as they went in, byte by byte', async () => {
    const sent = someMessages();
    const { reader, writer } = io.pipe({ capacity: MIB });
    await writer.write(await streamOf(sent));
    writer.close();
    deepEqual(await all(messages(oneByte(reader), MAX)), sent);
  });

  test('fail when the stream was cut off anywhere but between two of them', async () => {
    const sent = someMessages();
    const stream = await streamOf(sent);
    const between = new Set([0]);
    let at = 0; // bytes
    for (const message of sent) {
      at += 4 + message.length;
      between.add(at);
    }
    for (let end = 0; end < stream.length; end++) {
      const got = received([stream.subarray(0, end)]);
      if (between.has(end)) await got;
      else await rejects(got, Error, `cut off after ${end}`);
    }
  });

  test('of more bytes than allowed are refused before any memory is taken for them', async () => {
    const { reader, writer } = io.pipe({ capacity: 16 });
    await writer.write(Uint8Array.of(255, 255, 255, 255));
    await rejects(all(messages(reader, MAX)), {
      name: 'RangeError',
      message: `a message must have at most ${MAX} bytes, got 4294967295`,
    });
  });

  test('fail with the very reason of a sender that aborts', async () => {
    const { reader, writer } = io.pipe({ capacity: 64 });
    await send(writer, Uint8Array.of(1, 2, 3));
    const lost = new Error('connection lost');
    writer.abort(lost);
    const got = messages(reader, MAX);
    deepEqual((await got.next()).value, Uint8Array.of(1, 2, 3));
    await rejects(got.next(), (error) => error === lost);
  });

  test('leave the reader open when their loop is left, to go on reading', async () => {
    const { reader, writer } = io.pipe({ capacity: 64 });
    await send(writer, Uint8Array.of(1));
    await writer.write('something else');
    writer.close();
    for await (const _ of messages(reader, MAX)) break;
    equal(await io.text(reader), 'something else');
  });

  test('that several send at once are not mixed', async () => {
    const { reader, writer } = io.pipe();
    const sent = Array.from({ length: 100 }, (_, i) => new Uint8Array(i * 10).fill(i));
    const sending = Promise.all(sent.map((message) => send(writer, message))).then(() => writer.close());
    deepEqual(await all(messages(reader, MAX)), sent);
    await sending;
  });

  /** Of random sizes, short and long ones and empty ones. */
  function someMessages(): Uint8Array[] {
    const length = () => Math.floor(Math.random() ** 4 * 300);
    return Array.from({ length: 12 }, () => Uint8Array.from(randomBytes(length())));
  }

  async function streamOf(sent: readonly Uint8Array[]): Promise<Uint8Array> {
    const { reader, writer } = io.pipe({ capacity: MIB });
    for (const message of sent) await send(writer, message);
    writer.close();
    return io.readAll(reader);
  }

  /** What comes of these pieces: unbuffered, a read gets no more than one of them at a time. */
  async function received(pieces: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const { reader, writer } = io.pipe();
    const written = Promise.all(pieces.map((piece) => writer.write(piece)));
    writer.close();
    const got = await all(messages(reader, MAX));
    await written;
    return got;
  }
});

for (const [name, least] of [
  ['testing', 7],
  ['conformance', 500],
] as const) {
  test(`${name}: all its tests pass`, () => {
    // As if nobody ran tests around it: then it says what it found in words.
    const { status, stdout } = runNode(join(GUIDE, `${name}.js`), [], { env: { NODE_TEST_CONTEXT: '' } });
    const count = (what: string): number =>
      Number(new RegExp(`^\\S+ ${what} (\\d+)$`, 'm').exec(stdout)?.[1]);
    equal(status, 0, stdout);
    deepEqual([count('fail'), count('skipped'), count('cancelled')], [0, 0, 0]);
    ok(count('pass') >= least, stdout.slice(-300));
  });
}

function example<Module>(name: string): Promise<Module> {
  return import(pathToFileURL(join(GUIDE, `${name}.js`)).href) as Promise<Module>;
}

/** Starts a server that lives as long as the test; its address. */
async function serve(t: TestContext, listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An upload that leaves its producer waiting is an error, and no test that hangs. */
function uploading(...given: Parameters<typeof upload>): Promise<Response> {
  return failWhenStuck(() => upload(...given), { after: 5000 }); // milliseconds
}

/** Where nobody listens. */
async function nowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** Something that produces until it is told to stop, and what told it so. */
function endless() {
  const heard = withResolvers<Error>();
  const produce = (writer: io.PipeWriter): Promise<void> =>
    writeOnAndOn(writer).catch((error) => {
      heard.resolve(error);
      throw error;
    });
  return { produce, heard: heard.promise };
}

async function writeOnAndOn(writer: io.PipeWriter): Promise<void> {
  for (const piece = new Uint8Array(64 * 1024); ; ) await writer.write(piece);
}

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}

function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => Promise.reject(new Error('it did not reject')),
    (error) => error,
  );
}

/** Resolves when no child of this process is left. @throws One stays. */
async function childless(): Promise<void> {
  const giveUp = Date.now() + 10_000; // milliseconds
  while (children().length > 0) {
    ok(Date.now() < giveUp, children().join());
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function withResolvers<Value>() {
  let resolve!: (value: Value) => void;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}
