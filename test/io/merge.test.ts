/** `merge`: one reader of several at once, in the order in which they give, and all of them end with it. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const oops = new Error('oops');
const isOops = (error: unknown) => error === oops;
const encode = (text: string) => new TextEncoder().encode(text);

/** A source that answers when it is told to. */
function slow() {
  const waiting: { resolve(count: number | null): void; reject(reason: unknown): void }[] = [];
  const source = {
    asked: [] as number[],
    closes: 0,
    aborts: [] as unknown[],
    read(into: Uint8Array) {
      source.asked.push(into.length);
      return new Promise<number | null>((resolve, reject) => {
        const fill = (count: number | null) =>
          resolve(into.fill(source.asked.length, 0, count ?? 0) && count);
        waiting.push({ resolve: fill, reject });
      });
    },
    /** Answers the first read that waits. */
    give: (count: number | null) => waiting.shift()?.resolve(count),
    fail: (reason: unknown) => waiting.shift()?.reject(reason),
    close: () => void source.closes++,
    abort: (reason: unknown) => void source.aborts.push(reason),
  };
  return source;
}

test('merge(): bytes come as the sources give them, whoever waits', async () => {
  const pipes = [io.pipe(), io.pipe(), io.pipe()] as const;
  const reader = io.merge(pipes.map((pipe) => pipe.reader));
  equal(reader.name, 'merge');
  const into = new Uint8Array(8);
  for (const [at, text] of [
    [2, 'abc'],
    [0, 'd'],
    [2, 'ef'],
    [1, 'ghij'],
  ] as const) {
    const got = reader.read(into);
    await pipes[at].writer.write(text);
    equal(await got, text.length);
    equal(String.fromCharCode(...into.subarray(0, text.length)), text);
  }
  const end = reader.read(into);
  for (const { writer } of pipes) writer.close();
  equal(await end, null);
  await reader.closed;
  equal(reader.bytesRead, 10);
});

test('merge(): of nothing, and of what is empty, has ended', async () => {
  equal(await io.merge([]).read(new Uint8Array(1)), null);
  equal(io.merge([]).tryRead(new Uint8Array(1)), null);
  equal(await io.text(io.merge([[], [], new Blob([]).stream()])), '');
});

test('merge(): readers, streams and iterables, each in its own order and all of it', async () => {
  const letters = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(100_001));
  const { reader, writer } = io.pipe({ capacity: 1000 });
  const sent = writer.write(letters[0] as string).then(() => writer.close());
  const text = await io.text(
    io.merge([
      reader,
      new Blob([letters[1] as string]).stream(),
      [encode(letters[2] as string)],
      (async function* () {
        for (const part of letters[3] as string) yield encode(part);
      })(),
    ]),
  );
  await sent;
  equal([...text].sort().join(''), letters.join(''));
});

test('merge(): the bytes of one read of a source are not interleaved, however small the reads of the merged are', async () => {
  const sources = [slow(), slow()] as const;
  const reader = io.merge(sources);
  const first = reader.read(new Uint8Array(4));
  await turn();
  sources[1].give(4);
  sources[0].give(3);
  equal(await first, 4);
  deepEqual(
    sources.map(({ asked }) => asked),
    [[4], [4]],
  );
  const into = new Uint8Array(2);
  equal(await reader.read(into), 2);
  equal(await reader.read(into), 1);
  // What was kept had to go first: only now is anybody asked again.
  deepEqual(
    sources.map(({ asked }) => asked),
    [[4], [4]],
  );
  const next = reader.read(into);
  await turn();
  deepEqual(
    sources.map(({ asked }) => asked),
    [
      [4, 2],
      [4, 2],
    ],
  );
  sources[0].give(2);
  equal(await next, 2);
  reader.close();
});

