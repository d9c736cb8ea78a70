/** Streams and ends that the collector takes: whoever is left is told. */
import { equal, rejects } from 'node:assert/strict';
import { PassThrough, Readable, Writable } from 'node:stream';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as io from 'pipework';
import { fromNode, toNode } from 'pipework/node';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const awake = setInterval(() => {}, 60_000);
after(() => clearInterval(awake));

const ROUNDS_MAX = 200; // of the collector, before we take it that nothing is coming

/** Collects garbage until `promise` has settled. */
async function collectUntil(promise: Promise<unknown>): Promise<void> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let round = 0; round < ROUNDS_MAX && !isSettled; round++) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    gc();
  }
}

async function abandoned(promise: Promise<unknown>): Promise<void> {
  const failed = rejects(promise, { name: 'AbandonedPipeError' });
  await collectUntil(failed);
  await failed;
}

test('toNode(reader): a writer that waits is told when the stream is collected', async () => {
  const written = (() => {
    const { reader, writer } = io.pipe();
    toNode(reader);
    return writer.write('anybody?');
  })();
  await abandoned(written);
});

test('toNode(writer): a reader that waits is told when the stream is collected', async () => {
  const read = (() => {
    const { reader, writer } = io.pipe();
    toNode(writer);
    return reader.read(new Uint8Array(1));
  })();
  await abandoned(read);
});

test('fromNode(readable): the stream is destroyed when the reader is collected', async () => {
  const stream = new Readable({ read() {} });
  const closed = new Promise((resolve) => stream.once('close', resolve));
  (() => {
    equal(fromNode(stream).tryRead(new Uint8Array(1)), 0);
  })();
  await collectUntil(closed);
  equal((stream.errored as { code?: unknown } | null)?.code, 'ERR_PIPE_ABANDONED');
});

test('fromNode(writable): the stream is destroyed when the writer is collected, so that it never looks whole', async () => {
  const stream = new Writable({ write() {} });
  const closed = new Promise((resolve) => stream.once('close', resolve));
  (() => {
    void fromNode(stream).tryWrite(new Uint8Array(100_000));
    equal(fromNode(stream).tryWrite(new Uint8Array(1)), 0);
  })();
  await collectUntil(closed);
  equal((stream.errored as { code?: unknown } | null)?.code, 'ERR_PIPE_ABANDONED');
});

test('fromNode(): ends that are held, or that a call waits on, are not collected', async () => {
  const stream = new PassThrough();
  const { reader, writer } = fromNode(stream);
  const read = reader.read(new Uint8Array(8));
  const waiting = (() => fromNode(new PassThrough().end('late')).reader.read(new Uint8Array(8)))();
  await collectUntil(new Promise(() => {}));
  await writer.write('held');
  equal(await read, 4);
  equal(await waiting, 4);
});
