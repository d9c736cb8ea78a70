/** `lines`: the same lines however the bytes are cut, and a reader that is never left waiting. */
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

const encode = (text: string) => new TextEncoder().encode(text);
const oops = new Error('oops');

/** Gives one part a read. */
function inParts(...parts: Uint8Array[]): io.Reader {
  const left = parts.filter(({ length }) => length > 0);
  return {
    async read(into) {
      const part = left.shift();
      if (part === undefined) return null;
      into.set(part);
      return part.length;
    },
  };
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const got: string[] = [];
  for await (const line of lines) got.push(line);
  return got;
}

/** What `lines` gives of a whole text. */
function linesOf(text: string): string[] {
  const got = text.split('\n');
  const last = got.pop() as string;
  return [...got.map((line) => line.replace(/\r$/, '')), ...(last === '' ? [] : [last.replace(/\r$/, '')])];
}

/** Lines of the pieces that UTF-8 is made of and of what it may not have, each set by its bytes in hexadecimal. */
function notText(): [string, Uint8Array][] {
  const text = '61 0a 0d0a 0d c3bc e282ac f09fa780 efbbbf';
  const pieces = `${text} ff 80 c0af c3 e282 f09fa7 eda080 f4908080 e0800a f0800a`.split(' ');
  let state = 5;
  return Array.from({ length: 150 }, () => {
    const picked = Array.from({ length: 14 }, () => {
      state = (state * 48_271) % 2_147_483_647;
      return pieces[state % 7 === 0 ? 1 : state % pieces.length] as string;
    });
    const hex = picked.join('');
    return [hex, Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))];
  });
}

const TEXT = '\ufeffone\r\ntwo\n\r\n\n grü🧀zi\r\rx\r\n日本\nlast';
const LINES = ['one', 'two', '', '', ' grü🧀zi\r\rx', '日本', 'last'];

test('lines(): the same at every two split points, with CRLF, several bytes a character and a BOM', async () => {
  const bytes = encode(TEXT);
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const parts = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      deepEqual(await all(io.lines(inParts(...parts))), LINES, `${first}, ${second}`);
    }
  }
});

test('lines(): bytes that are no UTF-8 give the same lines wherever they are cut', async () => {
  for (const [text, bytes] of notText()) {
    const expected = linesOf(new TextDecoder().decode(bytes));
    for (let at = 0; at <= bytes.length; at++) {
      const got = await all(io.lines(inParts(bytes.subarray(0, at), bytes.subarray(at))));
      deepEqual(got, expected, `${text} cut at ${at}`);
    }
    deepEqual(await all(io.lines(inParts(...[...bytes].map((byte) => Uint8Array.of(byte))))), expected, text);
  }
});

test('lines(): with fatal, the error comes behind all lines before the one that is no text, wherever it is cut', async () => {
  for (const [text, bytes] of notText()) {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const ends = [...bytes.keys()].filter((at) => bytes[at] === 0x0a).map((at) => at + 1);
    const isText = (end: number): boolean => {
      try {
        decoder.decode(bytes.subarray(0, end));
        return true;
      } catch {
        return false;
      }
    };
    const good = Math.max(0, ...ends.filter(isText));
    const expected = linesOf(new TextDecoder().decode(bytes.subarray(0, good)));
    for (let at = 0; at <= bytes.length; at++) {
      const got: string[] = [];
      const reading = (async () => {
        const parts = [bytes.subarray(0, at), bytes.subarray(at)];
        for await (const line of io.lines(inParts(...parts), { fatal: true })) got.push(line);
      })();
      if (!isText(bytes.length)) await rejects(reading, TypeError, `${text} cut at ${at}`);
      else await reading;
      deepEqual(got.slice(0, expected.length), expected, `${text} cut at ${at}`);
      if (!isText(bytes.length)) equal(got.length, expected.length, `${text} cut at ${at}`);
    }
  }
});

test('lines(): any label of TextDecoder, the same lines wherever the bytes are cut', async () => {
  const texts: [label: string, hex: string][] = [
    ['utf-16le', 'fffe61000d000a003dd80ade0a0a0a00e565'],
    ['utf-16be', 'feff0061000d000ad83dde0a000a0a0a65e5'],
    ['shift_jis', '93fa0d0a967b0a82a0'],
    ['gb18030', 'c8d50d0ab1be0a81308130610a9439da330a'],
    ['iso-2022-jp', '1b2442467c1b28420d0a1b24424b5c1b28420a61'],
    ['koi8-r', 'c1c20d0aff0a80'],
  ];
  for (const [encoding, hex] of texts) {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    const expected = linesOf(new TextDecoder(encoding, { fatal: true }).decode(bytes));
    equal(expected.length > 2, true, encoding);
    for (let at = 0; at <= bytes.length; at++) {
      const reader = inParts(bytes.subarray(0, at), bytes.subarray(at));
      deepEqual(await all(io.lines(reader, { encoding, fatal: true })), expected, `${encoding} cut at ${at}`);
    }
  }
});