test('merge(): nothing is asked before a read waits, then each for what that asks for, and once', async () => {
  const sources = [slow(), slow()] as const;
  const reader = io.merge(sources);
  await turn();
  deepEqual(
    sources.map(({ asked }) => asked),
    [[], []],
  );
  const got = reader.read(new Uint8Array(10));
  await turn();
  sources[0].give(10);
  equal(await got, 10);
  const more = reader.read(new Uint8Array(7));
  await turn();
  deepEqual(
    sources.map(({ asked }) => asked),
    [[10, 7], [10]],
  );
  sources[1].give(10);
  equal(await more, 7);
  equal(await reader.read(new Uint8Array(7)), 3);
  sources[0].give(7);
  await turn();
  equal(await reader.read(new Uint8Array(100)), 7);
  const last = reader.read(new Uint8Array(100));
  await turn();
  sources[0].give(100);
  equal(await last, 100);
  reader.close();
});

test('merge(): a source that always has something does not keep the others from their turn', async () => {
  const greedy = (byte: number): io.Reader => ({ read: async (into) => into.fill(byte).length });
  const reader = io.merge([greedy(1), greedy(2), greedy(3)]);
  const seen = [0, 0, 0, 0];
  const into = new Uint8Array(1);
  for (let i = 0; i < 300; i++) {
    await reader.read(into);
    seen[into[0] as number] = (seen[into[0] as number] as number) + 1;
  }
  for (const count of seen.slice(1)) ok(count >= 90, `${seen}`);
  reader.close();
});

test('tryRead() of merge(): what any source has now, and each in turn', async () => {
  const pipes = [io.pipe({ capacity: 8 }), io.pipe({ capacity: 8 })] as const;
  const reader = io.merge(pipes.map((pipe) => pipe.reader));
  const into = new Uint8Array(2);
  equal(reader.tryRead(into), 0);
  await pipes[0].writer.write('aaaa');
  await pipes[1].writer.write('bbb');
  const order: string[] = [];
  for (let count = reader.tryRead(into); count !== 0; count = reader.tryRead(into)) {
    order.push(String.fromCharCode(...into.subarray(0, count ?? 0)));
  }
  deepEqual(order, ['aa', 'bb', 'aa', 'b']);
  pipes[0].writer.close();
  equal(reader.tryRead(into), 0);
  pipes[1].writer.close();
  equal(reader.tryRead(into), null);
});

test('merge(): the first source to fail fails it by that very reason, behind what had come before, and the others are aborted', async () => {
  const sources = [slow(), slow(), slow()] as const;
  const reader = io.merge(sources);
  const first = reader.read(new Uint8Array(4));
  await turn();
  sources[0].give(4);
  sources[1].give(2);
  sources[2].fail(oops);
  equal(await first, 4);
  await turn();
  deepEqual(
    sources.map(({ aborts }) => aborts),
    [[oops], [oops], [oops]],
  );
  deepEqual(
    sources.map(({ closes }) => closes),
    [0, 0, 0],
  );
  equal(await reader.read(new Uint8Array(4)), 2);
  await rejects(reader.read(new Uint8Array(4)), isOops);
  await rejects(reader.read(new Uint8Array(4)), isOops);
  await rejects(reader.closed, isOops);
});

test('merge(): a failure that nobody waits for is told by the next reads, also when others fail or give more', async () => {
  const late = new Error('late');
  for (const then of ['fails', 'gives', 'waits'] as const) {
    const sources = [slow(), slow()] as const;
    const { reader: idle, writer } = io.pipe();
    const reader = io.merge([...sources, idle]);
    const first = reader.read(new Uint8Array(4));
    await turn();
    await writer.write('abcd');
    equal(await first, 4);
    sources[0].fail(oops);
    if (then === 'fails') sources[1].fail(late);
    if (then === 'gives') sources[1].give(4);
    await turn();
    await rejects(reader.read(new Uint8Array(4)), isOops, then);
    await rejects(reader.read(new Uint8Array(4)), isOops, then);
    await rejects(writer.write('x'), isOops, then);
  }
});

