/** `readFull` and `readAll`: exactly that many bytes, or an error that says how far it came. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

const oops = new Error('oops');
const wrong = (value: unknown) => value as never;

for (const capacity of [0, 3]) {
  const on = `capacity ${capacity}`;

  test(`readFull(): fills the buffer from as many writes as it takes, and reads no further (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    for (const part of ['a', 'bc', 'defgh']) writer.write(part);
    writer.close();
    const into = new Uint8Array(6);
    equal(await io.readFull(reader, into), 6);
    equal(String.fromCharCode(...into), 'abcdef');
    equal(await io.text(reader), 'gh');
  });

  test(`readFull(): null at a clean end, UnexpectedEndError after the first byte (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const into = new Uint8Array(4);
    const failed = rejects(io.readFull(reader, into), {
      name: 'UnexpectedEndError',
      code: 'ERR_PIPE_UNEXPECTED_END',
      message: 'the stream ended after 2 of 4 bytes',
      bytesRead: 2,
    });
    writer.write('ab');
    writer.close();
    await failed;
    equal(String.fromCharCode(...into.subarray(0, 2)), 'ab');
    equal(await io.readFull(reader, into), null);
  });

  test(`readFull(): an aborted stream is no end, whatever was read before (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const failed = rejects(io.readFull(reader, new Uint8Array(4)), (error) => error === oops);
    await writer.write('ab');
    writer.abort(oops);
    await failed;
  });

  test(`readFull(): a signal gives up; what was read counts, the reader stays usable, no listener stays (${on})`, async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { reader, writer } = io.pipe({ capacity });
    const into = new Uint8Array(4);
    const failed = rejects(io.readFull(reader, into, { signal }), (error) => error === oops);
    await writer.write('ab');
    for (let tick = 0; tick < 10; tick++) await undefined;
    controller.abort(oops);
    await failed;
    equal(reader.bytesRead, 2);
    equal(getEventListeners(signal, 'abort').length, 0);
    const sent = writer.write('c');
    equal(await io.readFull(reader, into.subarray(0, 1)), 1);
    equal(await sent, 1);
    await rejects(io.readFull(reader, into, { signal }), (error) => error === oops);
  });

  test(`readAll(): max is hit exactly, or exceeded by one byte; the reader stays open (${on})`, async () => {
    for (const length of [0, 1, 9]) {
      const { reader, writer } = io.pipe({ capacity });
      writer.write('123456789'.slice(0, length));
      writer.close();
      equal((await io.readAll(reader, { max: length })).length, length);
    }
    for (const length of [1, 9]) {
      const { reader, writer } = io.pipe({ capacity });
      writer.write('123456789'.slice(0, length)).catch(() => {});
      const failure = { name: 'LimitError', code: 'ERR_PIPE_LIMIT', max: length - 1 };
      await rejects(io.readAll(reader, { max: length - 1 }), failure);
      const sent = writer.write('x');
      const rest = io.text(reader);
      writer.close();
      await sent;
      ok((await rest).endsWith('x'));
    }
  });

  test(`readAll(): an aborted stream rejects with its reason and gives out nothing (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const failed = rejects(io.readAll(reader), (error) => error === oops);
    await writer.write('abc');
    writer.abort(oops);
    await failed;
  });

  test(`readAll(): a signal gives up, and leaves no listener (${on})`, async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const { reader, writer } = io.pipe({ capacity });
    const failed = rejects(io.readAll(reader, { signal }), (error) => error === oops);
    await writer.write('abc');
    controller.abort(oops);
    await failed;
    equal(getEventListeners(signal, 'abort').length, 0);
    equal(reader.bytesRead, 3);
  });
}

test('readAll(): bytes of every length around its blocks come out whole, in memory of their own', async () => {
  for (const length of [0, 1, 16383, 16384, 16385, 49151, 49152, 49153, 3_000_000]) {
    const { reader, writer } = io.pipe();
    const all = Uint8Array.from({ length }, (_, i) => i % 251);
    writer.write(all);
    writer.close();
    const got = await io.readAll(reader);
    deepEqual(got, all, `${length}`);
    equal(got.buffer.byteLength, length);
  }
});

test('readFull(): an empty buffer is full at once, and reads nothing', async () => {
  const { reader } = io.pipe();
  equal(await io.readFull(reader, new Uint8Array(0)), 0);
});

test('readFull(), readAll(): refuse wrong arguments before they read, and before a fired signal', async () => {
  const { reader, writer } = io.pipe({ capacity: 4 });
  await writer.write('abcd');
  const signal = AbortSignal.abort();
  const into = new Uint8Array(1);
  const needsReader = (shown: string) =>
    new TypeError(`reader must be a Reader, an object with read(into), got ${shown}`);
  const cases: [Promise<unknown>, Error][] = [
    [io.readFull(wrong({}), into), needsReader('Object')],
    [
      io.readFull(reader, wrong('x')),
      new TypeError('into must be a Uint8Array, got "x"; encode it: new TextEncoder().encode(text)'),
    ],
    [io.readFull(reader, into, wrong({ max: 1 })), new TypeError("options has 'signal', got 'max'")],
    [
      io.readAll(wrong(undefined)),
      new TypeError(
        'reader must be a Reader, an object with read(into), a ReadableStream or an iterable of bytes, got undefined',
      ),
    ],
    [io.readAll(reader, wrong(5)), new TypeError('options must be an object, got 5')],
    [io.readAll(reader, wrong({ limit: 5 })), new TypeError("options has 'signal', 'max', got 'limit'")],
    [
      io.readAll(reader, { max: -1, signal }),
      new RangeError('options.max must be a whole number >= 0, got -1'),
    ],
    [
      io.readAll(reader, { max: Number.NaN }),
      new RangeError('options.max must be a whole number >= 0, got NaN'),
    ],
  ];
  for (const [call, error] of cases) await rejects(call, error);
  equal(reader.bytesRead, 0);
  deepEqual([...(await io.readAll({ read: async () => null }))], []);
});
