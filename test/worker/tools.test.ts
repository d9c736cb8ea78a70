/** The tools of the other doors on worker ends, with the other end in another thread: nothing of theirs is written anew. */
import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as io from 'pipework';
import * as node from 'pipework/node';
import * as worker from 'pipework/worker';
import { test } from '../runtimes/test.js';
import { numbered } from './numbered.js';

const SIZE = 300_000; // bytes

/** The reader of a pipe into which another thread writes `numbered(0, SIZE)`, and closes. */
function written(): worker.WorkerReader {
  const { reader, writer } = worker.pipe({ capacity: 1000 });
  start('write', writer.handle);
  return reader;
}

/** The writer of a pipe that another thread reads to its end, and what it says it has got. */
function read(): { readonly writer: worker.WorkerWriter; readonly got: Promise<Uint8Array> } {
  const { reader, writer } = worker.pipe({ capacity: 1000 });
  const thread = start('read', reader.handle);
  return { writer, got: once(thread, 'message').then(([bytes]) => bytes) };
}

function start(task: 'read' | 'write', handle: worker.ReaderHandle | worker.WriterHandle): Worker {
  return new Worker(new URL('./tools-thread.js', import.meta.url), { workerData: { task, handle } });
}

test('copy(): from thread to thread through this one', async () => {
  const { writer, got } = read();
  equal(await io.copy(written(), writer, { close: true }), SIZE);
  deepEqual(await got, numbered(0, SIZE));
});

test('tee(): each branch gets what another thread writes', async () => {
  const branches = io.tee(written(), 2);
  const all = await Promise.all(branches.map((branch) => io.readAll(branch)));
  for (const bytes of all) deepEqual(bytes, numbered(0, SIZE));
});

test('toWeb(): a stream of what another thread writes, and one to what it reads', async () => {
  const { writer, got } = read();
  await io.toWeb(written()).pipeTo(io.toWeb(writer));
  deepEqual(await got, numbered(0, SIZE));
});

test('toNode(): a stream of what another thread writes, and one to what it reads', async () => {
  const { writer, got } = read();
  const to = node.toNode(writer);
  node.toNode(written()).pipe(to);
  await once(to, 'finish');
  deepEqual(await got, numbered(0, SIZE));
});

test('lines(): of what another thread writes', async () => {
  const { reader, writer } = worker.pipe({ capacity: 7 });
  const thread = start('write', writer.handle);
  const text = new TextDecoder('latin1').decode(numbered(0, SIZE));
  const expected = new TextDecoder().decode(numbered(0, SIZE)).split('\n');
  const lines: string[] = [];
  for await (const line of io.lines(reader)) lines.push(line);
  equal(lines.length, text.split('\n').length);
  deepEqual(
    lines,
    expected.map((line) => line.replace(/\r$/, '')),
  );
  await once(thread, 'exit');
});

test('fromWeb(): what was posted as a stream goes on to another thread', async () => {
  const { writer, got } = read();
  await io.copy(new Blob([numbered(0, SIZE)]).stream(), writer, { close: true });
  deepEqual(await got, numbered(0, SIZE));
});
