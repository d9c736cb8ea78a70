/** Order: bytes come out as they went in, and calls settle as they were made. */
import { BrokenPipeError, ClosedPipeError } from '../../io/index.js';
import { equal, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, joined } from './harness.js';

export const order: readonly Draft[] = [
  {
    name: 'write() sends bytes that come out in the order in which they went in, each exactly once',
    rule: 1,
    async run(t) {
      const { reader, writer } = await t.open();
      const parts = [1, 2, 3, 5, 8, 13, 21, 34, 55].map((length, index) => bytes(length, index * 7));
      const calls = parts.map((part) => t.write(writer, part));
      writer.close();
      sameBytes(await t.takeAll(reader, 142), joined(...parts), 'what was read');
      for (const [index, call] of calls.entries()) await call.gives(parts[index]?.length as number);
    },
  },
  {
    name: 'write() of far more than the pipe holds comes out whole and in order',
    rule: 1,
    async run(t) {
      const { reader, writer } = await t.open(16);
      const chunk = Uint8Array.from({ length: 20_000 }, (_, at) => (at * 31 + (at >> 8)) & 255);
      const sent = t.write(writer, chunk);
      const got = await t.take(reader, chunk.length);
      sameBytes(got, chunk, 'what was read');
      await sent.gives(chunk.length);
    },
  },
  {
    name: 'read() waits while there is nothing to read, and is woken by the first byte',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      const got = t.read(reader, new Uint8Array(8));
      await got.waits();
      const sent = t.write(writer, bytes(1));
      await got.gives(1);
      await sent.gives(1);
    },
  },
  {
    name: 'read() gives what is there and does not wait for its buffer to fill',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      await t.load(writer, bytes(3));
      const into = new Uint8Array(8);
      await t.read(reader, into).gives(3);
      sameBytes(into, joined(bytes(3), new Uint8Array(5)), 'the buffer');
    },
  },
  {
    name: 'read() takes at most what its buffer holds, and leaves the rest for the next',
    rule: 1,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = await t.load(writer, bytes(5));
      const into = new Uint8Array(2);
      await t.read(reader, into).gives(2);
      sameBytes(into, bytes(2), 'the first read');
      sameBytes(await t.take(reader, 3), bytes(3, 3), 'the rest');
      await sent.gives(5);
    },
  },
  {
    name: 'openClogged() makes a pipe whose next write waits until readers have made room',
    rule: 2,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(1, 99));
      await sent.waits();
      const got = await t.take(reader, buffered.length + 1);
      sameBytes(got, joined(buffered, bytes(1, 99)), 'what was read');
      await sent.gives(1);
    },
  },
  {
    name: 'write() settles in call order, and no bytes of another are mixed in',
    rule: 2,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const settled: number[] = [];
      const parts = [bytes(3, 10), bytes(1, 20), bytes(4, 30), bytes(2, 40)];
      const calls = parts.map((part, index) =>
        t.call(writer.write(part), `write ${index}`, () => settled.push(index)),
      );
      await calls[0]?.waits();
      const got: Uint8Array[] = [await t.take(reader, buffered.length)];
      for (let count = 0; count < 10; count++) got.push(await t.take(reader, 1));
      for (const [index, call] of calls.entries()) await call.gives(parts[index]?.length as number);
      sameBytes(joined(...got), joined(buffered, ...parts), 'what was read');
      equal(settled.join(), '0,1,2,3', 'the order in which the writes settled');
    },
  },
  {
    name: 'read() is served and settles in call order',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      const settled: number[] = [];
      const intos = [new Uint8Array(2), new Uint8Array(1), new Uint8Array(3)];
      const calls = intos.map((into, index) =>
        t.call(reader.read(into), `read ${index}`, () => settled.push(index)),
      );
      await calls[0]?.waits();
      const sent = t.write(writer, bytes(6));
      for (const [index, call] of calls.entries()) await call.gives(intos[index]?.length as number);
      sameBytes(joined(...intos), bytes(6), 'what the reads got, in call order');
      equal(settled.join(), '0,1,2', 'the order in which the reads settled');
      await sent.gives(6);
    },
  },
  {
    name: 'read() that waits behind another is left waiting when the first has taken all there is',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      const first = t.read(reader, new Uint8Array(8), 'first read');
      const second = t.read(reader, new Uint8Array(8), 'second read');
      await t.write(writer, bytes(2)).gives(2);
      await first.gives(2);
      await second.waits();
      await t.write(writer, bytes(3)).gives(3);
      await second.gives(3);
    },
  },
  {
    name: 'write() may wait in any number on one end',
    rule: 2,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const calls = Array.from({ length: 300 }, (_, index) => t.write(writer, bytes(1, index)));
      const got = await t.take(reader, buffered.length + 300);
      sameBytes(got, joined(buffered, bytes(300, 0)), 'what was read');
      for (const call of calls) await call.gives(1);
    },
  },
  {
    name: 'read() may wait in any number on one end',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      const intos = Array.from({ length: 50 }, () => new Uint8Array(1));
      const calls = intos.map((into) => t.read(reader, into));
      const sent = t.write(writer, bytes(50));
      for (const call of calls) await call.gives(1);
      sameBytes(joined(...intos), bytes(50), 'what the reads got, in call order');
      await sent.gives(50);
    },
  },
  {
    name: 'close() of the writer comes after a write that was called before it in the same turn',
    rule: 10,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, bytes(3));
      writer.close();
      sameBytes(await t.takeAll(reader, 3), bytes(3), 'what was read');
      await sent.gives(3);
    },
  },
  {
    name: 'write() called after the own close() in the same turn moves nothing',
    rule: 10,
    async run(t) {
      const { reader, writer } = await t.open();
      const got = t.read(reader, new Uint8Array(8));
      writer.close();
      const late = t.write(writer, bytes(3));
      await late.rejectsAs(ClosedPipeError, { bytesWritten: 0 });
      await got.gives(null);
      equal(writer.bytesWritten, 0, 'bytesWritten');
    },
  },
  {
    name: 'write() called after the close() of the reader in the same turn moves nothing',
    rule: 10,
    needs: ['immediate'],
    async run(t) {
      const { reader, writer } = await t.open();
      reader.close();
      await t.write(writer, bytes(3)).rejectsAs(BrokenPipeError, { bytesWritten: 0 });
      equal(writer.bytesWritten, 0, 'bytesWritten');
    },
  },
  {
    name: 'read() called after the own close() in the same turn moves nothing',
    rule: 10,
    async run(t) {
      const { reader, writer } = await t.open();
      await t.load(writer, bytes(3));
      reader.close();
      const into = new Uint8Array(3);
      await t.read(reader, into).rejectsAs(ClosedPipeError);
      sameBytes(into, new Uint8Array(3), 'the buffer');
      equal(reader.bytesRead, 0, 'bytesRead');
    },
  },
  {
    name: 'read() called before the own close() in the same turn takes what is there',
    rule: 10,
    async run(t) {
      const { reader, writer } = await t.open();
      await t.load(writer, bytes(3));
      const into = new Uint8Array(3);
      const got = t.read(reader, into);
      reader.close();
      await got.gives(3);
      sameBytes(into, bytes(3), 'the buffer');
    },
  },
  {
    name: 'abort() of the writer comes before a write that is called after it in the same turn',
    rule: 10,
    async run(t) {
      const { writer } = await t.open();
      const reason = new Error('the first call counts');
      writer.abort(reason);
      await t.write(writer, bytes(1)).rejectsAs(ClosedPipeError, { bytesWritten: 0, cause: reason });
    },
  },
];
