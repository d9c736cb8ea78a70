/** Rendezvous or buffer, and how much a buffer holds. */
import { equal, ok, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, joined } from './harness.js';

export const capacity: readonly Draft[] = [
  {
    name: 'write() waits until readers have taken all its bytes',
    rule: 10,
    needs: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, bytes(3));
      await sent.waits();
      await t.read(reader, new Uint8Array(2)).gives(2);
      await sent.waits();
      await t.read(reader, new Uint8Array(2)).gives(1);
      await sent.gives(3);
    },
  },
  {
    name: 'read() takes from one write at a time, also when more of them wait and its buffer is larger',
    rule: 10,
    needs: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      const first = t.write(writer, bytes(2));
      const second = t.write(writer, bytes(3, 3));
      const into = new Uint8Array(8);
      await t.read(reader, into).gives(2);
      await first.gives(2);
      await second.waits();
      await t.read(reader, into).gives(3);
      await second.gives(3);
    },
  },
  {
    name: 'write() settles as soon as its bytes are in the buffer, though nobody reads',
    rule: 2,
    lacks: ['rendezvous'],
    async run(t) {
      const { writer } = await t.open(16);
      await t.write(writer, bytes(8)).gives(8);
      await t.write(writer, bytes(8)).gives(8);
    },
  },
  {
    name: 'read() takes what several writes left, as far as its buffer goes: boundaries do not show',
    rule: 10,
    lacks: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open(16);
      await t.write(writer, bytes(2)).gives(2);
      await t.write(writer, bytes(3, 3)).gives(3);
      const into = new Uint8Array(4);
      await t.read(reader, into).gives(4);
      sameBytes(into, bytes(4), 'the buffer');
      await t.read(reader, into).gives(1);
    },
  },
  {
    name: 'write() of more than there is room for waits, and what fits can be read meanwhile',
    rule: 2,
    lacks: ['rendezvous'],
    needs: ['exactCapacity'],
    async run(t) {
      const { reader, writer } = await t.open(4);
      const sent = t.write(writer, bytes(6));
      await sent.waits();
      equal(writer.bytesWritten, 4, 'bytesWritten while it waits');
      await t.read(reader, new Uint8Array(1)).gives(1);
      await sent.waits();
      const into = new Uint8Array(8);
      await t.read(reader, into).gives(4);
      await sent.gives(6);
      await t.read(reader, into).gives(1);
    },
  },
  {
    name: 'read() gets no more than the pipe holds, also from a write that finds it waiting',
    rule: 2,
    lacks: ['rendezvous'],
    needs: ['exactCapacity'],
    async run(t) {
      const { reader, writer } = await t.open(4);
      const first = t.read(reader, new Uint8Array(8), 'a read that waits');
      const sent = t.write(writer, bytes(9));
      await first.gives(4);
      await t.read(reader, new Uint8Array(8), 'a read of the full buffer').gives(4);
      await sent.gives(9);
      await t.read(reader, new Uint8Array(8), 'a read of the rest').gives(1);
    },
  },
  {
    name: 'write() finds room again wherever the buffer begins: any split of the stream comes out the same',
    rule: 1,
    lacks: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open(7);
      const sent: Uint8Array[] = [];
      const got: Uint8Array[] = [];
      for (let round = 0; round < 40; round++) {
        const chunk = bytes((round % 7) + 1, round * 7);
        await t.write(writer, chunk).gives(chunk.length);
        sent.push(chunk);
        got.push(await t.take(reader, chunk.length));
      }
      sameBytes(joined(...got), joined(...sent), 'what was read');
    },
  },
  {
    name: 'tryWrite() fills a pipe to its capacity and not one byte further',
    rule: 2,
    lacks: ['rendezvous'],
    needs: ['exactCapacity'],
    async run(t) {
      const { writer } = await t.open(5);
      equal(writer.tryWrite(bytes(3)), 3, 'tryWrite() of what fits');
      equal(writer.tryWrite(bytes(3)), 2, 'tryWrite() of more than the rest');
      equal(writer.tryWrite(bytes(1)), 0, 'tryWrite() into the full pipe');
    },
  },
  {
    name: 'tryWrite() fits at least the capacity that was asked for, and not exactly: exactCapacity is really absent',
    rule: 2,
    lacks: ['rendezvous', 'exactCapacity'],
    async run(t) {
      const asked = 3; // bytes
      const { writer } = await t.open(asked);
      equal(writer.tryWrite(bytes(asked)), asked, 'tryWrite() of the capacity');
      ok(
        writer.tryWrite(bytes(1)) === 1,
        `supports.exactCapacity: the pipe holds exactly the ${asked} bytes asked for`,
      );
    },
  },
];
