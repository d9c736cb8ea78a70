/** `toWeb`: what a stream made of an end does to the end, and the end to the stream. */
import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import { collectUntil, vague } from '../fixtures/collector.js';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const oops = new Error('oops');
const isOops = (error: unknown) => error === oops;
const wrong = (value: unknown) => value as never;

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

function isWaiting(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(
      () => false,
      () => false,
    ),
    turn().then(() => true),
  ]);
}

function byob(reader: io.Reader): ReadableStreamBYOBReader {
  return io.toWeb(reader).getReader({ mode: 'byob' });
}

for (const capacity of [0, 3]) {
  const on = `capacity ${capacity}`;

  test(`toWeb(reader): a BYOB read takes what it has room for and not a byte more (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const sent = writer.write(bytes(8));
    const stream = byob(reader);
    const { value } = await stream.read(new Uint8Array(2));
    deepEqual([...(value as Uint8Array)], [0, 1]);
    await turn();
    equal(reader.bytesRead, 2);
    deepEqual([...((await stream.read(new Uint8Array(1))).value as Uint8Array)], [2]);
    equal(reader.bytesRead, 3);
    reader.close();
    await rejects(sent, io.BrokenPipeError);
  });

  test(`toWeb(reader): reads nothing before somebody reads the stream (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const stream = io.toWeb(reader).getReader();
    const sent = writer.write(bytes(capacity + 1));
    equal(await isWaiting(sent), true);
    equal(reader.bytesRead, 0);
    const { value } = await stream.read();
    equal(value.length, Math.max(1, capacity));
    equal(value.buffer.byteLength, value.length, 'memory of its own, and no more');
    equal(await sent, capacity + 1);
  });

  test(`toWeb(reader): what waits ends with the pipe (${on})`, async () => {
    for (const mode of ['byob', 'default'] as const) {
      const { reader, writer } = io.pipe({ capacity });
      const stream = io.toWeb(reader);
      const read =
        mode === 'byob' ? stream.getReader({ mode }).read(new Uint8Array(1)) : stream.getReader().read();
      equal(await isWaiting(read), true);
      writer.close();
      equal((await read).done, true);
    }
  });

  test(`toWeb(reader): fails with the writer's very reason, after what came before (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    if (capacity > 0) await writer.write('ab');
    const stream = byob(reader);
    writer.abort(oops);
    await turn();
    if (capacity > 0) equal((await stream.read(new Uint8Array(8))).value?.length, 2);
    await rejects(stream.read(new Uint8Array(8)), isOops);
    await rejects(stream.closed, isOops);
  });

  test(`toWeb(reader): fails at once when the writer does, though nobody reads (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const { closed } = io.toWeb(reader).getReader();
    writer.abort(oops);
    equal(await isWaiting(closed), false);
    await rejects(closed, isOops);
  });

  test(`toWeb(reader): cancel(reason) aborts the reader, also while a read waits (${on})`, async () => {
    for (const isReading of [false, true]) {
      const { reader, writer } = io.pipe({ capacity });
      const stream = byob(reader);
      const read = isReading ? stream.read(new Uint8Array(1)) : undefined;
      await turn();
      await stream.cancel(oops);
      await rejects(writer.closed, isOops);
      await rejects(writer.write('x'), isOops);
      equal((await read)?.done ?? true, true);
    }
  });

  test(`toWeb(reader): cancel() without a reason, as of a loop that is left, closes the reader (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const sent = writer.write('ab');
    for await (const chunk of io.toWeb(reader)) {
      equal(chunk[0], 0x61);
      break;
    }
    await sent;
    await rejects(writer.closed, io.BrokenPipeError);
    await rejects(writer.write('x'), io.BrokenPipeError);
  });

  test(`toWeb(reader): a lock that is released while a read waits loses no bytes (${on})`, async () => {
    for (const first of ['byob', undefined] as const) {
      for (const second of ['byob', undefined] as const) {
        const { reader, writer } = io.pipe({ capacity });
        const stream = io.toWeb(reader);
        const one = stream.getReader(wrong({ mode: first })) as ReadableStreamBYOBReader;
        const given = rejects(one.read(new Uint8Array(4)), TypeError);
        await turn();
        one.releaseLock();
        await given;
        await writer.write('abc');
        await turn(); // the standard serves no default read that comes before the answer to a BYOB read of before
        const two = stream.getReader(wrong({ mode: second })) as ReadableStreamBYOBReader;
        const { value } = await two.read(new Uint8Array(8));
        equal(String.fromCharCode(...(value as Uint8Array)), 'abc');
      }
    }
  });

  test(`toWeb(writer): has one chunk under way, and a write settles when readers took it (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const stream = io.toWeb(writer).getWriter();
    equal(stream.desiredSize, 1);
    const sent = stream.write(bytes(capacity + 2));
    equal(stream.desiredSize, 0);
    equal(await isWaiting(sent), true);
    equal(await isWaiting(stream.ready), true);
    equal(writer.bytesWritten, capacity);
    await io.readFull(reader, new Uint8Array(capacity + 2));
    await sent;
    await stream.ready;
    equal(stream.desiredSize, 1);
  });

  test(`toWeb(writer): close() waits for the writer to be handed over (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const stream = io.toWeb(writer).getWriter();
    const sent = stream.write(bytes(capacity + 2));
    const closed = stream.close();
    equal(await isWaiting(closed), true);
    equal((await io.readAll(reader)).length, capacity + 2);
    await Promise.all([sent, closed]);
  });

  test(`toWeb(writer): close() rejects when the reader goes instead (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const stream = io.toWeb(writer).getWriter();
    const sent = stream.write(bytes(capacity + 2));
    const closed = stream.close();
    const told = stream.closed;
    await turn();
    reader.abort(oops);
    for (const promise of [sent, closed, told]) await rejects(promise, isOops);
  });

  test(`toWeb(writer): abort(reason) reaches the reader at once, also while a write waits (${on})`, async () => {
    for (const isWriting of [false, true]) {
      const { reader, writer } = io.pipe({ capacity });
      const stream = io.toWeb(writer).getWriter();
      stream.closed.catch(() => {});
      const sent = isWriting ? stream.write(bytes(capacity + 1)).catch(() => {}) : undefined;
      await turn();
      const aborted = stream.abort(oops);
      const told = rejects(reader.closed, isOops);
      if (isWriting) equal(await reader.read(new Uint8Array(9)).catch(isOops), capacity || true);
      await rejects(reader.read(new Uint8Array(9)), isOops);
      await Promise.all([aborted, told, sent]);
    }
  });

  test(`toWeb(writer): a reader that goes fails the stream at once, though nobody writes (${on})`, async () => {
    for (const how of ['close', 'abort'] as const) {
      const { reader, writer } = io.pipe({ capacity });
      const stream = io.toWeb(writer).getWriter();
      reader[how](oops);
      equal(await isWaiting(stream.closed), false);
      const isIt = (error: unknown) =>
        how === 'abort' ? error === oops : error instanceof io.BrokenPipeError;
      await rejects(stream.closed, isIt);
      await rejects(stream.write('x'), isIt);
    }
  });

  test(`toWeb(writer): a chunk that cannot be written fails the stream and aborts the writer (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const stream = io.toWeb(writer).getWriter();
    stream.closed.catch(() => {});
    const read = reader.read(new Uint8Array(1)).catch((error) => error);
    const error = await stream.write(wrong(Uint16Array.of(1))).catch((error: unknown) => error);
    ok(error instanceof TypeError);
    equal(
      error.message,
      'chunk must be a Uint8Array or a string, got Uint16Array of 2 bytes; view it: new Uint8Array(v.buffer, v.byteOffset, v.byteLength)',
    );
    equal(await read, error);
    await rejects(stream.closed, (reason) => reason === error);
  });
}

test('toWeb(writer): close() waits for an end whose own close takes its time', async () => {
  let finish = () => {};
  const slow = new WritableStream({ close: () => new Promise<void>((resolve) => (finish = resolve)) });
  const closed = io.toWeb(io.fromWeb(slow)).close();
  equal(await isWaiting(closed), true);
  finish();
  await closed;
});

test('toWeb(writer): text goes as UTF-8', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const stream = io.toWeb(writer).getWriter();
  await stream.write('grüezi');
  await stream.close();
  equal(await io.text(reader), 'grüezi');
});

test('toWeb(writer): repeats after a short count, and a close() that takes its time is waited for', async () => {
  const got: number[] = [];
  let finish = () => {};
  const sink = {
    async write(chunk: Uint8Array) {
      got.push(chunk[0] as number);
      return 1;
    },
    close: () => new Promise<void>((resolve) => (finish = resolve)),
  };
  const stream = io.toWeb(sink).getWriter();
  await stream.write(Uint8Array.of(1, 2, 3));
  deepEqual(got, [1, 2, 3]);
  const closed = stream.close();
  equal(await isWaiting(closed), true);
  finish();
  await closed;
});

test('toWeb(reader): fills views of any kind, and a stream that ends within an element fails', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const stream = byob(reader);
  const read = stream.read(new Uint32Array(2));
  await writer.write(Uint8Array.of(1, 0));
  equal(await isWaiting(read), true);
  await writer.write(Uint8Array.of(0, 0));
  deepEqual([...((await read).value as Uint32Array)], [1]);
  const cut = stream.read(new Uint32Array(2));
  await writer.write(Uint8Array.of(1, 0));
  writer.close();
  await rejects(cut, TypeError);
});

for (const [count, told] of [
  [9, '9'],
  [-1, '-1'],
  ['3', '"3"'],
  [undefined, 'undefined'],
] as const) {
  test(`toWeb(reader): a Reader whose read() or tryRead() gives ${told} is named, and aborted`, async () => {
    for (const member of ['read', 'tryRead'] as const) {
      const given: unknown[] = [];
      const reader = {
        read: async () => 0,
        [member]: () => (member === 'read' ? Promise.resolve(count) : count),
        abort: (reason: unknown) => given.push(reason),
      };
      const error = await byob(wrong(reader))
        .read(new Uint8Array(4))
        .catch((error) => error);
      ok(error instanceof TypeError);
      equal(
        error.message,
        `end breaks the contract of a Reader: ${member}() of Object returned ${told} for a buffer of 4 bytes`,
      );
      deepEqual(given, [error]);
    }
  });
}

test('toWeb(reader): a Reader that gives 0 for ever is named', async () => {
  const stream = io.toWeb({ read: async () => 0 }).getReader();
  await rejects(stream.read(), {
    name: 'TypeError',
    message: 'end breaks the contract of a Reader: read() of Object read 0 bytes 100 times in a row',
  });
});

test('toWeb(reader): a Reader that always has something gets its turns to wait all the same', async () => {
  let [tries, reads] = [0, 0];
  const reader = {
    tryRead: () => {
      tries++;
      return 1;
    },
    read: async () => {
      reads++;
      return 1;
    },
  };
  const stream = byob(reader);
  for (let count = 0; count < 170; count++) await stream.read(new Uint8Array(1));
  deepEqual([tries, reads], [160, 10]);
});

test('toWeb(reader): what ends one read ends the stream, and the reader with it', async () => {
  const { reader, writer } = io.pipe();
  let fail = (_: unknown) => {};
  const once = {
    read: () => new Promise<never>((_, reject) => (fail = reject)),
    abort: (reason: unknown) => reader.abort(reason),
  };
  const read = byob(once).read(new Uint8Array(1));
  await turn();
  const deadlock = new io.DeadlockError('stuck');
  fail(deadlock);
  await rejects(read, (error) => error === deadlock);
  await rejects(writer.write('x'), (error) => error === deadlock);
});

test('toWeb(writer): what ends one write ends the stream, and the writer with it', async () => {
  const { reader, writer } = io.pipe();
  const once = { write: () => Promise.reject(oops), abort: (reason: unknown) => writer.abort(reason) };
  await rejects(io.toWeb(once).getWriter().write('x'), isOops);
  await rejects(reader.read(new Uint8Array(1)), isOops);
});

test('toWeb(writer): hands bytes alone to a Writer of somebody else', async () => {
  const got: unknown[] = [];
  const writer = {
    write: async (chunk: Uint8Array) => {
      got.push(chunk);
      return chunk.length;
    },
  };
  const stream = io.toWeb(writer).getWriter();
  stream.closed.catch(() => {});
  await stream.write('a');
  await rejects(stream.write(wrong([1])), {
    name: 'TypeError',
    message: 'chunk must be a Uint8Array or a string, got Array; convert it: Uint8Array.from(array)',
  });
  deepEqual(got, [Uint8Array.of(0x61)]);
});

test('toWeb(pair): the two streams of a transform', async () => {
  const { readable, writable } = io.toWeb(io.pipe());
  const read = new Response(readable).text();
  const stream = writable.getWriter();
  await stream.write('through');
  await stream.close();
  equal(await read, 'through');
});

test('toWeb(): refuses what is no end, before it takes anything', () => {
  const both = { read: async () => null, write: async () => 0 };
  const cases: [unknown, string][] = [
    [null, 'end must be a Reader, a Writer or a pair { reader, writer } of them, got null'],
    ['x', 'end must be a Reader, a Writer or a pair { reader, writer } of them, got "x"'],
    [{}, 'end must be a Reader, a Writer or a pair { reader, writer } of them, got Object'],
    [
      new ReadableStream(),
      'end must be a Reader, a Writer or a pair { reader, writer } of them, got ReadableStream',
    ],
    [both, 'end must be a Reader or a Writer, got Object, which is both; give { reader: end, writer: end }'],
    [{ reader: 1, writer: both }, 'end.reader must be a Reader, an object with read(into), got 1'],
    [{ reader: both, writer: 2 }, 'end.writer must be a Writer, an object with write(chunk), got 2'],
  ];
  for (const [end, message] of cases) throws(() => io.toWeb(wrong(end)), { name: 'TypeError', message });
  const { readable, writable } = io.toWeb({ reader: both, writer: both });
  notEqual(readable, writable);
});

test('toWeb(reader): a stream that is dropped is collected, and the writer told', {
  skip: vague,
}, async () => {
  const { kept, stream } = (() => {
    const { reader, writer } = io.pipe();
    return { kept: writer, stream: new WeakRef(io.toWeb(reader)) };
  })();
  const told = rejects(kept.write('x'), io.AbandonedPipeError);
  await collectUntil(told);
  await told;
  equal(stream.deref(), undefined);
});

test('toWeb(writer): a stream that is dropped is collected, and the reader told', {
  skip: vague,
}, async () => {
  const { kept, stream } = (() => {
    const { reader, writer } = io.pipe();
    return { kept: reader, stream: new WeakRef(io.toWeb(writer)) };
  })();
  const told = rejects(kept.read(new Uint8Array(1)), io.AbandonedPipeError);
  await collectUntil(told);
  await told;
  equal(stream.deref(), undefined);
});
