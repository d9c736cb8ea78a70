/** Signals: they give up the wait, and nothing else. */
import { equal, sameBytes } from './assert.js';
import type { Draft } from './draft.js';
import { bytes, joined } from './harness.js';
import { controller } from './signal.js';

export const signals: readonly Draft[] = [
  {
    name: "read() that waits rejects with the signal's reason when it fires, and the end stays usable",
    rule: 7,
    async run(t) {
      const { reader, writer } = await t.open();
      const stop = controller();
      const got = t.call(reader.read(new Uint8Array(4), { signal: stop.signal }), 'read()');
      await got.waits();
      const reason = new Error('waited enough');
      stop.abort(reason);
      await got.rejectsWith(reason);
      const sent = t.write(writer, bytes(3));
      sameBytes(await t.take(reader, 3), bytes(3), 'the next read');
      await sent.gives(3);
    },
  },
  {
    name: "write() that waits rejects with the signal's reason when it fires, and the end stays usable",
    rule: 7,
    async run(t) {
      const { reader, writer, buffered } = await t.openClogged();
      const stop = controller();
      const sent = t.call(writer.write(bytes(3, 50), { signal: stop.signal }), 'write()');
      await sent.waits();
      const reason = new Error('waited enough');
      stop.abort(reason);
      await sent.rejectsWith(reason);
      const next = t.write(writer, bytes(2));
      sameBytes(await t.take(reader, buffered.length + 2), joined(buffered, bytes(2)), 'what was read');
      await next.gives(2);
    },
  },
  {
    name: "read() and write() hand on any value that is a signal's reason",
    rule: 7,
    async run(t) {
      for (const reason of [null, undefined, 0, 'stop', { stop: true }]) {
        const { reader } = await t.open();
        const { writer } = await t.openClogged();
        const stop = controller();
        const got = t.call(reader.read(new Uint8Array(1), { signal: stop.signal }), 'read()');
        const sent = t.call(writer.write(bytes(1), { signal: stop.signal }), 'write()');
        await got.waits();
        await sent.waits();
        stop.abort(reason);
        await got.rejectsWith(reason);
        await sent.rejectsWith(reason);
        equal(stop.signal.listeners, 0, 'listeners left on the signal');
      }
    },
  },
  {
    name: 'read() with a signal that has fired already takes nothing of what is there',
    rule: 7,
    async run(t) {
      const { reader, writer } = await t.open();
      await t.load(writer, bytes(3));
      const stop = controller();
      stop.abort(new Error('before the call'));
      const into = new Uint8Array(3);
      await t.call(reader.read(into, { signal: stop.signal }), 'read()').rejectsWith(stop.signal.reason);
      sameBytes(into, new Uint8Array(3), 'the buffer');
      equal(reader.bytesRead, 0, 'bytesRead');
      sameBytes(await t.take(reader, 3), bytes(3), 'the next read');
    },
  },
  {
    name: 'write() with a signal that has fired already gives nothing to a read that waits',
    rule: 7,
    async run(t) {
      const { reader, writer } = await t.open();
      const got = t.read(reader, new Uint8Array(3));
      const stop = controller();
      stop.abort(new Error('before the call'));
      const { signal } = stop;
      await t.call(writer.write(bytes(3), { signal }), 'write()').rejectsWith(signal.reason);
      await got.waits();
      equal(writer.bytesWritten, 0, 'bytesWritten');
    },
  },
  {
    name: 'write() that is given up halfway leaves taken what was taken, and counts it',
    rule: 7,
    needs: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open();
      const stop = controller();
      const sent = t.call(writer.write(bytes(5), { signal: stop.signal }), 'write()');
      const into = new Uint8Array(2);
      await t.read(reader, into).gives(2);
      stop.abort('enough');
      await sent.rejectsWith('enough');
      sameBytes(into, bytes(2), 'what was read');
      equal(writer.bytesWritten, 2, 'bytesWritten');
      equal(reader.bytesRead, 2, 'bytesRead');
      const next = t.write(writer, bytes(1, 60));
      sameBytes(await t.take(reader, 1), bytes(1, 60), 'the next write');
      await next.gives(1);
    },
  },
  {
    name: 'write() that is given up halfway leaves buffered what was buffered, and counts it',
    rule: 7,
    needs: ['exactCapacity'],
    lacks: ['rendezvous'],
    async run(t) {
      const { reader, writer } = await t.open(4);
      const stop = controller();
      const sent = t.call(writer.write(bytes(6), { signal: stop.signal }), 'write()');
      await sent.waits();
      stop.abort('enough');
      await sent.rejectsWith('enough');
      equal(writer.bytesWritten, 4, 'bytesWritten');
      writer.close();
      sameBytes(await t.takeAll(reader, 6), bytes(4), 'what was read');
    },
  },
  {
    name: 'read() among others is given up alone',
    rule: 7,
    async run(t) {
      const { reader, writer } = await t.open();
      const stop = controller();
      const first = new Uint8Array(1);
      const third = new Uint8Array(2);
      const calls = [
        t.read(reader, first, 'first read'),
        t.call(reader.read(new Uint8Array(4), { signal: stop.signal }), 'second read'),
        t.read(reader, third, 'third read'),
      ];
      await calls[0]?.waits();
      stop.abort('only this one');
      await calls[1]?.rejectsWith('only this one');
      const sent = t.write(writer, bytes(3));
      await calls[0]?.gives(1);
      await calls[2]?.gives(2);
      sameBytes(joined(first, third), bytes(3), 'what the others got');
      await sent.gives(3);
    },
  },
  {
    name: 'read() and write() leave no listener on their signal, however they end',
    rule: 7,
    async run(t) {
      const { signal } = controller();
      const { reader, writer, buffered } = await t.openClogged();
      const sent = t.call(writer.write(bytes(2), { signal }), 'a write that waits');
      await sent.waits();
      await t.take(reader, buffered.length + 2);
      await sent.gives(2);
      equal(signal.listeners, 0, 'listeners after a write that waited');
      const got = t.call(reader.read(new Uint8Array(2), { signal }), 'a read that waits');
      await got.waits();
      const met = t.call(writer.write(bytes(2), { signal }), 'a write that need not wait');
      await got.gives(2);
      await met.gives(2);
      equal(signal.listeners, 0, 'listeners after a read that waited and a write that did not');
      const last = t.call(reader.read(new Uint8Array(2), { signal }), 'a read that is closed off');
      await last.waits();
      reader.close();
      await last.failure();
      equal(signal.listeners, 0, 'listeners after close()');
    },
  },
  {
    name: 'read() and write() of one signal are all given up by it, on any number of pipes',
    rule: 7,
    async run(t) {
      const stop = controller();
      const { signal } = stop;
      const calls = [];
      for (let count = 0; count < 20; count++) {
        const { reader } = await t.open();
        const { writer } = await t.openClogged();
        calls.push(t.call(reader.read(new Uint8Array(1), { signal }), `read ${count}`));
        calls.push(t.call(writer.write(bytes(1), { signal }), `write ${count}`));
      }
      await calls[0]?.waits();
      stop.abort('all of you');
      for (const call of calls) await call.rejectsWith('all of you');
      equal(signal.listeners, 0, 'listeners left on the signal');
    },
  },
  {
    name: 'read() that has settled is not touched by its signal any more',
    rule: 7,
    async run(t) {
      const { reader, writer } = await t.open();
      const stop = controller();
      const { signal } = stop;
      const got = t.call(reader.read(new Uint8Array(1), { signal }), 'first read');
      const sent = t.write(writer, bytes(2));
      await got.gives(1);
      stop.abort('too late');
      sameBytes(await t.take(reader, 1), bytes(1, 2), 'the next read');
      await sent.gives(2);
    },
  },
];
