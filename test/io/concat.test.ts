/** `concat`: one reader of several, one after the other, and nothing of one before its turn. */
import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const oops = new Error('oops');
const isOops = (error: unknown) => error === oops;
const encode = (text: string) => new TextEncoder().encode(text);

/** Gives `parts`, one a read, then the end or a failure, and counts what is done to it. */
function source(parts: string[], failure?: unknown) {
  const left = [...parts];
  const calls = { reads: 0, closes: 0, aborts: [] as unknown[] };
  return {
    calls,
    async read(into: Uint8Array): Promise<number | null> {
      calls.reads++;
      const part = left.shift();
      if (part === undefined && failure !== undefined) throw failure;
      return part === undefined ? null : new TextEncoder().encodeInto(part, into).written;
    },
    close: () => void calls.closes++,
    abort: (reason: unknown) => void calls.aborts.push(reason),
  };
}

test('concat(): all bytes of readers, streams and iterables, in their order', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  await writer.write('pipe ');
  writer.close();
  const page = io.concat([
    [encode('array '), encode('of two ')],
    reader,
    new Blob(['blob ']).stream(),
    source(['foreign ', 'reader ']),
    (async function* () {
      yield encode('generator');
    })(),
  ]);
  equal(page.name, 'concat');
  equal(await io.text(page), 'array of two pipe blob foreign reader generator');
  equal(page.bytesRead, 47);
  await page.closed;
});

test('concat(): of nothing, and of what is empty, has ended', async () => {
  equal(await io.concat([]).read(new Uint8Array(1)), null);
  equal(io.concat([]).tryRead(new Uint8Array(1)), null);
  equal(await io.text(io.concat([[], source([]), []])), '');
});

test('concat(): a source is read only when its turn has come and a read waits, for what that asks for', async () => {
  const sources = [source(['a', 'b']), source(['c'])] as const;
  const reader = io.concat(sources);
  await turn();
  deepEqual([sources[0].calls.reads, sources[1].calls.reads], [0, 0]);
  const into = new Uint8Array(8);
  equal(await reader.read(into), 1);
  equal(await reader.read(into), 1);
  await turn();
  deepEqual([sources[0].calls.reads, sources[1].calls.reads], [2, 0]);
  equal(sources[0].calls.closes, 0);
  equal(await reader.read(into), 1);
  equal(sources[0].calls.closes, 1);
  equal(await reader.read(into), null);
  deepEqual(
    [sources[0].calls, sources[1].calls].map(({ closes }) => closes),
    [1, 1],
  );
});

test('concat(): a rendezvous stays one: nothing of a write goes before a read asks for it', async () => {
  const [first, second] = [io.pipe(), io.pipe()];
  const reader = io.concat([first.reader, second.reader]);
  const sent = second.writer.write('bcd');
  equal(await Promise.race([sent, turn()]), undefined);
  const got = reader.read(new Uint8Array(2));
  first.writer.close();
  equal(await got, 2);
  await turn();
  equal(second.writer.bytesWritten, 2);
  equal(reader.tryRead(new Uint8Array(8)), 1);
  equal(await sent, 3);
});

test('tryRead() of concat(): goes on to the next source when one has ended', async () => {
  const [first, second] = [io.pipe({ capacity: 4 }), io.pipe({ capacity: 4 })];
  const reader = io.concat([first.reader, second.reader]);
  const into = new Uint8Array(8);
  equal(reader.tryRead(into), 0);
  await first.writer.write('a');
  await second.writer.write('bc');
  equal(reader.tryRead(into), 1);
  equal(reader.tryRead(into), 0);
  first.writer.close();
  equal(reader.tryRead(into), 2);
  second.writer.close();
  equal(reader.tryRead(into), null);
});