test('merge(): what had come before a failure is given out, and its source is not asked again', async () => {
  const failing = slow();
  const pipes = [io.pipe(), io.pipe()] as const;
  const reader = io.merge([pipes[0].reader, pipes[1].reader, failing]);
  const first = reader.read(new Uint8Array(4));
  await turn();
  await Promise.all([pipes[0].writer.write('abcd'), pipes[1].writer.write('efgh')]);
  equal(await first, 4);
  failing.fail(oops);
  await turn();
  equal(await reader.read(new Uint8Array(4)), 4);
  await rejects(reader.read(new Uint8Array(4)), isOops);
});

test('merge(): what comes behind a failure is nothing to anybody', async () => {
  const sources = [slow(), slow(), slow()] as const;
  const reader = io.merge(sources);
  const failed = rejects(reader.read(new Uint8Array(4)), isOops);
  await turn();
  sources[1].fail(oops);
  await failed;
  sources[0].give(4);
  sources[2].fail(new Error('late'));
  await turn();
  await rejects(reader.read(new Uint8Array(4)), isOops);
  equal(reader.bytesRead, 0);
});

test('merge(): one that nobody reads hears at once of a source that has failed', async () => {
  const pipes = [io.pipe(), io.pipe()] as const;
  const reader = io.merge(pipes.map((pipe) => pipe.reader));
  pipes[1].writer.abort(oops);
  await rejects(reader.closed, isOops);
  await rejects(reader.read(new Uint8Array(1)), isOops);
  await rejects(pipes[0].writer.write('x'), isOops);
});

test('merge(): closed or aborted, so are all of its sources, also while a read waits, but those that have ended', async () => {
  for (const reason of [undefined, oops]) {
    const sources = [slow(), slow()] as const;
    const { reader: piped, writer } = io.pipe();
    const reader = io.merge([...sources, piped]);
    const waits = rejects(reader.read(new Uint8Array(1)), io.ClosedPipeError);
    await turn();
    sources[1].give(null);
    await turn();
    equal(sources[1].closes, 1);
    if (reason === undefined) reader.close();
    else reader.abort(reason);
    await waits;
    await rejects(writer.write('x'), reason === undefined ? io.BrokenPipeError : isOops);
    deepEqual([sources[0].closes, sources[0].aborts], reason === undefined ? [1, []] : [0, [oops]]);
    deepEqual([sources[1].closes, sources[1].aborts], [1, []]);
    sources[0].give(1);
    await turn();
    await rejects(reader.read(new Uint8Array(1)), io.ClosedPipeError);
  }
});

test('merge(): what a read that was given up had asked for comes with the next', async () => {
  const pipes = [io.pipe(), io.pipe()] as const;
  const reader = io.merge(pipes.map((pipe) => pipe.reader));
  const stop = new AbortController();
  const given = rejects(reader.read(new Uint8Array(4), { signal: stop.signal }), isOops);
  stop.abort(oops);
  await given;
  await Promise.all([pipes[0].writer.write('ab'), pipes[1].writer.write('cd')]);
  for (const { writer } of pipes) writer.close();
  equal(await io.text(reader), 'abcd');
});

test('merge(): streams are locked from the start, and free at their end', async () => {
  const streams = [new Blob(['a']).stream(), new Blob(['b']).stream()] as const;
  const reader = io.merge(streams);
  deepEqual(
    streams.map(({ locked }) => locked),
    [true, true],
  );
  equal((await io.text(reader)).length, 2);
  await turn();
  deepEqual(
    streams.map(({ locked }) => locked),
    [false, false],
  );
});

test('merge(): a source that breaks its contract is named by its place', async () => {
  await rejects(
    io.text(io.merge([slow(), { read: async () => 'text' as never }])),
    /^TypeError: readers\[1\] breaks the contract of a Reader: read\(\) of Object returned "text" for a buffer of/,
  );
});
