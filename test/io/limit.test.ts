/** `limit`: the next bytes of a reader, to the byte, and the source goes on behind them. */
import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const oops = new Error('oops');
const isOops = (error: unknown) => error === oops;
const encode = (text: string) => new TextEncoder().encode(text);

/** Gives as many bytes as it is asked for, and counts what is done to it. */
function endless() {
  const source = {
    asked: [] as number[],
    closes: 0,
    aborts: [] as unknown[],
    async read(into: Uint8Array) {
      source.asked.push(into.length);
      return into.fill(1).length;
    },
    close: () => void source.closes++,
    abort: (reason: unknown) => void source.aborts.push(reason),
  };
  return source;
}

for (const capacity of [0, 3, 100]) {
  test(`limit(): ends there, to the byte, and the source goes on behind it (capacity ${capacity})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const text = 'abcdefghijklmnopqrstuvwxyz';
    const sent = writer.write(text).then(() => writer.close());
    let at = 0;
    for (const bytes of [0, 1, 7, 0, 10]) {
      const part = io.limit(reader, bytes);
      equal(await io.text(part), text.slice(at, at + bytes));
      at += bytes;
      equal(reader.bytesRead, at);
      equal(await part.read(new Uint8Array(1)), null);
      part.close(); // behind its end it has nothing to close
    }
    const rest = io.limit(reader, 1000);
    equal(await io.text(rest), text.slice(at));
    await rest.closed;
    await sent;
  });
}

test('limit(): asks for no more than the read that waits, and than the limit, and allocates no more', async () => {
  const source = endless();
  const part = io.limit(source, 10);
  await turn();
  equal(await part.read(new Uint8Array(4)), 4);
  equal(await part.read(new Uint8Array(100)), 6);
  equal(await part.read(new Uint8Array(1)), null);
  deepEqual(source.asked, [4, 6]);
  deepEqual([source.closes, source.aborts], [0, []]);
});

test('limit(): a rendezvous stays one, and a write is cut where the limit is', async () => {
  const { reader, writer } = io.pipe();
  const part = io.limit(reader, 3);
  const sent = writer.write('abcde');
  await turn();
  equal(writer.bytesWritten, 0);
  equal(await part.read(new Uint8Array(2)), 2);
  equal(writer.bytesWritten, 2);
  equal(await io.text(part), String.fromCharCode(99));
  await turn();
  equal(writer.bytesWritten, 3);
  equal(await reader.read(new Uint8Array(8)), 2);
  await sent;
});

test('limit(): left before its end it takes the source along, by close() or with its reason', async () => {
  for (const reason of [undefined, oops]) {
    const source = endless();
    const part = io.limit(source, 10);
    await part.read(new Uint8Array(9));
    if (reason === undefined) part.close();
    else part.abort(reason);
    deepEqual([source.closes, source.aborts], reason === undefined ? [1, []] : [0, [oops]]);
  }
});

test('limit(): left right behind its last byte it leaves the source alone', async () => {
  const source = endless();
  for (const leave of ['close', 'abort'] as const) {
    const part = io.limit(source, 10);
    await io.readFull(part, new Uint8Array(10));
    part[leave]();
  }
  for await (const chunk of io.limit(source, 5)) {
    equal(chunk.length, 5);
    break;
  }
  deepEqual([source.closes, source.aborts], [0, []]);
});

test('limit(): a source that ends before ends it, and is closed', async () => {
  const source = { ...endless(), read: async () => null };
  let closes = 0;
  source.close = () => void closes++;
  equal(await io.text(io.limit(source, 5)), '');
  equal(closes, 1);
});

test('limit(): what the source fails with before is its failure, and what it fails with behind is not', async () => {
  for (const bytes of [3, 4]) {
    const { reader, writer } = io.pipe({ capacity: 8 });
    const part = io.limit(reader, bytes);
    await writer.write('abc');
    writer.abort(oops);
    const into = new Uint8Array(8);
    equal(await part.read(into), 3);
    if (bytes === 3) {
      equal(await part.read(into), null);
      await part.closed;
      await rejects(reader.read(into), isOops);
    } else {
      await rejects(part.read(into), isOops);
      await rejects(part.closed, isOops);
    }
  }
});

test('limit(): bytes that come together with a failure behind them are all there are', async () => {
  const { reader, writer } = io.pipe();
  const part = io.limit(reader, 3);
  const into = new Uint8Array(8);
  const got = part.read(into);
  await turn();
  const sent = writer.write('abc');
  writer.abort(oops);
  equal(await got, 3);
  equal(await part.read(into), null);
  await Promise.all([part.closed, sent]);
});

test('limit(): at the limit it says no more whether waits of the source count', async () => {
  let told = 0;
  const source = {
    read: async () => 1,
    tryRead: (into: Uint8Array) => Math.min(1, into.length),
    ref: () => void told++,
    unref: () => void told++,
  };
  for (const bytes of [1, 16, 17]) {
    const part = io.limit(source, bytes);
    equal((await io.readAll(part)).length, bytes);
    told = 0;
    equal(await part.unref().read(new Uint8Array(1)), null);
    part.ref();
    equal(told, 0, `${bytes}`);
  }
  const part = io.limit(source, 16);
  for (let i = 0; i < 16; i++) await part.read(new Uint8Array(1));
  told = 0;
  equal(await part.read(new Uint8Array(1)), null);
  equal(told, 0);
});

test('limit(): one that nobody reads hears at once of a source that has failed with nothing left before', async () => {
  const { reader, writer } = io.pipe();
  const part = io.limit(reader, 4);
  writer.abort(oops);
  await rejects(part.closed, isOops);
});

test('limit(): a stream is free at the limit, and one that is cut in a chunk stays locked, so that nobody misses it', async () => {
  const bytes = new ReadableStream({
    type: 'bytes',
    pull(controller) {
      controller.enqueue(encode('abcd'));
    },
  });
  equal(await io.text(io.limit(bytes, 3)), 'abc');
  equal(bytes.locked, false);
  equal(await io.text(io.limit(bytes, 3)), 'dab');
  const chunks = new ReadableStream({
    pull(controller) {
      controller.enqueue(encode('abcd'));
    },
  });
  equal(await io.text(io.limit(chunks, 4)), 'abcd');
  equal(chunks.locked, false);
  equal(await io.text(io.limit(chunks, 3)), 'abc');
  equal(chunks.locked, true);
});

test('limit(): of an iterable, whose iterator goes on where the chunk ended', async () => {
  const chunks = (async function* () {
    yield encode('ab');
    yield encode('cd');
    yield encode('ef');
  })();
  equal(await io.text(io.limit(chunks, 3)), 'abc');
  equal(await io.text(chunks), 'ef');
});

test('limit(): frames whose length goes first', async () => {
  const { reader, writer } = io.pipe({ capacity: 7 });
  const produced = (async () => {
    for (let size = 0; size < 40; size++) await writer.write(new Uint8Array(size + 1).fill(size));
    writer.close();
  })();
  const length = new Uint8Array(1);
  let frames = 0;
  while ((await io.readFull(reader, length)) !== null) {
    const frame = await io.readAll(io.limit(reader, length[0] as number));
    deepEqual(
      [...frame],
      Array.from({ length: frames }, () => frames),
    );
    frames++;
  }
  equal(frames, 40);
  await produced;
});

test('limit(): refuses wrong arguments before it takes anything', () => {
  const stream = new Blob(['a']).stream();
  for (const bytes of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    throws(() => io.limit(stream, bytes), new RangeError(`bytes must be a whole number >= 0, got ${bytes}`));
  }
  throws(() => io.limit(stream, '1' as never), new TypeError('bytes must be a number, got "1"'));
  equal(stream.locked, false);
  throws(() => io.limit(null as never, 1), /^TypeError: reader must be a Reader, .* got null/);
});

test('limit(): names, and a source that breaks its contract is told', async () => {
  equal(io.limit(io.pipe({ name: 'log' }).reader, 1).name, 'log, limited');
  equal(io.limit(endless(), 1).name, 'limit');
  await rejects(
    io.text(io.limit({ read: async () => -1 }, 4)),
    /^TypeError: reader breaks the contract of a Reader: read\(\) of Object returned -1 for a buffer of 4 bytes/,
  );
});

test('limit(): hears of a source that fails also behind bytes, and after a wait that was given up', async () => {
  const { reader, writer } = io.pipe({ capacity: 8 });
  const part = io.limit(reader, 4);
  const into = new Uint8Array(8);
  const stop = new AbortController();
  const given = rejects(part.read(into, { signal: stop.signal }), isOops);
  stop.abort(oops);
  await given;
  await writer.write('abc');
  writer.abort(oops);
  await turn();
  equal(await part.read(into), 3); // and nobody reads again
  await rejects(part.closed, isOops);

  let isFirst = true;
  const failing = io.pipe();
  const read: io.Reader['read'] = (into, options) => {
    if (!isFirst) return failing.reader.read(into, options);
    isFirst = false;
    return Promise.reject(new io.DeadlockError('only that wait'));
  };
  const source = {
    read,
    tryRead: failing.reader.tryRead.bind(failing.reader),
    closed: failing.reader.closed,
  };
  const other = io.limit(source, 4);
  await rejects(other.read(into), { name: 'DeadlockError' });
  failing.writer.abort(oops);
  await rejects(other.closed, isOops);
});

test('limit(): waits of the source count again when its owner has it back', async () => {
  const told: string[] = [];
  const source = {
    read: async (into: Uint8Array) => into.length,
    ref: () => void told.push('ref'),
    unref: () => void told.push('unref'),
  };
  const part = io.limit(source, 2).unref();
  equal(await part.read(new Uint8Array(1)), 1);
  equal(told.at(-1), 'unref');
  equal(await part.read(new Uint8Array(1)), 1);
  equal(told.at(-1), 'ref');
});
