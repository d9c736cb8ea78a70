/** Leaving a scope: `using` and `await using`. */
import { AbandonedPipeError, ClosedPipeError } from '../../io/index.js';
import { asyncDispose, dispose } from '../../io/internal.js';
import { sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes } from './harness.js';

export const disposal: readonly Draft[] = [
  {
    name: '[Symbol.dispose]() of a writer without close() aborts it with AbandonedPipeError',
    rule: 4,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      writer[dispose]();
      await t.read(reader, new Uint8Array(1)).rejectsAs(AbandonedPipeError, { code: 'ERR_PIPE_ABANDONED' });
      const late = await t.write(writer, bytes(1)).failure();
      const { cause } = late as ClosedPipeError;
      if (!(late instanceof ClosedPipeError) || !(cause instanceof AbandonedPipeError))
        throw new Error('write(): expected a ClosedPipeError because of an AbandonedPipeError');
    },
  },
  {
    name: '[Symbol.dispose]() of a writer without close() never passes for the end of the stream',
    rule: 4,
    needs: ['aborts'],
    async run(t) {
      const { reader, writer } = await t.open();
      writer[dispose]();
      await t.read(reader, new Uint8Array(1)).failure();
    },
  },
  {
    name: '[Symbol.dispose]() of a writer after close() does nothing more: writes that wait still arrive',
    rule: 4,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(3));
      writer.close();
      writer[dispose]();
      const got = await t.takeAll(reader, buffered.length + 3, 4096);
      sameBytes(got.subarray(buffered.length), bytes(3), 'what was written last');
      await sent.gives(3);
    },
  },
  {
    name: '[Symbol.dispose]() of a writer after abort() keeps the reason',
    rule: 4,
    needs: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      const reason = new Error('the source failed');
      writer.abort(reason);
      writer[dispose]();
      await t.read(reader, new Uint8Array(1)).rejectsWith(reason);
    },
  },
  {
    name: '[Symbol.asyncDispose]() of a writer after close() waits until the end was handed over',
    rule: 4,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.write(writer, bytes(3));
      writer.close();
      const disposed = t.call(writer[asyncDispose](), 'asyncDispose');
      await disposed.waits();
      await t.take(reader, buffered.length + 3);
      await sent.gives(3);
      await disposed.gives(undefined);
    },
  },
  {
    name: '[Symbol.asyncDispose]() of a writer after close() rejects when the reader goes before the end was handed over',
    rule: 5,
    async run(t) {
      const { reader, writer } = await t.openClogged();
      const sent = t.write(writer, bytes(3));
      writer.close();
      const disposed = t.call(writer[asyncDispose](), 'asyncDispose');
      await disposed.waits();
      reader.close();
      await disposed.rejectsAs(Error, { code: 'EPIPE' });
      await sent.rejectsAs(Error, { code: 'EPIPE' });
    },
  },
  ...[dispose, asyncDispose].map(
    (symbol): Draft => ({
      name: `[Symbol.${symbol === dispose ? 'dispose' : 'asyncDispose'}]() of a reader closes it`,
      rule: 5,
      async run(t) {
        const { reader, writer } = await t.openClogged();
        const sent = t.write(writer, bytes(1));
        await sent.waits();
        await t.call(Promise.resolve(reader[symbol as typeof asyncDispose]()), 'disposing').gives(undefined);
        await sent.rejectsAs(Error, { code: 'EPIPE' });
        await t.read(reader, new Uint8Array(1)).rejectsAs(ClosedPipeError, { cause: undefined });
      },
    }),
  ),
];