test('lines(): long lines, short ones and a BOM in the middle, over many blocks of any size', async () => {
  const text = Array.from({ length: 300 }, (_, i) => `${i} ${'grü🧀zi '.repeat((i * 131) % 997)}`).join('\n');
  const bytes = encode(`\ufeff\ufeff${text}\r\n\ufeffend`);
  const expected = linesOf(new TextDecoder().decode(bytes));
  for (const size of [1000, 65536, 65537]) {
    const parts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
    deepEqual(await all(io.lines(parts)), expected, `${size}`);
  }
});

test('lines(): reads grow while they are filled, up to 1 MiB, and what is in them comes in its order', async () => {
  const line = `${'grü🧀zi '.repeat(20)}\n`;
  const bytes = encode(line.repeat(20_000));
  for (const most of [bytes.length, 70_000]) {
    const asked: number[] = [];
    let at = 0;
    const reader: io.Reader = {
      async read(into) {
        asked.push(into.length / 1024);
        const count = Math.min(into.length, most, bytes.length - at);
        into.set(bytes.subarray(at, at + count));
        at += count;
        return count === 0 ? null : count;
      },
    };
    let count = 0;
    for await (const got of io.lines(reader)) {
      if (got !== line.slice(0, -1)) equal(got, line);
      count++;
    }
    equal(count, 20_000);
    equal(at, bytes.length);
    deepEqual(
      asked.slice(0, 6),
      most < bytes.length ? [64, 128, 128, 128, 128, 128] : [64, 128, 256, 512, 1024, 1024],
    );
  }
});

test('lines(): the same byte by byte through every kind of pipe', async () => {
  for (const capacity of [0, 1, 7, 64]) {
    const { reader, writer } = io.pipe({ capacity });
    for (const byte of encode(TEXT)) writer.write(Uint8Array.of(byte));
    writer.close();
    deepEqual(await all(io.lines(reader)), LINES);
  }
});

test('lines(): what ends with a line break has no empty last line, what is empty has none at all', async () => {
  deepEqual(await all(io.lines(inParts(encode('a\nb\n')))), ['a', 'b']);
  deepEqual(await all(io.lines(inParts(encode('a\r\n')))), ['a']);
  deepEqual(await all(io.lines(inParts(encode('\n')))), ['']);
  deepEqual(await all(io.lines(inParts())), []);
});

test('lines(): max is hit exactly at every split point, with either line break and without', async () => {
  for (const text of ['12345\n', '12345\r\n', '12345', 'ab\n12345\r\n']) {
    const bytes = encode(text);
    for (let at = 0; at <= bytes.length; at++) {
      const parts = [bytes.subarray(0, at), bytes.subarray(at)];
      const got = await all(io.lines(inParts(...parts), { max: 5 }));
      equal(got.at(-1), '12345');
    }
  }
});

test('lines(): a longer line is a LimitError at every split point, after the lines before it', async () => {
  for (const text of ['ok\n123456\nx', 'ok\n123456\r\n', 'ok\n123456']) {
    const bytes = encode(text);
    for (let at = 0; at <= bytes.length; at++) {
      const lines = io.lines(inParts(bytes.subarray(0, at), bytes.subarray(at)), { max: 5 });
      deepEqual(await lines.next(), { done: false, value: 'ok' });
      await rejects(lines.next(), { name: 'LimitError', max: 5 });
      deepEqual(await lines.next(), { done: true, value: undefined });
    }
  }
});

test('lines(): a line that never ends is found too long without waiting for its end, and its writer is told', async () => {
  const { reader, writer } = io.pipe({ capacity: 4 });
  const sent = writer.write('x'.repeat(100)).catch((error) => error);
  const error = await io
    .lines(reader, { max: 10 })
    .next()
    .catch((error) => error);
  ok(error instanceof io.LimitError);
  equal(await sent, error);
});

test('lines(): leaving the loop early closes the reader, by break and by an exception', async () => {
  for (const leave of ['break', 'throw']) {
    const { reader, writer } = io.pipe({ capacity: 4 });
    const sent = writer.write('one\ntwo\nthree\n').catch((error) => error);
    await (async () => {
      for await (const line of io.lines(reader)) {
        equal(line, 'one');
        if (leave === 'throw') throw oops;
        break;
      }
    })().catch((error) => equal(error, oops));
    ok((await sent) instanceof io.BrokenPipeError);
  }
});

test('lines(): return() before the first next() closes the reader, and there are no lines after it', async () => {
  const { reader, writer } = io.pipe({ capacity: 4 });
  await writer.write('a\n');
  const lines = io.lines(reader);
  deepEqual(await lines.return?.(), { done: true, value: undefined });
  await rejects(writer.write('b'), io.BrokenPipeError);
  deepEqual(await lines.next(), { done: true, value: undefined });
  equal(reader.bytesRead, 0);
});

