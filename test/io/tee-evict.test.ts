/** `tee` with the policy 'evict': the fastest branch is never held up, and one that is too far behind it fails, to the byte. */
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

const oops = new Error('oops');
const isOops = (error: unknown) => error === oops;

/** The byte at a place of the stream that all sources here give. */
function byteAt(at: number): number {
  return (at * 31 + (at >> 8)) & 255;
}

/** Gives `length` bytes, as many as a read asks for, and counts what is asked. */
function counting(length = Number.POSITIVE_INFINITY) {
  const source = {
    given: 0,
    most: 0,
    closes: 0,
    aborts: [] as unknown[],
    async read(into: Uint8Array) {
      source.most = Math.max(source.most, into.length);
      const count = Math.min(into.length, length - source.given);
      for (let i = 0; i < count; i++) into[i] = byteAt(source.given + i);
      source.given += count;
      return count === 0 ? null : count;
    },
    close: () => void source.closes++,
    abort: (reason: unknown) => void source.aborts.push(reason),
  };
  return source;
}

function evicting(reader: io.Reader, n: number, capacity: number): io.PipeReader[] {
  return io.tee(reader, n, { policy: 'evict', capacity });
}

/** Reads `count` bytes and checks that they are those that come next. */
async function take(branch: io.PipeReader, count: number): Promise<void> {
  const at = branch.bytesRead;
  const got = new Uint8Array(count);
  equal(await io.readFull(branch, got), count);
  for (let i = 0; i < count; i++) if (got[i] !== byteAt(at + i)) equal(got[i], byteAt(at + i), `${at + i}`);
}

for (const capacity of [1, 2, 10, 65_535, 65_536, 65_537, 200_000]) {
  test(`tee(), evict: a branch may be ${capacity} bytes behind, and not one more`, async () => {
    const [fast, slow, slower] = evicting(counting(), 3, capacity) as [
      io.PipeReader,
      io.PipeReader,
      io.PipeReader,
    ];
    await take(fast, capacity);
    await take(slow, 1);
    await take(fast, 1);
    const error = await slower.read(new Uint8Array(1)).catch((error) => error);
    ok(error instanceof io.LimitError);
    equal(error.max, capacity);
    equal(
      error.message,
      `tee, branch 3 of 3: fell ${capacity + 1} bytes behind the fastest branch, more than its capacity of ${capacity} bytes`,
    );
    throws(
      () => slower.tryRead(new Uint8Array(1)),
      (thrown) => thrown === error,
    );
    await rejects(slower.closed, (reason) => reason === error);
    equal(slower.bytesRead, 0);
    await take(slow, capacity); // all that it was behind
    await take(slow, 1);
    await take(fast, 1);
  });
}

test('tee(), evict: a model of every branch agrees, whatever the reads ask for', async () => {
  let state = 7;
  const random = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let round = 0; round < 60; round++) {
    const capacity = 1 + random(round % 2 === 0 ? 40 : 100_000);
    const branches = evicting(counting(), 4, capacity);
    const lost = new Set<io.PipeReader>();
    for (let step = 0; step < 40; step++) {
      const branch = branches[random(4)] as io.PipeReader;
      const into = new Uint8Array(1 + random(2 * capacity));
      const at = branch.bytesRead;
      if (lost.has(branch)) {
        await rejects(branch.read(into), io.LimitError);
        continue;
      }
      const count = (await branch.read(into)) as number;
      for (let i = 0; i < count; i++) {
        if (into[i] !== byteAt(at + i)) equal(into[i], byteAt(at + i), `round ${round}, byte ${at + i}`);
      }
      for (const other of branches) if (branch.bytesRead - other.bytesRead > capacity) lost.add(other);
    }
  }
});

test('tee(), evict: the fastest is not held up by one that nobody reads, and memory is all there is to it', async () => {
  const source = counting(10_000_000);
  const [fast, slow] = evicting(source, 2, 1000) as [io.PipeReader, io.PipeReader];
  equal((await io.readAll(fast)).length, 10_000_000);
  equal(source.most, 1000);
  await rejects(io.readAll(slow), io.LimitError);
  equal(source.closes, 1);
});

test('tee(), evict: branches that wait at the same time are served from one read, and none fails for that', async () => {
  const source = counting();
  const branches = evicting(source, 3, 4);
  const counts = await Promise.all(branches.map((branch, at) => branch.read(new Uint8Array(1 + at * 10))));
  deepEqual(counts, [1, 4, 4]);
  equal(source.given, 4);
});

