/** Memory that is taken away, shrunk or grown while a call has it: that call fails, and the pipe stays consistent. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

interface Resizable extends ArrayBuffer {
  resize(length: number): void;
}

/** Ways to take memory from a view of 8 bytes while it is lent. */
const LOSSES: Record<string, () => { view: Uint8Array; lose: () => void }> = {
  transferred: () => {
    const view = bytes(8);
    return { view, lose: () => structuredClone(view, { transfer: [view.buffer as ArrayBuffer] }) };
  },
  'shrunk under a length-tracking view': () => {
    const { view, buffer } = tracking(8);
    return { view, lose: () => buffer.resize(7) };
  },
  'shrunk below a view of fixed length': () => {
    const { buffer } = tracking(8);
    return { view: new Uint8Array(buffer, 0, 8), lose: () => buffer.resize(7) };
  },
  'shrunk to nothing': () => {
    const { view, buffer } = tracking(8);
    return { view, lose: () => buffer.resize(0) };
  },
};

const GONE = { name: 'TypeError', message: /must keep its memory while it is lent/ };

for (const [how, make] of Object.entries(LOSSES)) {
  test(`write(): rejects when its chunk is ${how}; the writes around it go on (unbuffered)`, async () => {
    const { reader, writer } = io.pipe();
    const { view, lose } = make();
    const lost = writer.write(view);
    const behind = writer.write(bytes(3));
    const failed = rejects(lost, GONE);
    equal(await reader.read(new Uint8Array(5)), 5);
    lose();
    const into = new Uint8Array(8);
    equal(await reader.read(into), 3);
    deepEqual([...into.subarray(0, 3)], [1, 2, 3]);
    await failed;
    equal(await behind, 3);
    deepEqual([reader.bytesRead, writer.bytesWritten], [8, 8]);
  });

  test(`write(): rejects when its chunk is ${how}; what was buffered stays, the write behind goes on (bounded)`, async () => {
    const { reader, writer } = io.pipe({ capacity: 5 });
    const { view, lose } = make();
    const lost = writer.write(view);
    const behind = writer.write(bytes(3));
    const failed = rejects(lost, GONE);
    lose();
    const into = new Uint8Array(16);
    equal(await reader.read(into), 5);
    deepEqual([...into.subarray(0, 5)], [1, 2, 3, 4, 5]);
    await failed;
    equal(await behind, 3);
    equal(reader.tryRead(into), 3);
    deepEqual([...into.subarray(0, 3)], [1, 2, 3]);
    deepEqual([reader.bytesRead, writer.bytesWritten], [8, 8]);
  });

  for (const capacity of [0, 5]) {
    test(`close(): a chunk ${how} behind it cuts the stream off, and the end never looks clean (capacity ${capacity})`, async () => {
      const { reader, writer } = io.pipe({ capacity });
      const first = writer.write(bytes(6));
      const { view, lose } = make();
      const lost = writer.write(view);
      const behind = writer.write(bytes(3));
      writer.close();
      lose();
      const outcomes = Promise.allSettled([first, lost, behind, writer.closed, reader.closed]);
      let total = 0; // bytes
      const end = await (async () => {
        for (const into = new Uint8Array(4); ; ) {
          const count = await reader.read(into);
          if (count === null) return null;
          total += count;
        }
      })().catch((error) => error);
      const [sent, gone, late, written, read] = await outcomes;
      deepEqual(sent, { status: 'fulfilled', value: 6 });
      const { reason } = gone as PromiseRejectedResult;
      ok(reason instanceof TypeError);
      const { reason: closed } = late as PromiseRejectedResult;
      ok(closed instanceof io.ClosedPipeError);
      equal(closed.cause, reason);
      for (const outcome of [written, read]) equal((outcome as PromiseRejectedResult).reason, reason);
      equal(end, reason);
      equal(total, writer.bytesWritten);
      await rejects(reader.read(new Uint8Array(1)), (error) => error === reason);
    });

    test(`read(): rejects when its buffer is ${how}; the bytes go to the read behind (capacity ${capacity})`, async () => {
      const { reader, writer } = io.pipe({ capacity });
      const { view, lose } = make();
      const lost = rejects(reader.read(view), GONE);
      const into = new Uint8Array(8);
      const behind = reader.read(into);
      lose();
      const sent = writer.write(bytes(4));
      await lost;
      equal(await behind, 4);
      deepEqual([...into], [1, 2, 3, 4, 0, 0, 0, 0]);
      equal(await sent, 4);
      deepEqual([reader.bytesRead, writer.bytesWritten], [4, 4]);
    });

    test(`read(): the only one, its buffer ${how}, loses no byte (capacity ${capacity})`, async () => {
      const { reader, writer } = io.pipe({ capacity });
      const { view, lose } = make();
      const lost = rejects(reader.read(view), GONE);
      lose();
      const moved = writer.tryWrite(bytes(4));
      equal(moved, Math.min(capacity, 4));
      await lost;
      const sent = writer.write(bytes(4));
      const into = new Uint8Array(8);
      equal(await io.readFull(reader, into.subarray(0, moved + 4)), moved + 4);
      equal(await sent, 4);
    });
  }
}

