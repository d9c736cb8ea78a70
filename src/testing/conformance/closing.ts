/** close(): what was written before it arrives, what comes after is refused. */
import { BrokenPipeError, ClosedPipeError } from '../../io/index.js';
import { equal, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, joined } from './harness.js';

export const closing: readonly Draft[] = [
  {
    name: 'close() of the writer lets the writes made before it complete in order, then readers get null for ever',
    rule: 4,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const calls = [bytes(3, 10), bytes(2, 20), bytes(1, 30)].map((part) => t.write(writer, part));
      writer.close();
      await calls[0]?.waits();
      const got = await t.takeAll(reader, buffered.length + 6, 4096);
      sameBytes(got, joined(buffered, bytes(3, 10), bytes(2, 20), bytes(1, 30)), 'what was read');
      for (const [index, call] of calls.entries()) await call.gives(3 - index);
      await t.read(reader, new Uint8Array(1)).gives(null);
      await t.read(reader, new Uint8Array(1)).gives(null);
      equal(reader.tryRead(new Uint8Array(1)), null, 'tryRead()');
    },
  },
  {
    name: 'close() of the writer loses nothing of writes that nobody awaits',
    rule: 4,
    async run(t) {
      const { reader, writer } = await t.open(4);
      for (let index = 0; index < 100; index++) t.write(writer, bytes(3, index));
      writer.close();
      const parts = Array.from({ length: 100 }, (_, index) => bytes(3, index));
      sameBytes(await t.takeAll(reader, 300, 64), joined(...parts), 'what was read');
    },
  },
  {
    name: 'close() of the writer gives null to every read that waits',
    rule: 4,
    async run(t) {
      const { reader, writer } = await t.open();
      const calls = [1, 2, 3].map((size) => t.read(reader, new Uint8Array(size)));
      await calls[0]?.waits();
      writer.close();
      for (const call of calls) await call.gives(null);
    },
  },
  {
    name: 'close() of the reader rejects writes that wait with BrokenPipeError, which tells what each had moved',
    rule: 6,
    needs: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      const first = t.write(writer, bytes(3), 'first write');
      const second = t.write(writer, bytes(2), 'second write');
      await t.read(reader, new Uint8Array(2)).gives(2);
      reader.close();
      await first.rejectsAs(BrokenPipeError, { code: 'EPIPE', bytesWritten: 2 });
      await second.rejectsAs(BrokenPipeError, { code: 'EPIPE', bytesWritten: 0 });
    },
  },
  {
    name: 'close() of the reader rejects writes into a full pipe with BrokenPipeError',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.openClogged();
      const calls = [bytes(3), bytes(2)].map((part) => t.write(writer, part));
      await calls[0]?.waits();
      reader.close();
      for (const call of calls) await call.rejectsAs(BrokenPipeError, { code: 'EPIPE', bytesWritten: 0 });
      await t.write(writer, bytes(1)).rejectsAs(BrokenPipeError, { code: 'EPIPE', bytesWritten: 0 });
    },
  },
  {
    name: "close() of the reader rejects also writes that wait behind the writer's own close()",
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.openClogged();
      const sent = t.write(writer, bytes(3));
      writer.close();
      await sent.waits();
      reader.close();
      await sent.rejectsAs(BrokenPipeError, { code: 'EPIPE' });
    },
  },
  {
    name: 'close() of the reader rejects its own reads that wait with ClosedPipeError',
    rule: 6,
    async run(t) {
      const { reader } = await t.open();
      const calls = [1, 2].map((size) => t.read(reader, new Uint8Array(size)));
      await calls[0]?.waits();
      reader.close();
      for (const call of calls)
        await call.rejectsAs(ClosedPipeError, { code: 'ERR_PIPE_CLOSED', bytesWritten: 0 });
    },
  },
  {
    name: 'close() of the reader may come in the same turn as the read that took the last byte of a write',
    rule: 10,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(2));
      await sent.waits();
      await t.take(reader, buffered.length);
      if (!t.supports.rendezvous) await sent.gives(2);
      const got = t.read(reader, new Uint8Array(2));
      reader.close();
      await got.gives(2);
      await sent.gives(2);
    },
  },
  {
    name: 'close() may be called any number of times, on both ends, and the first counts',
    rule: 6,
    async run(t) {
      const { reader, writer } = await t.open();
      writer.close();
      writer.close();
      await t.read(reader, new Uint8Array(1)).gives(null);
      reader.close();
      reader.close();
      writer.close();
      await t.write(writer, bytes(1)).rejectsAs(ClosedPipeError, { cause: undefined });
    },
  },
  {
    name: 'close() of the reader may be called where a write has just settled',
    rule: 10,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.call(writer.write(bytes(2)), 'first write', () => reader.close());
      const got = t.read(reader, new Uint8Array(2));
      await got.settles();
      await sent.gives(2);
      await t.turn();
      await t.write(writer, bytes(1)).rejectsAs(BrokenPipeError);
    },
  },
  {
    name: 'close() of the writer may be called where a read has just settled',
    rule: 10,
    async run(t) {
      const { reader, writer } = await t.open();
      const got = t.call(reader.read(new Uint8Array(2)), 'first read', () => writer.close());
      const next = t.read(reader, new Uint8Array(2), 'next read');
      const sent = t.write(writer, bytes(2));
      await got.gives(2);
      await next.gives(null);
      await sent.gives(2);
    },
  },
];
