/** Nothing at all: settles at once and meets nobody. What it says of a close stands in the state table. */
import { equal, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, joined, nothing } from './harness.js';

export const zeroLength: readonly Draft[] = [
  {
    name: 'write() of nothing gives 0 at once, also while other writes wait',
    rule: 8,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(2));
      await sent.waits();
      await t.write(writer, nothing()).gives(0);
      await sent.waits();
      sameBytes(await t.take(reader, buffered.length + 2), joined(buffered, bytes(2)), 'what was read');
      await sent.gives(2);
    },
  },
  {
    name: 'write() of nothing is no rendezvous: a read that waits goes on waiting',
    rule: 8,
    async run(t) {
      const { reader, writer } = await t.open();
      const got = t.read(reader, new Uint8Array(2));
      await t.write(writer, nothing()).gives(0);
      equal(writer.tryWrite(nothing()), 0, 'tryWrite()');
      await got.waits();
      await t.write(writer, bytes(1)).gives(1);
      await got.gives(1);
    },
  },
  {
    name: 'read() into nothing gives 0 at once, also while other reads wait',
    rule: 8,
    async run(t) {
      const { reader, writer } = await t.open();
      const got = t.read(reader, new Uint8Array(2));
      await got.waits();
      await t.read(reader, nothing()).gives(0);
      equal(reader.tryRead(nothing()), 0, 'tryRead()');
      await got.waits();
      await t.write(writer, bytes(2)).gives(2);
      await got.gives(2);
    },
  },
  {
    name: 'read() into nothing is no rendezvous: it takes nothing from a write that waits',
    rule: 8,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(2));
      await t.read(reader, nothing()).gives(0);
      equal(reader.tryRead(nothing()), 0, 'tryRead()');
      await sent.waits();
      sameBytes(await t.take(reader, buffered.length + 2), joined(buffered, bytes(2)), 'what was read');
      await sent.gives(2);
    },
  },
];