test('lines(): return() while next() waits ends both', async () => {
  const { reader, writer } = io.pipe();
  const lines = io.lines(reader);
  const waiting = lines.next();
  deepEqual(await lines.return?.(), { done: true, value: undefined });
  deepEqual(await waiting, { done: true, value: undefined });
  deepEqual(await lines.next(), { done: true, value: undefined });
  await rejects(writer.write('x'), io.BrokenPipeError);
});

test('lines(): return() while an error stands behind lines drops both', async () => {
  const lines = io.lines(inParts(encode('a\ntoo long\n')), { max: 3 });
  deepEqual(await lines.next(), { done: false, value: 'a' });
  await lines.return?.();
  deepEqual(await lines.next(), { done: true, value: undefined });
});

test('lines(): calls of next() made at once get one line each, in their order', async () => {
  for (const capacity of [0, 3]) {
    const { reader, writer } = io.pipe({ capacity });
    const lines = io.lines(reader);
    const order: number[] = [];
    const calls = Array.from({ length: 7 }, (_, i) =>
      lines.next().then((result) => {
        order.push(i);
        return result.done ? null : result.value;
      }),
    );
    for (const part of ['a', '\nb\n', 'c\nd', '\n', 'e']) await writer.write(part);
    writer.close();
    deepEqual(await Promise.all(calls), ['a', 'b', 'c', 'd', 'e', null, null]);
    deepEqual(order, [0, 1, 2, 3, 4, 5, 6]);
  }
});

test('lines(): an aborted stream gives the whole lines, then its reason, and never the unfinished last one', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  await writer.write('whole\nhalf');
  writer.abort(oops);
  const got: string[] = [];
  await rejects(
    (async () => {
      for await (const line of io.lines(reader)) got.push(line);
    })(),
    (error) => error === oops,
  );
  deepEqual(got, ['whole']);
});

test('lines(): a signal ends the loop with its reason, and leaves no listener', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const { reader, writer } = io.pipe({ capacity: 16 });
  await writer.write('one\ntw');
  const lines = io.lines(reader, { signal });
  equal((await lines.next()).value, 'one');
  const waiting = rejects(lines.next(), (error) => error === oops);
  controller.abort(oops);
  await waiting;
  equal(getEventListeners(signal, 'abort').length, 0);
});

test('lines(): other encodings, and with fatal an error that the writer hears of', async () => {
  const utf16 = Uint8Array.from([...'a\nb'].flatMap((unit) => [unit.charCodeAt(0), 0]));
  for (let at = 0; at <= utf16.length; at++) {
    const reader = inParts(utf16.subarray(0, at), utf16.subarray(at));
    deepEqual(await all(io.lines(reader, { encoding: 'utf-16le' })), ['a', 'b']);
  }
  deepEqual(await all(io.lines(inParts(Uint8Array.of(0x61, 0xe2, 0x82)))), ['a\ufffd']);
  const { reader, writer } = io.pipe({ capacity: 4 });
  const sent = writer.write(new Uint8Array(9).fill(0xff)).catch((error) => error);
  const error = await io
    .lines(reader, { fatal: true })
    .next()
    .catch((error) => error);
  ok(error instanceof TypeError);
  equal(await sent, error);
});

test('lines(): with fatal, a character cut off by the end is an error', async () => {
  const lines = io.lines(inParts(Uint8Array.of(0x61, 0x0a, 0xe2, 0x82)), { fatal: true });
  equal((await lines.next()).value, 'a');
  await rejects(lines.next(), TypeError);
});

test('lines(): refuses wrong arguments at once', () => {
  const { reader } = io.pipe();
  const wrong = (value: unknown) => value as never;
  throws(
    () => io.lines(wrong(null)),
    new TypeError(
      'reader must be a Reader, an object with read(into), a ReadableStream or an iterable of bytes, got null',
    ),
  );
  throws(() => io.lines(reader, wrong(1)), new TypeError('options must be an object, got 1'));
  throws(() => io.lines(reader, wrong({ limit: 1 })), TypeError);
  throws(() => io.lines(reader, { max: -1 }), RangeError);
  throws(() => io.lines(reader, { signal: wrong('x') }), TypeError);
  throws(() => io.lines(reader, { encoding: 'nonsense' }), RangeError);
});

test('lines(): a line that is too long is told by the byte that makes it so', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const lines = io.lines(reader, { max: 3 });
  await writer.write('abc');
  await writer.write('d'); // and no more
  await rejects(lines.next(), { name: 'LimitError', max: 3 });

  const other = io.pipe({ capacity: 16 });
  const good = io.lines(other.reader, { max: 3 });
  await other.writer.write('abc\r');
  const first = good.next();
  await other.writer.write('\n');
  equal((await first).value, 'abc');
});
