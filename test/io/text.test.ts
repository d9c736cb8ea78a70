/** `text`: bytes to a string, in any encoding that TextDecoder knows. */
import { equal, rejects } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

function of(...bytes: number[]): io.PipeReader {
  const { reader, writer } = io.pipe({ capacity: 2 });
  // One byte a time, so that no character arrives in one piece.
  for (const byte of bytes) writer.write(Uint8Array.of(byte)).catch(() => {});
  writer.close();
  return reader;
}

test('text(): UTF-8 by default, without the byte order mark, whatever the pieces', async () => {
  equal(await io.text(of(0xef, 0xbb, 0xbf, ...new TextEncoder().encode('grüezi 🧀'))), 'grüezi 🧀');
  equal(await io.text(of()), '');
});

test('text(): other encodings by their label', async () => {
  equal(await io.text(of(0xff, 0xfe, 0xfc, 0x00), { encoding: 'utf-16le' }), 'ü');
  equal(await io.text(of(0xb1), { encoding: 'iso-8859-2' }), 'ą');
  equal(await io.text(of(0x82, 0xa0), { encoding: 'shift_jis' }), 'あ');
});

test('text(): bytes that are no text become U+FFFD, or with fatal a TypeError', async () => {
  for (const bytes of [
    [0x61, 0xff],
    [0x61, 0xe2, 0x82],
    [0x61, 0xc0, 0xaf],
  ]) {
    equal((await io.text(of(...bytes))).startsWith('a\ufffd'), true);
    await rejects(io.text(of(...bytes), { fatal: true }), TypeError);
  }
  equal(await io.text(of(0x61), { fatal: true }), 'a');
});

test('text(): max counts bytes and not characters', async () => {
  const bytes = [...new TextEncoder().encode('ü🧀')];
  equal(await io.text(of(...bytes), { max: 6 }), 'ü🧀');
  await rejects(io.text(of(...bytes), { max: 5 }), io.LimitError);
});

test('text(): refuses wrong options before it reads', async () => {
  const reader = of(1, 2);
  const wrong = (value: unknown) => value as never;
  const cases: [Promise<string>, Error][] = [
    [
      io.text(reader, { encoding: 'utf-7' }),
      new RangeError('options.encoding must be a label that TextDecoder knows, got "utf-7"'),
    ],
    [io.text(reader, { encoding: wrong(8) }), new TypeError('options.encoding must be a string, got 8')],
    [io.text(reader, { fatal: wrong(1) }), new TypeError('options.fatal must be a boolean, got 1')],
    [
      io.text(reader, wrong({ charset: 'x' })),
      new TypeError("options has 'signal', 'max', 'encoding', 'fatal', got 'charset'"),
    ],
    [io.text(reader, { max: 0.5 }), new RangeError('options.max must be a whole number >= 0, got 0.5')],
  ];
  for (const [call, { name, message }] of cases) await rejects(call, { name, message });
  equal(reader.bytesRead, 0);
});

test('text(): an aborted stream rejects with its reason', async () => {
  const { reader, writer } = io.pipe();
  const oops = new Error('oops');
  const got = rejects(io.text(reader), (error) => error === oops);
  await writer.write('half');
  writer.abort(oops);
  await got;
});
