/** bytesRead and bytesWritten: what moved since the ends were made, also after an error. */
import { equal } from './assert.js';
import type { Draft } from './draft.js';
import { bytes } from './harness.js';

export const counts: readonly Draft[] = [
  {
    name: 'bytesWritten and bytesRead count what moved, by every way',
    rule: 7,
    async run(t) {
      const { reader, writer } = await t.open();
      equal(writer.bytesWritten, 0, 'bytesWritten at first');
      equal(reader.bytesRead, 0, 'bytesRead at first');
      const sent = t.write(writer, bytes(5));
      await t.take(reader, 5);
      await sent.gives(5);
      const text = t.write(writer, 'ü');
      await t.take(reader, 2);
      await text.gives(2);
      const got = t.read(reader, new Uint8Array(3));
      equal(writer.tryWrite(bytes(3)), 3, 'tryWrite()');
      await got.gives(3);
      const last = await t.load(writer, bytes(4));
      equal(reader.tryRead(new Uint8Array(4)), 4, 'tryRead()');
      await last.gives(4);
      equal(writer.bytesWritten, 14, 'bytesWritten');
      equal(reader.bytesRead, 14, 'bytesRead');
    },
  },
  {
    name: 'bytesWritten counts what was taken of a write that failed',
    rule: 5,
    needs: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, bytes(5));
      await t.read(reader, new Uint8Array(2)).gives(2);
      reader.close();
      await sent.failure();
      equal(writer.bytesWritten, 2, 'bytesWritten');
      equal(reader.bytesRead, 2, 'bytesRead');
    },
  },
  {
    name: 'bytesWritten counts what went into the pipe, whether or not it is read',
    rule: 5,
    lacks: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      await t.write(writer, bytes(5)).gives(5);
      await t.read(reader, new Uint8Array(2)).gives(2);
      reader.close();
      equal(writer.bytesWritten, 5, 'bytesWritten');
      equal(reader.bytesRead, 2, 'bytesRead');
    },
  },
  {
    name: 'bytesWritten and bytesRead stay as they were when calls are refused',
    rule: 6,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, bytes(3));
      await t.take(reader, 3);
      await sent.gives(3);
      writer.abort('over');
      reader.close();
      await t.write(writer, bytes(2)).failure();
      await t.read(reader, new Uint8Array(2)).failure();
      equal(writer.bytesWritten, 3, 'bytesWritten');
      equal(reader.bytesRead, 3, 'bytesRead');
    },
  },
  {
    name: 'bytesRead counts what an iterator gave',
    rule: 1,
    async run(t) {
      const { reader, writer } = await t.open();
      await t.load(writer, bytes(4));
      const got = await t.call(reader[Symbol.asyncIterator]().next(), 'next()').value();
      equal(reader.bytesRead, (got.value as Uint8Array).length, 'bytesRead');
    },
  },
];
