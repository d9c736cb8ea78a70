import assert from 'node:assert/strict';
import * as io from 'pipework';
import { dataWithEnd, errorAfter, failAfter, half, oneByte, shortWrite, truncate } from 'pipework/testing';
import { test } from '../runtimes/test.js';

const HELLO = new TextEncoder().encode('hello');

/** A pipe that holds `text` and has ended. */
async function holding(text: string): Promise<io.PipeReader> {
  const { reader, writer } = io.pipe({ capacity: 64 });
  await writer.write(text);
  writer.close();
  return reader;
}

for (const [name, faulty] of Object.entries({ oneByte, half, dataWithEnd })) {
  test(`${name}() loses nothing: the toolkit reads the whole stream through it`, async () => {
    assert.equal(await io.text(faulty(await holding('the whole stream'))), 'the whole stream');
    assert.equal(await io.text(faulty(await holding(''))), '');
  });

  test(`${name}() hands on the reason of the writer as it is`, async () => {
    const { reader, writer } = io.pipe({ capacity: 64 });
    await writer.write('abc');
    const reason = new Error('the source failed');
    writer.abort(reason);
    const end = faulty(reader);
    const into = new Uint8Array(8);
    let got = 0;
    while (got < 3) got += (await end.read(into.subarray(got))) ?? 0;
    await assert.rejects(end.read(into), (error) => error === reason);
  });

  test(`${name}() hands on the signal of a read that waits, and goes on afterwards`, async () => {
    const { reader, writer } = io.pipe({ capacity: 64 });
    const end = faulty(reader);
    const stop = new AbortController();
    const got = end.read(new Uint8Array(4), { signal: stop.signal });
    await Promise.resolve();
    stop.abort('enough');
    await assert.rejects(got, (error) => error === 'enough');
    await writer.write('abc');
    writer.close();
    assert.equal(await io.text(end), 'abc');
  });

  test(`${name}() refuses what is no reader, and a read into what are no bytes`, async () => {
    assert.throws(() => faulty({} as io.Reader), { name: 'TypeError', message: /^reader must be a Reader/ });
    assert.throws(() => faulty(undefined as unknown as io.Reader), { name: 'TypeError' });
    await assert.rejects(faulty(await holding('abc')).read(5 as unknown as Uint8Array), {
      name: 'TypeError',
      message: /^into must be/,
    });
  });
}

test('oneByte() asks for one byte at a time, and for none when the buffer is empty', async () => {
  const end = oneByte(await holding('abc'));
  assert.equal(await end.read(new Uint8Array(8)), 1);
  assert.equal(await end.read(new Uint8Array(0)), 0);
  assert.equal(await end.read(new Uint8Array(1)), 1);
});

test('half() asks for half, rounded up, so that it always comes forward', async () => {
  const end = half(await holding('abcdefgh'));
  assert.equal(await end.read(new Uint8Array(7)), 4);
  assert.equal(await end.read(new Uint8Array(1)), 1);
});

test('errorAfter() gives exactly so many bytes, then fails for good with that very value', async () => {
  for (const error of [new Error('broken'), undefined, null, 'text']) {
    const end = errorAfter(await holding('abcdef'), 4, error);
    const into = new Uint8Array(3);
    assert.equal(await end.read(into), 3);
    assert.equal(await end.read(into), 1);
    for (let count = 0; count < 2; count++) {
      const failure = await end.read(into).then(
        () => assert.fail('it gave a count'),
        (reason: unknown) => ({ reason }),
      );
      assert.deepEqual(failure, { reason: error });
    }
  }
});

test('errorAfter() counts what reads got and not what they asked for, also of reads that wait together', async () => {
  const { reader, writer } = io.pipe();
  const end = errorAfter(reader, 3, 'broken');
  const first = end.read(new Uint8Array(8));
  const second = end.read(new Uint8Array(8));
  const third = end.read(new Uint8Array(8)).catch((error) => error);
  await writer.write('ab');
  assert.equal(await first, 2);
  const sent = writer.write('cd').catch(() => {});
  assert.equal(await second, 1);
  assert.equal(await third, 'broken');
  reader.close();
  await sent;
});

test('errorAfter() of a shorter stream ends as the stream does', async () => {
  assert.equal(await io.text(errorAfter(await holding('abc'), 4, new Error('never'))), 'abc');
});

