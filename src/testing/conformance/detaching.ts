/** Memory that changes while it is lent. */
import { equal, ok, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, type Harness, joined } from './harness.js';
import { detach, noDetaching, noResizable, resizable, resize } from './memories.js';

export const detaching: readonly Draft[] = [
  {
    name: 'write() whose chunk was detached while it waited rejects with a TypeError, and the next goes on',
    rule: 9,
    skip: noDetaching,
    run: (t) => chunkGone(t, bytes(4, 0xa0), detach),
  },
  {
    name: 'write() whose chunk shrank while it waited rejects with a TypeError, and the next goes on',
    rule: 9,
    skip: noResizable,
    run: (t) => chunkGone(t, resizable(4), (chunk) => resize(chunk, 2)),
  },
  {
    name: 'read() whose buffer was detached while it waited rejects with a TypeError, and the next gets the bytes',
    rule: 9,
    skip: noDetaching,
    run: (t) => bufferGone(t, new Uint8Array(4), detach),
  },
  {
    name: 'read() whose buffer shrank while it waited rejects with a TypeError, and the next gets the bytes',
    rule: 9,
    skip: noResizable,
    run: (t) => bufferGone(t, resizable(4), (into) => resize(into, 2)),
  },
  {
    name: 'write() whose chunk grew while it waited sends what it was given',
    rule: 9,
    skip: noResizable,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const chunk = resizable(4);
      chunk.set(bytes(4));
      const sent = t.write(writer, chunk);
      await sent.waits();
      resize(chunk, 8);
      sameBytes(await t.take(reader, buffered.length + 4), joined(buffered, bytes(4)), 'what was read');
      await sent.gives(4);
      equal(reader.tryRead(new Uint8Array(1)), 0, 'tryRead() afterwards');
    },
  },
  {
    name: 'read() whose buffer grew while it waited takes what fitted when it was called',
    rule: 9,
    skip: noResizable,
    async run(t) {
      const { reader, writer } = await t.open();
      const into = resizable(2);
      const got = t.read(reader, into);
      await got.waits();
      resize(into, 8);
      const sent = t.write(writer, bytes(4));
      await got.gives(2);
      sameBytes(await t.take(reader, 2), bytes(2, 3), 'the rest');
      await sent.gives(4);
    },
  },
  {
    name: 'write() whose chunk was detached halfway counts exactly what readers get of it',
    rule: 9,
    skip: noDetaching,
    async run(t) {
      const { reader, writer } = await t.open(16);
      const length = 200_000;
      const chunk = bytes(length);
      const sent = t.write(writer, chunk, 'a write that is cut off');
      await sent.waits();
      await t.take(reader, 1);
      detach(chunk);
      const next = t.write(writer, bytes(3, 0xe0), 'the next write');
      const rest: number[] = [];
      const into = new Uint8Array(4096);
      for (let count = 1; count > 0 || next.outcome.kind === 'waits'; await t.turn()) {
        count = reader.tryRead(into) ?? 0;
        rest.push(...into.subarray(0, count));
        ok(rest.length < length, 'tryRead(): expected the rest of the chunk never to come');
        if (count === 0 && next.outcome.kind === 'waits') await next.settles();
      }
      await sent.rejectsAs(TypeError);
      await next.gives(3);
      sameBytes(Uint8Array.from(rest.slice(-3)), bytes(3, 0xe0), 'the end of what was read');
      equal(writer.bytesWritten, 1 + rest.length, 'bytesWritten');
    },
  },
];

async function chunkGone(
  t: Harness,
  chunk: Uint8Array,
  takeAway: (chunk: Uint8Array) => void,
): Promise<void> {
  const { reader, writer, buffered } = await t.openClogged();
  const { bytesWritten } = writer;
  const lost = t.write(writer, chunk, 'the write that loses its memory');
  const next = t.write(writer, bytes(3), 'the next write');
  await lost.waits();
  takeAway(chunk);
  sameBytes(await t.take(reader, buffered.length + 3), joined(buffered, bytes(3)), 'what was read');
  await namesArgument(lost.failure(), 'chunk');
  await next.gives(3);
  equal(writer.bytesWritten, bytesWritten + 3, 'bytesWritten');
}

async function bufferGone(t: Harness, into: Uint8Array, takeAway: (into: Uint8Array) => void): Promise<void> {
  const { reader, writer } = await t.open();
  const lost = t.read(reader, into, 'the read that loses its memory');
  const kept = new Uint8Array(4);
  const next = t.read(reader, kept, 'the next read');
  await lost.waits();
  takeAway(into);
  const sent = t.write(writer, bytes(4));
  await namesArgument(lost.failure(), 'into');
  await next.gives(4);
  sameBytes(kept, bytes(4), 'what the next read got');
  await sent.gives(4);
  equal(reader.bytesRead, 4, 'bytesRead');
}

async function namesArgument(failure: Promise<unknown>, argument: string): Promise<void> {
  const error = await failure;
  ok(error instanceof TypeError, `expected a TypeError, got ${String(error)}`);
  ok((error as TypeError).message.includes(argument), `expected a message that names ${argument}`);
}
