/** abort(): this failed, and the other side learns of it as it is. */
import { ClosedPipeError } from '../../io/index.js';
import { equal, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, type Harness } from './harness.js';

export const aborting: readonly Draft[] = [
  {
    name: 'abort() of the writer leaves what was buffered to be read, then every read rejects with the reason',
    rule: 4,
    needs: ['reasons'],
    lacks: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      await t.write(writer, bytes(3)).gives(3);
      const reason = new Error('the source failed');
      writer.abort(reason);
      sameBytes(await t.take(reader, 3), bytes(3), 'what was buffered');
      for (let count = 0; count < 2; count++) await t.read(reader, new Uint8Array(1)).rejectsWith(reason);
    },
  },
  {
    name: 'abort() of the writer never looks like the end of the stream',
    rule: 4,
    needs: ['aborts'],
    async run(t) {
      const { reader, writer } = await t.open();
      const waiting = t.read(reader, new Uint8Array(1), 'a read that waits');
      await waiting.waits();
      writer.abort(new Error('the source failed'));
      await waiting.failure();
      await t.read(reader, new Uint8Array(1), 'a later read').failure();
    },
  },
  {
    name: 'abort() of the writer rejects its writes that wait with ClosedPipeError because of the reason',
    rule: 6,
    async run(t) {
      const { writer } = await t.openClogged();
      const calls = [bytes(2), bytes(3)].map((part) => t.write(writer, part));
      await calls[0]?.waits();
      const reason = new Error('the source failed');
      writer.abort(reason);
      for (const call of calls) await call.rejectsAs(ClosedPipeError, { bytesWritten: 0, cause: reason });
    },
  },
  {
    name: 'abort() of the writer tells each write that waits what it had moved',
    rule: 6,
    needs: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = t.write(writer, bytes(5));
      await t.read(reader, new Uint8Array(2)).gives(2);
      writer.abort('enough');
      await sent.rejectsAs(ClosedPipeError, { bytesWritten: 2, cause: 'enough' });
    },
  },
  {
    name: 'abort() of the reader rejects the writes that wait, and all later ones, with the reason',
    rule: 5,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.openClogged();
      const calls = [bytes(2), bytes(3)].map((part) => t.write(writer, part));
      await calls[0]?.waits();
      const reason = new Error('enough');
      reader.abort(reason);
      for (const call of calls) await call.rejectsWith(reason);
      await t.write(writer, bytes(1)).rejectsWith(reason);
    },
  },
  {
    name: "abort() of the reader rejects also writes that wait behind the writer's own close()",
    rule: 5,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.openClogged();
      const sent = t.write(writer, bytes(2));
      writer.close();
      await sent.waits();
      const reason = new Error('enough');
      reader.abort(reason);
      await sent.rejectsWith(reason);
    },
  },
  {
    name: 'abort() of the reader rejects its own reads that wait with ClosedPipeError because of the reason',
    rule: 6,
    async run(t) {
      const { reader } = await t.open();
      const calls = [1, 2].map((size) => t.read(reader, new Uint8Array(size)));
      await calls[0]?.waits();
      const reason = new Error('enough');
      reader.abort(reason);
      for (const call of calls) await call.rejectsAs(ClosedPipeError, { bytesWritten: 0, cause: reason });
    },
  },
  ...[null, 0, '', false, Object.freeze({ code: 7 })].flatMap((reason) => anyReason(reason)),
  {
    name: 'abort() without a reason gives an AbortError to both sides',
    rule: 4,
    needs: ['reasons'],
    async run(t) {
      const first = await t.open();
      first.writer.abort();
      const seen = await t.read(first.reader, new Uint8Array(1)).failure();
      equal((seen as Error).name, 'AbortError', 'the name of what a read rejects with');
      await t.write(first.writer, bytes(1)).rejectsAs(ClosedPipeError, { cause: seen });
      const second = await t.open();
      second.reader.abort(undefined);
      await t.turn();
      const told = await t.write(second.writer, bytes(1)).failure();
      equal((told as Error).name, 'AbortError', 'the name of what a write rejects with');
    },
  },
  {
    name: 'abort() keeps the first reason',
    rule: 4,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      const first = new Error('first');
      writer.abort(first);
      writer.abort(new Error('second'));
      writer.close();
      await t.read(reader, new Uint8Array(1)).rejectsWith(first);
      await t.write(writer, bytes(1)).rejectsAs(ClosedPipeError, { cause: first });
    },
  },
  {
    name: 'abort() of the reader after its close() changes nothing',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.open();
      reader.close();
      reader.abort(new Error('too late'));
      await t.turn();
      await t.write(writer, bytes(1)).rejectsAs(Error, { code: 'EPIPE' });
      await t.read(reader, new Uint8Array(1)).rejectsAs(ClosedPipeError, { cause: undefined });
    },
  },
  {
    name: 'abort() of the writer after its close() takes effect while writes still wait',
    rule: 4,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(3));
      writer.close();
      await sent.waits();
      const reason = new Error('changed my mind');
      writer.abort(reason);
      await sent.rejectsAs(ClosedPipeError, { bytesWritten: 0, cause: reason });
      sameBytes(await t.take(reader, buffered.length), buffered, 'what was buffered');
      await t.read(reader, new Uint8Array(1)).rejectsWith(reason);
    },
  },
  {
    name: 'abort() of the writer after its end was handed over changes nothing: the stream stays whole',
    rule: 4,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = await t.load(writer, bytes(3));
      writer.close();
      const got = t.supports.rendezvous ? await t.take(reader, 3) : new Uint8Array(0);
      await t.call(writer.closed, 'closed of the writer').value();
      writer.abort(new Error('too late'));
      const all = new Uint8Array([...got, ...(await t.takeAll(reader, 3))]);
      sameBytes(all, bytes(3), 'what was read');
      await sent.gives(3);
    },
  },
  {
    name: 'abort() of the reader drops what nobody read',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.open();
      const sent = await t.load(writer, bytes(3));
      reader.abort(new Error('enough'));
      await t.read(reader, new Uint8Array(8)).rejectsAs(ClosedPipeError);
      equal(reader.bytesRead, 0, 'bytesRead');
      await sent.settles();
    },
  },
  {
    name: 'abort() may be called where a call of the other end has just settled',
    rule: 10,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      const reason = new Error('from a callback');
      const got = t.call(reader.read(new Uint8Array(1)), 'first read', () => writer.abort(reason));
      const next = t.read(reader, new Uint8Array(1), 'next read');
      const sent = t.write(writer, bytes(1));
      await got.gives(1);
      await sent.gives(1);
      await next.rejectsWith(reason);
    },
  },
  {
    name: 'ClosedPipeError has as its cause the first reason that either side gave, whoever asks',
    rule: 6,
    needs: ['reasons'],
    async run(t) {
      await firstReason(t, 'reader', 'writer');
      await firstReason(t, 'writer', 'reader');
    },
  },
];

