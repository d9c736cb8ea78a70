/** The promise `closed`, beyond what the state table says of it. */
import { waiting } from '../../io/internal.js';
import { equal, ok } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, type Harness } from './harness.js';

export const closedPromise: readonly Draft[] = [
  {
    name: 'closed is the same promise at every look',
    rule: 4,
    async run(t) {
      const { reader, writer } = await t.open();
      for (const end of [reader, writer]) {
        const { closed } = end;
        ok(closed === end.closed, 'expected one promise');
      }
    },
  },
  {
    name: 'closed of the writer waits behind close() until the last write was taken, then resolves',
    rule: 4,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(2));
      writer.close();
      const closed = t.call(writer.closed, 'closed of the writer');
      await closed.waits();
      await t.take(reader, buffered.length + 2);
      await sent.gives(2);
      await closed.gives(undefined);
    },
  },
  {
    name: 'closed of the writer resolves when the end is in the buffer, though nobody has read',
    rule: 4,
    lacks: ['rendezvous'],
    async run(t) {
      const { writer } = await t.open();
      await t.write(writer, bytes(3)).gives(3);
      writer.close();
      await t.call(writer.closed, 'closed of the writer').gives(undefined);
    },
  },
  {
    name: 'closed of the reader resolves when a read gave null, and not before',
    rule: 4,
    async run(t) {
      const { reader, writer } = await t.open();
      const closed = t.call(reader.closed, 'closed of the reader');
      writer.close();
      await closed.waits();
      await t.read(reader, new Uint8Array(1)).gives(null);
      await closed.gives(undefined);
    },
  },
  {
    name: 'closed of the reader rejects at once when the writer aborts, also while bytes are left to read',
    rule: 4,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      const closed = t.call(reader.closed, 'closed of the reader');
      await t.load(writer, bytes(3));
      const reason = new Error('the source failed');
      writer.abort(reason);
      await closed.rejectsWith(reason);
    },
  },
  {
    name: 'closed of the writer tells without a write that the reader has gone',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.open();
      const closed = t.call(writer.closed, 'closed of the writer');
      await closed.waits();
      reader.close();
      await closed.rejectsAs(Error, { code: 'EPIPE' });
    },
  },
  {
    name: "closed of the writer rejects with the reader's reason",
    rule: 5,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      const closed = t.call(writer.closed, 'closed of the writer');
      const reason = new Error('enough');
      reader.abort(reason);
      await closed.rejectsWith(reason);
    },
  },
  {
    name: 'closed of the writer stays resolved when the reader goes after the end was handed over',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.open();
      writer.close();
      await t.read(reader, new Uint8Array(1)).gives(null);
      await t.call(writer.closed, 'closed of the writer').gives(undefined);
      reader.abort(new Error('too late'));
      await t.turn();
      await t.call(writer.closed, 'closed of the writer, looked at again').gives(undefined);
    },
  },
  {
    name: 'closed settles the same whether it is first looked at before or after',
    rule: 4,
    async run(t) {
      for (const isEarly of [true, false]) await lookedAt(t, isEarly);
    },
  },
  {
    name: 'closed is no operation: awaiting it is no wait that a deadlock report lists',
    rule: 4,
    needs: ['deadlocks'],
    async run(t) {
      const { reader, writer } = await t.open();
      t.call(reader.closed, 'closed of the reader');
      t.call(writer.closed, 'closed of the writer');
      await t.turn();
      const listed = waiting().filter(({ pipe }) => pipe.name === reader.name || pipe.name === writer.name);
      equal(listed.length, 0, 'operations that wait');
    },
  },
];

async function lookedAt(t: Harness, isEarly: boolean): Promise<void> {
  const { reader, writer } = await t.open();
  if (isEarly) t.call(writer.closed, 'closed, looked at early');
  reader.close();
  await t.turn();
  await t.call(writer.closed, 'closed of the writer').rejectsAs(Error, { code: 'EPIPE' });
  if (isEarly) t.call(reader.closed, 'closed, looked at early');
  await t.call(reader.closed, 'closed of the reader').gives(undefined);
}
