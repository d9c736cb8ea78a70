/** Ends that the collector takes: the other side is told, in this thread or another; not when the handle was taken. */
import { equal, rejects } from 'node:assert/strict';
import * as worker from 'pipework/worker';
import { collect, collectUntil } from '../fixtures/collector.js';
import { test } from '../runtimes/test.js';
import { surviveElsewhere } from './survivor.js';

const COLLECTED = { name: 'AbandonedPipeError', code: 'ERR_PIPE_ABANDONED' };

test('AbandonedPipeError: a read that waits rejects when its writer is collected', async () => {
  const failed = rejects((() => worker.pipe({ name: 'lost' }).reader.read(new Uint8Array(1)))(), {
    ...COLLECTED,
    message: 'lost: the writer was collected as garbage without close()',
  });
  await collectUntil(failed);
  await failed;
});

test('AbandonedPipeError: a write that waits rejects when its reader is collected', async () => {
  const failed = rejects((() => worker.pipe({ name: 'lost', capacity: 1 }).writer.write('more'))(), {
    ...COLLECTED,
    message: 'lost: the reader was collected as garbage without close()',
  });
  await collectUntil(failed);
  await failed;
});

test('AbandonedPipeError: a thread that is blocked fails when the other end is collected here', async () => {
  const { handle } = (() => {
    const { reader, writer } = worker.pipe();
    writer.tryWrite(new Uint8Array(10));
    return reader;
  })();
  const { outcome } = await surviveElsewhere(handle, 'blocking');
  await collectUntil(outcome);
  const { code, count } = await outcome;
  equal(code, 'ERR_PIPE_ABANDONED');
  equal(count, 10);
});

test('handle: an end whose handle was taken is not closed by the collector', async () => {
  const { reader, handle } = (() => {
    const { reader, writer } = worker.pipe();
    return { reader, handle: structuredClone(writer.handle) };
  })();
  await collectUntil(rejects((() => worker.pipe().reader.read(new Uint8Array(1)))(), COLLECTED));
  for (let round = 0; round < 5; round++) await collect();
  equal(reader.tryRead(new Uint8Array(1)), 0);
  const writer = worker.openWriter(handle);
  equal(writer.tryWrite(new Uint8Array(1)), 1);
  equal(reader.tryRead(new Uint8Array(1)), 1);
  writer.close();
});

test('AbandonedPipeError: an end that was opened here and is collected fails as any other', async () => {
  const { reader, writer } = worker.pipe();
  (() => worker.openWriter(writer.handle).tryWrite(Uint8Array.of(7)))();
  const into = new Uint8Array(2);
  equal(await reader.read(into), 1);
  const failed = rejects(reader.read(into), COLLECTED);
  await collectUntil(failed);
  await failed;
});

test('an iterator holds its reader: the writer may be all that is left', async () => {
  const { iterator, writer } = (() => {
    const { reader, writer } = worker.pipe();
    return { iterator: reader[Symbol.asyncIterator](), writer: worker.openWriter(writer.handle) };
  })();
  await collectUntil(rejects((() => worker.pipe().reader.read(new Uint8Array(1)))(), COLLECTED));
  equal(await writer.write('held'), 4);
  writer.close();
  equal((await iterator.next()).value?.length, 4);
});