function anyReason(reason: unknown): Draft[] {
  const what = typeof reason === 'object' && reason !== null ? 'an object' : JSON.stringify(reason);
  return [
    {
      name: `abort() of the writer hands ${what} to reads as it is`,
      rule: 4,
      needs: ['reasons'],
      async run(t) {
        const { reader, writer } = await t.open();
        const waiting = t.read(reader, new Uint8Array(1), 'a read that waits');
        await waiting.waits();
        writer.abort(reason);
        await waiting.rejectsWith(reason);
        await t.read(reader, new Uint8Array(1), 'a later read').rejectsWith(reason);
        await t.write(writer, bytes(1)).rejectsAs(ClosedPipeError, { cause: reason });
      },
    },
    {
      name: `abort() of the reader hands ${what} to writes as it is`,
      rule: 5,
      needs: ['reasons'],
      async run(t) {
        const { reader, writer } = await t.openClogged();
        const waiting = t.write(writer, bytes(1), 'a write that waits');
        await waiting.waits();
        reader.abort(reason);
        await waiting.rejectsWith(reason);
        await t.write(writer, bytes(1), 'a later write').rejectsWith(reason);
        await t.read(reader, new Uint8Array(1)).rejectsAs(ClosedPipeError, { cause: reason });
      },
    },
  ];
}

async function firstReason(t: Harness, first: 'reader' | 'writer', second: 'reader' | 'writer') {
  const pipe = await t.open();
  const reason = new Error(`of the ${first}`);
  pipe[first].abort(reason);
  await t.turn();
  pipe[second].abort(new Error(`of the ${second}`));
  await t.turn();
  await t.read(pipe.reader, new Uint8Array(1)).rejectsAs(ClosedPipeError, { cause: reason });
  await t.write(pipe.writer, bytes(1)).rejectsAs(ClosedPipeError, { cause: reason });
}
