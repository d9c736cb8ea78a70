/** Ends and the Web's own streams together: bodies, compression, pipeTo, pipeThrough, tee and transfer. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import * as io from 'pipework';
import { runtime } from '../runtimes/runtime.js';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const oops = new Error('oops');
const isOops = (error: unknown) => error === oops;
const SIZE = 8 * 1024 * 1024; // bytes: many times what any stream holds

/** Bytes that tell where they belong, and do not compress to nothing. */
function data(length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (state * 48_271) % 2_147_483_647;
    all[i] = state & (i & 4096 ? 0xff : 0x07);
  }
  return all;
}

const all = data(SIZE);

/** Writes all of `bytes` in pieces of odd sizes, then the end. */
async function produce(writer: io.PipeWriter, bytes: Uint8Array): Promise<void> {
  using end = writer;
  for (let at = 0, size = 1; at < bytes.length; at += size, size = (size * 7 + 3) % 100_003) {
    await end.write(bytes.subarray(at, at + size));
  }
  end.close();
}

function same(got: Uint8Array, expected: Uint8Array): void {
  equal(got.length, expected.length);
  deepEqual(got, expected);
}

for (const capacity of [0, 1000]) {
  const on = `capacity ${capacity}`;

  test(`toWeb(reader): as the body of a Response, read in each way (${on})`, async () => {
    for (const how of ['bytes', 'blob', 'loop', 'byob'] as const) {
      const { reader, writer } = io.pipe({ capacity });
      const produced = produce(writer, all.subarray(0, 300_000));
      const response = new Response(io.toWeb(reader));
      const body = response.body as ReadableStream<Uint8Array>;
      if (how === 'bytes') same(new Uint8Array(await response.arrayBuffer()), all.subarray(0, 300_000));
      else if (how === 'blob') equal((await response.blob()).size, 300_000);
      else if (how === 'loop') {
        const chunks: Uint8Array[] = [];
        for await (const chunk of body) chunks.push(chunk);
        same(new Uint8Array(await new Blob(chunks).arrayBuffer()), all.subarray(0, 300_000));
      } else same(await io.readAll(io.fromWeb(body)), all.subarray(0, 300_000));
      await produced;
    }
  });

  test(`CompressionStream: there and back, between ends (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const packed = io.pipe({ capacity });
    const produced = produce(writer, all);
    const packing = io
      .toWeb(reader)
      .pipeThrough(new CompressionStream('gzip'))
      .pipeTo(io.toWeb(packed.writer));
    const unpacking = io.fromWeb(new DecompressionStream('gzip'));
    const copied = io.copy(packed.reader, unpacking.writer, { close: true });
    same(await io.readAll(unpacking.reader), all);
    await Promise.all([produced, packing]);
    ok((await copied) < SIZE);
  });

  test(`CompressionStream: an end that is cut off fails the far end with its very reason (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const far = io.pipe({ capacity });
    const piped = io.toWeb(reader).pipeThrough(new CompressionStream('gzip')).pipeTo(io.toWeb(far.writer));
    const got = rejects(io.readAll(far.reader), isOops);
    const failed = rejects(piped, isOops);
    await writer.write(all.subarray(0, capacity));
    writer.abort(oops);
    await Promise.all([got, failed]);
  });

  test(`pipeTo(): a sink that goes tells the source its very reason (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const far = io.pipe({ capacity });
    const piped = rejects(io.toWeb(reader).pipeTo(io.toWeb(far.writer)), isOops);
    const told = rejects(writer.closed, isOops);
    far.reader.abort(oops);
    await Promise.all([piped, told]);
  });

  test(`pipeTo(): a signal aborts both sides with its reason (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const far = io.pipe({ capacity });
    const stop = new AbortController();
    const piped = rejects(io.toWeb(reader).pipeTo(io.toWeb(far.writer), { signal: stop.signal }), isOops);
    const told = [rejects(writer.closed, isOops), rejects(far.reader.closed, isOops)];
    stop.abort(oops);
    await Promise.all([piped, ...told]);
  });

  test(`tee(): both branches get all of it (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const produced = produce(writer, all.subarray(0, 300_000));
    const [one, two] = io.toWeb(reader).tee();
    const got = await Promise.all([io.readAll(one), io.readAll(io.fromWeb(two))]);
    for (const bytes of got) same(bytes, all.subarray(0, 300_000));
    await produced;
  });

  test(`transfer: streams of ends go to another thread's port and work from there (${on})`, {
    skip: runtime === 'Bun' ? 'Bun transfers no streams' : false,
  }, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const back = io.pipe({ capacity });
    const { port1, port2 } = new MessageChannel();
    // It holds the event loop, as a worker would; the ports that carry a stream do not.
    const received = new Promise<TransformStream>((resolve) => {
      port2.addEventListener('message', (event) => resolve((event as MessageEvent).data));
      port2.start();
    });
    const streams = io.toWeb({ reader, writer: back.writer });
    port1.postMessage(streams, [streams.readable, streams.writable] as never);
    const { readable, writable } = await received;
    const echoed = io.copy(readable, writable, { close: true });
    const produced = produce(writer, all.subarray(0, 100_000));
    same(await io.readAll(back.reader), all.subarray(0, 100_000));
    equal(await echoed, 100_000);
    await produced;
    port1.close();
  });
}

test('fetch: a request and its response as ends, each the length of the other', {
  skip: runtime === 'a page' ? 'a page has no server, and sends a stream by HTTP/2 alone' : false,
}, async () => {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => void request.pipe(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { reader, writer } = io.pipe({ capacity: 4096 });
    const produced = produce(writer, all);
    const { body } = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      method: 'POST',
      body: io.toWeb(reader),
      duplex: 'half',
    } as RequestInit);
    same(await io.readAll(io.fromWeb(body as ReadableStream)), all);
    await produced;
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('Blob: copied without being held twice, and counted', async () => {
  const { reader, writer } = io.pipe({ capacity: 64 });
  const copied = io.copy(new Blob([all]).stream(), writer, { close: true });
  same(await io.readAll(reader), all);
  equal(await copied, SIZE);
});

test('a rendezvous stays one: nothing is taken of a write until the far end reads', async () => {
  const { reader, writer } = io.pipe();
  const far = io.fromWeb(io.toWeb(reader));
  const sent = writer.write(Uint8Array.of(1, 2, 3));
  const order: string[] = [];
  sent.then(() => order.push('written'));
  for (let turns = 0; turns < 3; turns++) await turn();
  equal(writer.bytesWritten, 0);
  order.push('reads');
  equal(await io.readFull(far, new Uint8Array(2)), 2);
  equal(writer.bytesWritten, 2);
  equal(await far.read(new Uint8Array(8)), 1);
  await sent;
  deepEqual(order, ['reads', 'written']);
});
