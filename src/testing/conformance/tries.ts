/** The calls that never wait. */
import { equal, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, joined } from './harness.js';

export const tries: readonly Draft[] = [
  {
    name: 'tryRead() gives the count of what is there, and copies it',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = await t.load(writer, bytes(3));
      const into = new Uint8Array(5);
      equal(reader.tryRead(into), 3, 'tryRead()');
      sameBytes(into, joined(bytes(3), new Uint8Array(2)), 'the buffer');
      await sent.gives(3);
      equal(reader.tryRead(into), 0, 'tryRead() of the empty pipe');
    },
  },
  {
    name: 'tryRead() takes at most what its buffer holds',
    rule: 1,
    async run(t) {
      const { reader, writer } = await t.open();
      await t.load(writer, bytes(3));
      const into = new Uint8Array(2);
      equal(reader.tryRead(into), 2, 'tryRead()');
      equal(reader.tryRead(into), 1, 'tryRead() of the rest');
      sameBytes(into, Uint8Array.of(3, 2), 'the buffer');
    },
  },
  {
    name: 'tryRead() gives 0 while an earlier read waits, and takes nothing from it',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      const first = t.read(reader, new Uint8Array(4));
      await first.waits();
      equal(reader.tryRead(new Uint8Array(4)), 0, 'tryRead()');
      const sent = t.write(writer, bytes(2));
      await first.gives(2);
      await sent.gives(2);
    },
  },
  {
    name: 'tryWrite() gives 0 while an earlier write waits, and does not overtake it',
    rule: 2,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(4));
      await sent.waits();
      equal(writer.tryWrite(bytes(1, 99)), 0, 'tryWrite()');
      sameBytes(await t.take(reader, buffered.length + 4), joined(buffered, bytes(4)), 'what was read');
      await sent.gives(4);
      equal(reader.tryRead(new Uint8Array(1)), 0, 'tryRead() afterwards');
    },
  },
  {
    name: 'tryWrite() gives 0 when a write would wait, and moves nothing',
    rule: 2,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const { bytesWritten } = writer;
      equal(writer.tryWrite(bytes(4)), 0, 'tryWrite()');
      equal(writer.bytesWritten, bytesWritten, 'bytesWritten');
      sameBytes(await t.take(reader, buffered.length), buffered, 'what was read');
      equal(reader.tryRead(new Uint8Array(1)), 0, 'tryRead() afterwards');
    },
  },
  {
    name: 'tryWrite() serves the reads that wait, in call order, and gives what they took',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      const intos = [new Uint8Array(2), new Uint8Array(3)];
      const calls = intos.map((into) => t.read(reader, into));
      await calls[0]?.waits();
      equal(writer.tryWrite(bytes(5)), 5, 'tryWrite()');
      await calls[0]?.gives(2);
      await calls[1]?.gives(3);
      sameBytes(joined(...intos), bytes(5), 'what the reads got');
    },
  },
  {
    name: 'tryWrite() moves what the reads that wait take and no more',
    rule: 2,
    needs: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      const got = t.read(reader, new Uint8Array(2));
      equal(writer.tryWrite(bytes(5)), 2, 'tryWrite()');
      await got.gives(2);
    },
  },
  {
    name: 'tryRead() finishes a write that waits, and lets the next one follow',
    rule: 2,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const first = t.write(writer, bytes(2), 'first write');
      const second = t.write(writer, bytes(1, 50), 'second write');
      await first.waits();
      const got: number[] = [];
      const into = new Uint8Array(buffered.length + 2);
      for (let tries = 0; got.length < buffered.length + 3 && tries < 100; tries++) {
        got.push(...into.subarray(0, reader.tryRead(into) ?? 0));
        await t.turn();
      }
      sameBytes(Uint8Array.from(got), joined(buffered, bytes(2), bytes(1, 50)), 'what was read');
      await first.gives(2);
      await second.gives(1);
    },
  },
  {
    name: 'tryWrite() and tryRead() never meet without a buffer: two sides that only try move nothing',
    rule: 2,
    needs: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      equal(writer.tryWrite(bytes(1)), 0, 'tryWrite()');
      equal(reader.tryRead(new Uint8Array(1)), 0, 'tryRead()');
      equal(writer.tryWrite(bytes(1)), 0, 'tryWrite() once more');
    },
  },
  {
    name: 'tryWrite() fills the buffer for a tryRead() to empty, in the same turn',
    rule: 1,
    lacks: ['rendezvous'],
    needs: ['immediate'],
    async run(t) {
      const { reader, writer } = await t.open(8);
      const into = new Uint8Array(8);
      for (let round = 0; round < 20; round++) {
        equal(writer.tryWrite(bytes(5, round)), 5, `tryWrite() of round ${round}`);
        equal(reader.tryRead(into), 5, `tryRead() of round ${round}`);
        sameBytes(into.subarray(0, 5), bytes(5, round), `round ${round}`);
      }
    },
  },
];
