/** The declaration itself: what the transport says it has it has, and what it says it lacks it lacks. */
import type { PipeReader, PipeWriter } from '../../io/index.js';
import { waiting } from '../../io/internal.js';
import { equal, fail, ok, thrownBy } from './assert.js';
import type { Draft } from './draft.js';
import { bytes } from './harness.js';

export const abilities: readonly Draft[] = [
  {
    name: 'supports.rendezvous: write() waits for a reader from its first byte on',
    rule: 10,
    needs: ['rendezvous'],
    async run(t) {
      const { writer } = await t.open();
      await t.write(writer, bytes(1)).waits();
    },
  },
  {
    name: 'supports.rendezvous is really absent: write() of what fits waits for nobody',
    rule: 2,
    lacks: ['rendezvous'],
    async run(t) {
      const { writer } = await t.open();
      await t.write(writer, bytes(1)).gives(1);
    },
  },
  {
    name: "supports.immediate: tryWrite() and tryRead() know of the other side's close in the same turn",
    rule: 10,
    needs: ['immediate'],
    async run(t) {
      const first = await t.open();
      first.reader.close();
      const error = thrownBy(() => first.writer.tryWrite(bytes(1)), 'tryWrite()');
      equal((error as { code?: unknown }).code, 'EPIPE', 'code of what tryWrite() throws');
      const second = await t.open();
      second.writer.close();
      equal(second.reader.tryRead(new Uint8Array(1)), null, 'tryRead()');
    },
  },
  {
    name: "supports.immediate is really absent: tryWrite() does not yet know of the reader's close in the same turn",
    rule: 10,
    lacks: ['immediate'],
    async run(t) {
      const { reader, writer } = await t.open();
      reader.close();
      try {
        writer.tryWrite(bytes(1));
      } catch {
        fail('supports.immediate: tryWrite() knew of the close in the same turn');
      }
    },
  },
  {
    name: 'supports.aborts is really absent: read() takes the abort of the writer for the end',
    rule: 4,
    lacks: ['aborts'],
    async run(t) {
      const { reader, writer } = await t.open();
      writer.abort(new Error('the source failed'));
      await t.read(reader, new Uint8Array(1)).gives(null);
    },
  },
  {
    name: 'supports.aborts is really absent: write() takes the abort of the reader for its close',
    rule: 5,
    lacks: ['aborts'],
    async run(t) {
      const { reader, writer } = await t.open();
      reader.abort(new Error('enough'));
      await t.turn();
      await t.write(writer, bytes(1)).rejectsAs(Error, { code: 'EPIPE' });
    },
  },
  {
    name: "supports.reasons is really absent: read() rejects with another value than the writer's reason",
    rule: 4,
    needs: ['aborts'],
    lacks: ['reasons'],
    async run(t) {
      const { reader, writer } = await t.open();
      const reason = new Error('the source failed');
      writer.abort(reason);
      const seen = await t.read(reader, new Uint8Array(1)).failure();
      ok(seen !== reason, 'supports.reasons: the reason came across as the very same value');
    },
  },
  {
    name: 'supports.deadlocks: unref() takes waits off the list of deadlock reports, ref() puts them back',
    rule: 2,
    needs: ['deadlocks'],
    async run(t) {
      const { reader } = await t.open();
      const { writer } = await t.openClogged();
      const got = t.read(reader, new Uint8Array(1));
      const sent = t.write(writer, bytes(1));
      await got.waits();
      await sent.waits();
      ok(isListed(reader, 'read') && isListed(writer, 'write'), 'expected both waits on the list');
      ok(
        reader.unref() === reader && writer.unref() === writer,
        'unref(): expected it to give the end itself',
      );
      ok(
        !isListed(reader, 'read') && !isListed(writer, 'write'),
        'unref(): expected neither wait on the list',
      );
      ok(reader.ref() === reader && writer.ref() === writer, 'ref(): expected it to give the end itself');
      ok(
        isListed(reader, 'read') && isListed(writer, 'write'),
        'ref(): expected both waits back on the list',
      );
    },
  },
  {
    name: 'supports.deadlocks is really absent: read() that waits is not on the list of deadlock reports',
    rule: 2,
    lacks: ['deadlocks'],
    async run(t) {
      const { reader } = await t.open();
      await t.read(reader, new Uint8Array(1)).waits();
      ok(!isListed(reader, 'read'), 'supports.deadlocks: the wait is on the list');
    },
  },
];

function isListed(end: PipeReader | PipeWriter, kind: 'read' | 'write'): boolean {
  return waiting().some((operation) => operation.pipe.name === end.name && operation.kind === kind);
}
