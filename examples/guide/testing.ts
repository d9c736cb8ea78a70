/** Code that streams, and the tests that such code needs: `node --test` runs this file. */
import { equal, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import * as io from 'pipework';
import {
  dataWithEnd,
  errorAfter,
  failAfter,
  failWhenStuck,
  half,
  oneByte,
  shortWrite,
} from 'pipework/testing';

/** What is tested: numbers the lines of `from`. */
function numberLines(from: io.Reader, to: io.Writer): Promise<number> {
  return io.copy(numbered(from), to, { close: true });
}

async function* numbered(from: io.Reader): AsyncGenerator<Uint8Array> {
  let number = 0;
  for await (const line of io.lines(from)) yield new TextEncoder().encode(`${++number} ${line}\n`);
}

for (const inPieces of [oneByte, half, dataWithEnd]) {
  test(`the lines are whole, however the bytes arrive: ${inPieces.name}`, async () => {
    const { reader, writer } = io.pipe({ capacity: 64 });
    void numberLines(inPieces(sourceOf('one\ntwo')), writer);
    equal(await io.text(reader), '1 one\n2 two\n');
  });
}

test('a source that fails, at whichever byte, fails the output with that very error', async () => {
  for (let count = 0; count <= 'one\ntwo'.length; count++) {
    const lost = new Error('connection lost');
    const { reader, writer } = io.pipe({ capacity: 64 });
    await rejects(numberLines(errorAfter(sourceOf('one\ntwo'), count, lost), writer), lost);
    await rejects(io.text(reader), (error) => error === lost); // a plain end would pass for all of it
  }
});

test('an output that fails is reported, and the source hears of it', async () => {
  const { reader, writer } = io.pipe({ capacity: 64 });
  const full = new Error('disk full');
  await writer.write('one\ntwo\n');
  await rejects(numberLines(reader, failAfter(io.pipe({ capacity: 64 }).writer, 3, full)), full);
  await rejects(writer.write('three\n'), { code: 'EPIPE' });
});

test('an output that takes a byte at a time gets all of them', async () => {
  const { reader, writer } = io.pipe({ capacity: 64 });
  await numberLines(sourceOf('one\ntwo'), shortWrite(writer, 1));
  writer.close();
  equal(await io.text(reader), '1 one\n2 two\n');
});

test('nobody waits for the other: a deadlock is an error here, and not a test that hangs', async () => {
  const { reader, writer } = io.pipe();
  const run = () => Promise.all([numberLines(sourceOf('one\ntwo'), writer), io.text(reader)]);
  equal((await failWhenStuck(run, { after: 1000 }))[1], '1 one\n2 two\n'); // milliseconds
});

function sourceOf(text: string): io.PipeReader {
  const { reader, writer } = io.pipe({ capacity: 64 });
  writer.tryWrite(new TextEncoder().encode(text));
  writer.close();
  return reader;
}
