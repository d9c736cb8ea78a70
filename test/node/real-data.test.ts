/** 100 MB through what else moves bytes in a Node program, with our ends on both sides. */
import { equal } from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { test } from 'node:test';
import { createGunzip, createGzip } from 'node:zlib';
import * as io from 'pipework';
import { fromNode, toNode } from 'pipework/node';
import tar from 'tar-stream';
import { blocks, consume, produce, SIZE } from './real-data.js';

const BOUND = { timeout: 60_000 }; // milliseconds, against hanging only

test('fromNode: both ends of zlib, to the byte', BOUND, async () => {
  const packed = fromNode(createGzip({ level: 1 }));
  const plain = fromNode(createGunzip());
  const [sent, received] = await Promise.all([
    produce(packed.writer),
    consume(plain.reader),
    io.copy(packed.reader, plain.writer, { close: true }),
  ]);
  equal(received, sent);
});

test('toNode: a pipeline of zlib between two pipes', BOUND, async () => {
  const from = io.pipe();
  const to = io.pipe({ capacity: 65536 });
  const [sent, received] = await Promise.all([
    produce(from.writer),
    consume(to.reader),
    pipeline(toNode(from.reader), createGzip({ level: 1 }), createGunzip(), toNode(to.writer)),
  ]);
  equal(received, sent);
});

test('fromNode: CompressionStream and DecompressionStream, as Duplex streams of Node', BOUND, async () => {
  const packed = fromNode(Duplex.fromWeb(new CompressionStream('gzip'), { objectMode: false }));
  const plain = fromNode(Duplex.fromWeb(new DecompressionStream('gzip'), { objectMode: false }));
  const [sent, received] = await Promise.all([
    produce(packed.writer),
    consume(plain.reader),
    io.copy(packed.reader, plain.writer, { close: true }),
  ]);
  equal(received, sent);
});

test('toNode: the body of a Response', BOUND, async () => {
  const { reader, writer } = io.pipe();
  const response = new Response(Readable.toWeb(toNode(reader)) as globalThis.ReadableStream);
  const [sent, received] = await Promise.all([produce(writer), consume(readerOf(response.body))]);
  equal(received, sent);
});

test('toNode and fromNode: into a Blob and out of it', BOUND, async () => {
  const { reader, writer } = io.pipe();
  const response = new Response(Readable.toWeb(toNode(reader)) as globalThis.ReadableStream);
  const [sent, blob] = await Promise.all([produce(writer), response.blob()]);
  equal(blob.size, SIZE);
  equal(await consume(readerOf(blob.stream())), sent);
});

test('fetch sends a reader, the server answers with what it read, and the body is read', BOUND, async () => {
  await serving(
    async (request, response) => {
      await io.copy(fromNode(request), fromNode(response), { close: true });
    },
    async (url) => {
      const { reader, writer } = io.pipe();
      const body = Readable.toWeb(toNode(reader)) as globalThis.ReadableStream;
      const sent = produce(writer);
      const response = await fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit);
      equal(await consume(readerOf(response.body)), await sent);
    },
  );
});

test('http: a request is a writer, its response a reader', BOUND, async () => {
  await serving(
    async (request, response) => {
      const { reader, writer } = io.pipe({ capacity: 65536 });
      await Promise.all([pipeline(request, toNode(writer)), pipeline(toNode(reader), response)]);
    },
    async (url) => {
      const request = http.request(url, { method: 'POST' });
      const sent = produce(fromNode(request));
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      equal(await consume(fromNode(response)), await sent);
    },
  );
});

test(
  'tar-stream, whose streams are of a class of their own: an entry in, through a pipe, an entry out',
  BOUND,
  async () => {
    const pack = tar.pack();
    const extract = tar.extract();
    const entry = io.pipe();
    const archive = io.pipe({ capacity: 65536 });
    const received = once(extract, 'entry').then(async (event) => {
      const [header, stream, next] = event as [tar.Headers, tar.Entry, () => void];
      equal(header.name, 'access.log');
      const digest = await consume(fromNode(stream));
      next();
      return digest;
    });
    const [sent] = await Promise.all([
      produce(entry.writer),
      pipeline(toNode(entry.reader), pack.entry({ name: 'access.log', size: SIZE })).then(() =>
        pack.finalize(),
      ),
      io.copy(fromNode(pack), archive.writer, { close: true }),
      pipeline(toNode(archive.reader), extract),
    ]);
    equal(await received, sent);
  },
);

test(
  'toNode: what a Readable of Node reads from a generator is what comes out of a pipe',
  BOUND,
  async () => {
    const { reader, writer } = io.pipe();
    const { reader: plain, writer: direct } = io.pipe();
    const [received, sent] = await Promise.all([
      consume(reader),
      produce(direct),
      consume(plain),
      pipeline(Readable.from(blocks(), { objectMode: false }), toNode(writer)),
    ]);
    equal(received, sent);
  },
);

function readerOf(body: unknown): io.PipeReader {
  return fromNode(Readable.fromWeb(body as ReadableStream));
}

async function serving(
  serve: (request: http.IncomingMessage, response: http.ServerResponse) => Promise<void>,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  const server = http.createServer((request, response) => {
    serve(request, response).catch((error) => failures.push(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
  equal(failures.length, 0, String(failures[0]));
}