test('concat(): a source that fails does so behind what came before, and aborts those that are left', async () => {
  const sources = [source(['a']), source(['b'], oops), source(['c']), io.pipe()] as const;
  const reader = io.concat([sources[0], sources[1], sources[2], sources[3].reader]);
  const into = new Uint8Array(8);
  equal(await reader.read(into), 1);
  equal(await reader.read(into), 1);
  await rejects(reader.read(into), isOops);
  await rejects(reader.read(into), isOops);
  await rejects(reader.closed, isOops);
  deepEqual(
    sources.slice(0, 3).map((one) => 'calls' in one && [one.calls.closes, one.calls.aborts]),
    [
      [1, []],
      [0, [oops]],
      [0, [oops]],
    ],
  );
  equal(sources[2].calls.reads, 0);
  await rejects(sources[3].writer.write('d'), isOops);
});

test('concat(): a source that will fail is known before its turn, and still behind what came before', async () => {
  const [first, second] = [io.pipe({ capacity: 4 }), io.pipe({ capacity: 4 })];
  const reader = io.concat([first.reader, second.reader]);
  await first.writer.write('a');
  second.writer.abort(oops);
  await rejects(reader.closed, isOops);
  equal(await reader.read(new Uint8Array(4)), 1);
  first.writer.close();
  await rejects(reader.read(new Uint8Array(4)), isOops);
});

test('concat(): closed or aborted, so are all that are left, also while a read waits', async () => {
  for (const reason of [undefined, oops]) {
    const sources = [source([]), io.pipe(), source([])] as const;
    const reader = io.concat([sources[0], sources[1].reader, sources[2]]);
    const waits = rejects(reader.read(new Uint8Array(1)), io.ClosedPipeError);
    await turn();
    if (reason === undefined) reader.close();
    else reader.abort(reason);
    await waits;
    await rejects(sources[1].writer.write('x'), reason === undefined ? io.BrokenPipeError : isOops);
    const { calls } = sources[2];
    deepEqual([calls.closes, calls.aborts], reason === undefined ? [1, []] : [0, [oops]]);
    await turn();
    deepEqual(sources[0].calls.aborts, []);
  }
});

test('concat(): a stream is locked from the start, and free when its turn is over', async () => {
  const streams = [new Blob(['a']).stream(), new Blob(['b']).stream()] as const;
  const reader = io.concat(streams);
  deepEqual([streams[0].locked, streams[1].locked], [true, true]);
  equal(await io.text(reader), 'ab');
  await turn();
  deepEqual([streams[0].locked, streams[1].locked], [false, false]);
});

test('concat(): very many sources', async () => {
  const all = Array.from({ length: 20_000 }, (_, i) => [Uint8Array.of(i & 255, i >> 8)]);
  const got = await io.readAll(io.concat(all));
  equal(got.length, 40_000);
  deepEqual([...got.subarray(39_998)], [19_999 & 255, 19_999 >> 8]);
});

test('concat(): one that was used twice, and a source that breaks its contract, are told', async () => {
  const { reader, writer } = io.pipe();
  writer.close();
  await rejects(io.text(io.concat([reader, reader])), io.ClosedPipeError);
  await rejects(
    io.text(io.concat([[], { read: async (into) => into.length + 1 }])),
    /^TypeError: readers\[1\] breaks the contract of a Reader: read\(\) of Object returned 16385 for a buffer of 16384 bytes/,
  );
});

test('concat(), merge(): refuse what is no array of sources, and take none then', () => {
  const stream = new Blob(['a']).stream();
  const locked = new Blob(['b']).stream();
  locked.getReader();
  for (const join of [io.concat, io.merge] as ((readers: unknown) => io.PipeReader)[]) {
    throws(() => join(stream), /^TypeError: readers must be an array, got ReadableStream/);
    throws(() => join(undefined), /^TypeError: readers must be an array, got undefined/);
    throws(
      () => join([stream, new Uint8Array(1)]),
      /^TypeError: readers\[1\] must be a Reader, .* got Uint8Array of 1 bytes; give it as the only chunk: \[chunk\]/,
    );
    throws(
      () => join([stream, locked]),
      /^TypeError: readers\[1\] must be a stream that nobody has locked, got a locked ReadableStream/,
    );
    equal(stream.locked, false);
  }
});