test('dataWithEnd() gives the last bytes only when the end is known, and then the end without asking', async () => {
  const asked: string[] = [];
  const answers = [2, 3, null];
  const source: io.Reader = {
    async read() {
      asked.push('read');
      return answers.shift() as number | null;
    },
  };
  const end = dataWithEnd(source);
  assert.equal(await end.read(new Uint8Array(8)), 2);
  assert.equal(asked.length, 2);
  assert.equal(await end.read(new Uint8Array(8)), 3);
  assert.equal(asked.length, 3);
  assert.equal(await end.read(new Uint8Array(8)), null);
  assert.equal(await end.read(new Uint8Array(8)), null);
  assert.equal(asked.length, 3);
});

test('dataWithEnd() gives the bytes when the signal fires while only its look ahead waits', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const end = dataWithEnd(reader);
  await writer.write('abc');
  const stop = new AbortController();
  const got = end.read(new Uint8Array(8), { signal: stop.signal });
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
  stop.abort('enough');
  assert.equal(await got, 3);
  await writer.write('def');
  writer.close();
  assert.equal(await io.text(end), 'def');
});

test('dataWithEnd() gives nothing to a read whose signal has fired, though it has bytes in hand', async () => {
  const end = dataWithEnd(await holding('abcd'));
  assert.equal(await end.read(new Uint8Array(2)), 2);
  const signal = AbortSignal.abort('enough');
  await assert.rejects(end.read(new Uint8Array(2), { signal }), (error) => error === 'enough');
  assert.equal(await end.read(new Uint8Array(0)), 0);
  assert.equal(await io.text(end), 'cd');
});

test('dataWithEnd() names a source that gives 0 bytes for ever, after the bytes that it gave before', async () => {
  const stuck = (...counts: number[]) => ({ read: () => Promise.resolve(counts.shift() ?? 0) });
  const named = {
    name: 'TypeError',
    message: 'reader breaks the contract of a Reader: read() of Object read 0 bytes 100 times in a row',
  };
  await assert.rejects(dataWithEnd(stuck()).read(new Uint8Array(8)), named);
  const end = dataWithEnd(stuck(...Array(99).fill(0), 3));
  assert.equal(await end.read(new Uint8Array(8)), 3);
  for (let count = 0; count < 2; count++) await assert.rejects(end.read(new Uint8Array(8)), named);
});

test('shortWrite() takes at most so many bytes of each write, and the toolkit sends the rest again', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  assert.equal(await shortWrite(writer, 2).write(HELLO), 2);
  assert.equal(await io.copy(await holding('y, all of it'), shortWrite(writer, 5)), 12);
  writer.close();
  assert.equal(await io.text(reader), 'hey, all of it');
});

test('failAfter() takes exactly so many bytes, then fails for good with that very value', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const full = failAfter(writer, 7, 'disk full');
  assert.equal(await full.write(HELLO), 5);
  assert.equal(await full.write(HELLO), 2);
  for (let count = 0; count < 2; count++) {
    await assert.rejects(full.write(HELLO), (error) => error === 'disk full');
  }
  writer.close();
  assert.equal(await io.text(reader), 'hellohe');
});

test('truncate() passes on the first bytes and claims to have taken all', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const lying = truncate(writer, 7);
  assert.equal(await lying.write(HELLO), 5);
  assert.equal(await lying.write(HELLO), 5);
  assert.equal(await lying.write(HELLO), 5);
  writer.close();
  assert.equal(await io.text(reader), 'hellohe');
});

test('faulty writers refuse wrong arguments by name', async () => {
  const { writer } = io.pipe({ capacity: 16 });
  const none = undefined as unknown as io.Writer;
  for (const make of [() => shortWrite(none, 1), () => failAfter(none, 1, 'x'), () => truncate(none, 1)]) {
    assert.throws(make, { name: 'TypeError', message: /^writer must be a Writer/ });
  }
  assert.throws(() => shortWrite(writer, 0), { name: 'RangeError', message: /^max must be .* got 0$/ });
  assert.throws(() => failAfter(writer, -1, 'x'), { name: 'RangeError', message: /^count must be/ });
  assert.throws(() => truncate(writer, 0.5), { name: 'RangeError', message: /^count must be/ });
  assert.throws(() => errorAfter(io.pipe().reader, Number.NaN, 'x'), { name: 'RangeError' });
  for (const end of [shortWrite(writer, 1), failAfter(writer, 1, 'x'), truncate(writer, 1)]) {
    await assert.rejects(end.write('text' as unknown as Uint8Array), {
      name: 'TypeError',
      message: /^chunk must be/,
    });
  }
});