test('tryRead() of a branch, evict: takes at most the capacity at once, and spoils nothing that others have left', async () => {
  const { reader, writer } = io.pipe({ capacity: 64 });
  await writer.write(Uint8Array.from({ length: 64 }, (_, at) => at));
  const [fast, slow] = evicting(reader, 2, 10) as [io.PipeReader, io.PipeReader];
  const into = new Uint8Array(64);
  equal(fast.tryRead(into.subarray(0, 4)), 4);
  equal(slow.tryRead(into.subarray(0, 1)), 1);
  equal(fast.tryRead(into), 10); // now 13 behind
  deepEqual([...into.subarray(0, 10)], [4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  throws(() => slow.tryRead(into), io.LimitError);

  const [left, right] = evicting(reader, 2, 10) as [io.PipeReader, io.PipeReader];
  equal(left.tryRead(into.subarray(0, 5)), 5);
  equal(left.tryRead(into.subarray(0, 5)), 5);
  equal(right.tryRead(into), 10);
  equal(reader.bytesRead, 24); // one that is behind asks for no more
  deepEqual([...into.subarray(0, 10)], [14, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
  equal(left.tryRead(into), 10);
  equal(right.tryRead(into), 10);
  deepEqual([...into.subarray(0, 10)], [24, 25, 26, 27, 28, 29, 30, 31, 32, 33]);
});

test('tee(), evict: the end and a failure come behind the last byte that a branch has yet to take', async () => {
  for (const ends of [true, false]) {
    const { reader, writer } = io.pipe({ capacity: 16 });
    const [fast, slow] = evicting(reader, 2, 8) as [io.PipeReader, io.PipeReader];
    await writer.write('abcdef');
    if (ends) writer.close();
    else writer.abort(oops);
    const into = new Uint8Array(16);
    equal(await fast.read(into), 6);
    if (ends) equal(await fast.read(into), null);
    else await rejects(fast.read(into), isOops);
    equal(slow.tryRead(into), 6);
    if (ends) equal(slow.tryRead(into), null);
    else throws(() => slow.tryRead(into), isOops);
    if (ends) await slow.closed;
    else await rejects(slow.closed, isOops);
  }
});

test('tee(), evict: a branch that failed leaves the source to the others, the last of which takes it along', async () => {
  const source = counting();
  const [fast, slow, third] = evicting(source, 3, 4) as [io.PipeReader, io.PipeReader, io.PipeReader];
  await take(fast, 4);
  await take(third, 2);
  await take(fast, 1);
  await rejects(slow.read(new Uint8Array(1)), io.LimitError);
  slow.close();
  await rejects(slow.read(new Uint8Array(1)), io.ClosedPipeError);
  fast.abort(oops);
  equal(source.closes + source.aborts.length, 0);
  await take(third, 4);
  third.abort(oops);
  deepEqual([source.closes, source.aborts], [0, [oops]]);
});

test('tee(), evict: a branch that failed and was not closed keeps no source open', async () => {
  const source = counting();
  const [fast, slow] = evicting(source, 2, 4) as [io.PipeReader, io.PipeReader];
  await take(fast, 5);
  await rejects(slow.read(new Uint8Array(1)), io.LimitError);
  fast.close();
  equal(source.closes, 1);
});

test('tee(), evict: when the fastest has left, how far the others are behind is counted from the next', async () => {
  const source = counting();
  const [fast, slow, third] = evicting(source, 3, 10) as [io.PipeReader, io.PipeReader, io.PipeReader];
  await take(fast, 10);
  fast.close();
  await take(slow, 10);
  equal(source.given, 10);
  await take(slow, 1);
  await rejects(third.read(new Uint8Array(1)), io.LimitError);
});

test('tee(), evict: chunks of a loop are those of any reader, and a signal ends one read', async () => {
  const [fast, slow] = evicting(counting(300_000), 2, 100_000) as [io.PipeReader, io.PipeReader];
  await take(fast, 100_000);
  await rejects(slow.read(new Uint8Array(1), { signal: AbortSignal.abort(oops) }), isOops);
  let at = 0;
  for await (const chunk of slow) {
    ok(chunk.length <= 65536);
    equal(chunk[0], byteAt(at));
    at += chunk.length;
    if (fast.bytesRead < 300_000) await take(fast, Math.min(chunk.length, 300_000 - fast.bytesRead));
  }
  equal(at, 300_000);
});

test('tee(), evict: refuses wrong options before it takes anything', () => {
  const stream = new ReadableStream({ type: 'bytes' });
  const tee = (options: unknown) => () => io.tee(stream, 2, options as never);
  throws(tee({ policy: 'evict' }), /^TypeError: options.capacity must be a number, got undefined/);
  throws(tee({ policy: 'evict', capacity: '8' }), /^TypeError: options.capacity must be a number, got "8"/);
  for (const capacity of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    throws(
      tee({ policy: 'evict', capacity }),
      new RegExp(`^RangeError: options.capacity must be a whole number >= 1, got ${capacity}`),
    );
  }
  throws(
    tee({ policy: 'evict', capacity: 2 ** 52 }),
    /^RangeError: options.capacity must be a number of bytes that this engine can allocate, got 4503599627370496/,
  );
  throws(tee({ capacity: 8 }), /^TypeError: options.capacity must come with the policy 'evict', got 8/);
  throws(tee({ highWaterMark: 8 }), /got 'highWaterMark'; did you mean capacity\?/);
  equal(stream.locked, false);
});

test('tee(), evict: a branch that is dropped behind a failure of the source says that it was dropped', async () => {
  const { reader, writer } = io.pipe({ capacity: 16 });
  const [fast, slow] = evicting(reader, 2, 4) as [io.PipeReader, io.PipeReader];
  await writer.write(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  writer.abort(oops);
  const into = new Uint8Array(4);
  equal(await fast.read(into), 4);
  equal(await fast.read(into), 4);
  await rejects(slow.read(into), { name: 'LimitError', max: 4 });
  await rejects(fast.read(into), isOops);
});