for (const capacity of [0, 4]) {
  test(`write(), read(): views that grow while they are lent count as long as they were (capacity ${capacity})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const target = tracking(8);
    const read = reader.read(target.view);
    target.buffer.resize(16);
    equal(writer.tryWrite(bytes(16)), Math.min(8, capacity || 8) + capacity);
    equal(await read, Math.min(8, capacity || 8));
    reader.tryRead(new Uint8Array(16));

    const source = tracking(8);
    const sent = writer.write(source.view);
    source.buffer.resize(16);
    const into = new Uint8Array(16);
    let total = 0; // bytes
    while (total < 8) total += (await reader.read(into.subarray(total))) ?? 0;
    equal(await sent, 8);
    deepEqual([...into], [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0]);
    equal(reader.tryRead(into), 0);
  });

  test(`read(): memory that shrank and came back is as good as before (capacity ${capacity})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const { view, buffer } = tracking(8);
    const read = reader.read(view);
    buffer.resize(0);
    buffer.resize(8);
    await writer.write(bytes(3));
    equal(await read, 3);
    deepEqual([...view], [1, 2, 3, 0, 0, 0, 0, 0]);
  });
}

test('write(): nothing is detached, and no view is kept of what was lent', async () => {
  const { reader, writer } = io.pipe({ capacity: 4 });
  const chunk = bytes(4);
  await writer.write(chunk);
  chunk.fill(9);
  const into = new Uint8Array(4);
  await reader.read(into);
  deepEqual([...into], [1, 2, 3, 4]);
  into.fill(7);
  await writer.write(bytes(4));
  equal(chunk.length, 4);
  deepEqual([...into], [7, 7, 7, 7]);
});

/** 1, 2, 3, ... */
function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i + 1);
}

/** A view that is as long as its buffer at any time, of at most 16 bytes. */
function tracking(length: number): { view: Uint8Array; buffer: Resizable } {
  const Maker = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => Resizable;
  const buffer = new Maker(length, { maxByteLength: 16 });
  const view = new Uint8Array(buffer);
  view.set(bytes(length));
  return { view, buffer };
}

for (const capacity of [0, 8]) {
  test(`read(), write(): of memory that overlaps, what was in the chunk arrives (capacity ${capacity})`, async () => {
    const LENGTH = 24; // bytes: more than the longest loop of a copy, twice over
    for (let length = 1; length <= LENGTH; length++) {
      for (const shift of [-5, -1, 0, 1, 5]) {
        // One byte more is lent than moves, so that the copy is of a part.
        const memory = bytes(LENGTH + 12);
        const chunk = memory.subarray(5, 5 + length + 1);
        const into = memory.subarray(5 + shift, 5 + shift + length);
        const { reader, writer } = io.pipe({ capacity });
        const expected = [...chunk.subarray(0, capacity === 0 ? length : Math.min(length, capacity))];
        const sent = writer.write(chunk).catch(() => {});
        equal(await reader.read(into), expected.length);
        deepEqual([...into.subarray(0, expected.length)], expected, `${length} bytes, by ${shift}`);
        reader.close();
        await sent;
      }
    }
  });
}
