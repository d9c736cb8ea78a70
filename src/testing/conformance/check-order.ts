/** Which check comes first: argument, this end closed, the other side's close or abort, signal, zero length. */
import { BrokenPipeError, ClosedPipeError } from '../../io/index.js';
import { equal, ok, thrownBy } from './assert.js';
import type { Draft } from './draft.js';
import { bytes } from './harness.js';
import { controller } from './signal.js';

const wrong = 5 as unknown as Uint8Array;

function fired() {
  const stop = controller();
  stop.abort(new Error('fired before the call'));
  return stop.signal;
}

export const checkOrder: readonly Draft[] = [
  {
    name: 'read() and tryRead() check the argument before they say that the end is closed',
    rule: 9,
    async run(t) {
      const { reader } = await t.open();
      reader.close();
      await t.call(reader.read(wrong, { signal: fired() }), 'read()').rejectsAs(TypeError);
      ok(thrownBy(() => reader.tryRead(wrong), 'tryRead()') instanceof TypeError, 'tryRead(): a TypeError');
    },
  },
  {
    name: 'write() and tryWrite() check the argument before they say that the end is closed',
    rule: 9,
    async run(t) {
      const { writer } = await t.open();
      writer.close();
      await t.call(writer.write(wrong, { signal: fired() }), 'write()').rejectsAs(TypeError);
      ok(
        thrownBy(() => writer.tryWrite(wrong), 'tryWrite()') instanceof TypeError,
        'tryWrite(): a TypeError',
      );
    },
  },
  {
    name: 'write() says that its own end is closed before it says that the reader is gone',
    rule: 9,
    async run(t) {
      const { reader, writer } = await t.open();
      reader.close();
      await t.turn();
      writer.close();
      await t.write(writer, bytes(1)).rejectsAs(ClosedPipeError);
    },
  },
  {
    name: 'read() says that its own end is closed before it says that the stream has ended',
    rule: 9,
    async run(t) {
      const { reader, writer } = await t.open();
      writer.close();
      await t.read(reader, new Uint8Array(1)).gives(null);
      reader.close();
      await t.read(reader, new Uint8Array(1)).rejectsAs(ClosedPipeError);
    },
  },
  {
    name: 'write() says that the reader is gone before it looks at its signal',
    rule: 9,
    async run(t) {
      const { reader, writer } = await t.open();
      reader.close();
      await t.turn();
      await t.call(writer.write(bytes(1), { signal: fired() }), 'write()').rejectsAs(BrokenPipeError);
    },
  },
  {
    name: 'read() gives the end of the stream before it looks at its signal',
    rule: 9,
    async run(t) {
      const { reader, writer } = await t.open();
      writer.close();
      await t.read(reader, new Uint8Array(1)).gives(null);
      await t.call(reader.read(new Uint8Array(1), { signal: fired() }), 'read()').gives(null);
    },
  },
  {
    name: 'read() and write() say that their end is closed before they look at the signal',
    rule: 9,
    async run(t) {
      const { reader, writer } = await t.open();
      writer.close();
      reader.close();
      const signal = fired();
      await t.call(writer.write(bytes(1), { signal }), 'write()').rejectsAs(ClosedPipeError);
      await t.call(reader.read(new Uint8Array(1), { signal }), 'read()').rejectsAs(ClosedPipeError);
    },
  },
  {
    name: 'read() and write() look at the signal before the length, so nothing at all rejects too',
    rule: 9,
    async run(t) {
      const { reader, writer } = await t.open();
      const signal = fired();
      await t.call(writer.write(new Uint8Array(0), { signal }), 'write()').rejectsWith(signal.reason);
      await t.call(reader.read(new Uint8Array(0), { signal }), 'read()').rejectsWith(signal.reason);
      equal(signal.listeners, 0, 'listeners left on the signal');
    },
  },
];
