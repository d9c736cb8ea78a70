/** for await over a reader. */
import { ClosedPipeError } from '../../io/index.js';
import { equal, ok, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, joined } from './harness.js';

export const iteration: readonly Draft[] = [
  {
    name: 'for await gives all bytes in order, in chunks that are not empty, and ends with the stream',
    rule: 1,
    async run(t) {
      const { reader, writer } = await t.open(4096);
      const chunk = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7 + (at >> 9)) & 255);
      const sent = t.write(writer, chunk);
      writer.close();
      const iterator = reader[Symbol.asyncIterator]();
      const got: Uint8Array[] = [];
      let count = 0; // bytes
      for (;;) {
        const { done, value } = await t.call(iterator.next(), 'next()').value();
        if (done) break;
        ok(value.length > 0 && value.length <= 65536, `expected 1 to 65536 bytes, got ${value.length}`);
        got.push(value);
        count += value.length;
        ok(count <= chunk.length, `expected the end after ${chunk.length} bytes, got ${count}`);
      }
      sameBytes(joined(...got), chunk, 'what was read');
      await sent.gives(chunk.length);
      ok((await t.call(iterator.next(), 'next() after the end').value()).done === true, 'done stays true');
    },
  },
  {
    name: 'for await gives chunks that the caller owns: each has memory of its own',
    rule: 3,
    async run(t) {
      const { reader, writer } = await t.open();
      const iterator = reader[Symbol.asyncIterator]();
      const first = t.write(writer, bytes(3));
      const one = (await t.call(iterator.next(), 'first next()').value()).value as Uint8Array;
      await first.gives(3);
      one.fill(0xff);
      const second = t.write(writer, bytes(3, 50));
      const two = (await t.call(iterator.next(), 'second next()').value()).value as Uint8Array;
      await second.gives(3);
      ok(one.buffer !== two.buffer, 'expected chunks in two buffers');
      ok(two.buffer instanceof ArrayBuffer, 'expected a chunk in an ArrayBuffer');
      sameBytes(two, bytes(3, 50), 'the second chunk');
      sameBytes(one, new Uint8Array(3).fill(0xff), 'the first chunk');
    },
  },
  {
    name: 'for await gives nothing that is a view of the chunk that was written',
    rule: 3,
    async run(t) {
      const { reader, writer } = await t.open();
      const chunk = bytes(3);
      const next = t.call(reader[Symbol.asyncIterator]().next(), 'next()');
      await next.waits();
      const sent = t.write(writer, chunk);
      const got = (await next.value()).value as Uint8Array;
      await sent.gives(3);
      chunk.fill(0xff);
      sameBytes(got, bytes(3), 'the chunk that was read');
    },
  },
  {
    name: 'for await that is left early closes the reader',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, bytes(3));
      const loop = async (): Promise<void> => {
        for await (const _ of reader) break;
      };
      await t.call(loop(), 'the loop').gives(undefined);
      await sent.gives(3);
      await t.turn();
      await t.write(writer, bytes(1)).rejectsAs(Error, { code: 'EPIPE' });
      await t.read(reader, new Uint8Array(1)).rejectsAs(ClosedPipeError);
    },
  },
  {
    name: 'for await that is left by an exception closes the reader and throws the exception',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, bytes(3));
      const mine = new Error('my own');
      const loop = async (): Promise<void> => {
        for await (const _ of reader) throw mine;
      };
      await t.call(loop(), 'the loop').rejectsWith(mine);
      await sent.gives(3);
      await t.turn();
      await t.write(writer, bytes(1)).rejectsAs(Error, { code: 'EPIPE' });
    },
  },
  {
    name: 'for await leaves the reader open until it is left: return() before the first next() closes it too',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.open();
      const iterator = reader[Symbol.asyncIterator]();
      const closed = t.call(writer.closed, 'closed of the writer');
      await closed.waits();
      await t.call(iterator.return?.() as Promise<unknown>, 'return()').settles();
      await closed.rejectsAs(Error, { code: 'EPIPE' });
    },
  },
  {
    name: 'for await that was left is over: next() after return() gives done, and so does one that waited',
    rule: 5,
    async run(t) {
      const { reader } = await t.open();
      const iterator = reader[Symbol.asyncIterator]();
      const waiting = t.call(iterator.next(), 'next() that waits');
      await waiting.waits();
      await t.call(iterator.return?.() as Promise<unknown>, 'return()').settles();
      ok((await waiting.value()).done === true, 'next() that waits: expected done');
      ok((await t.call(iterator.next(), 'next()').value()).done === true, 'next(): expected done');
    },
  },
  {
    name: 'for await throws an error once: after it next() gives done',
    rule: 4,
    needs: ['aborts'],
    async run(t) {
      const { reader, writer } = await t.open();
      const iterator = reader[Symbol.asyncIterator]();
      const first = t.call(iterator.next(), 'first next()');
      const second = t.call(iterator.next(), 'second next()');
      await first.waits();
      writer.abort(new Error('the source failed'));
      await first.failure();
      ok((await second.value()).done === true, 'second next(): expected done');
      ok(
        (await t.call(iterator.next(), 'third next()').value()).done === true,
        'third next(): expected done',
      );
    },
  },
  {
    name: "for await throws the writer's reason, after what came before it",
    rule: 4,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, bytes(3));
      const iterator = reader[Symbol.asyncIterator]();
      const got = (await t.call(iterator.next(), 'first next()').value()).value as Uint8Array;
      sameBytes(got, bytes(3), 'the chunk');
      await sent.gives(3);
      const next = t.call(iterator.next(), 'second next()');
      const reason = new Error('the source failed');
      writer.abort(reason);
      await next.rejectsWith(reason);
    },
  },
  {
    name: 'for await takes its turn among reads that wait',
    rule: 2,
    async run(t) {
      const { reader, writer } = await t.open();
      const iterator = reader[Symbol.asyncIterator]();
      const first = t.read(reader, new Uint8Array(2), 'first read');
      const second = t.call(iterator.next(), 'next()');
      const third = t.read(reader, new Uint8Array(2), 'third read');
      await first.waits();
      await t.write(writer, bytes(2)).gives(2);
      await first.gives(2);
      await t.write(writer, bytes(3, 20)).gives(3);
      sameBytes((await second.value()).value as Uint8Array, bytes(3, 20), 'what next() gave');
      await t.write(writer, bytes(1)).gives(1);
      await third.gives(1);
      equal(reader.bytesRead, 6, 'bytesRead');
    },
  },
];
