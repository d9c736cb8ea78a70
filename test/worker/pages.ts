/** What there is in pages alone: a window, which must not block, workers in workers, frames, and pages that are not isolated. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import * as worker from 'pipework/worker';
import type { Case } from '../../scripts/runtimes/suite.js';
import { runtime } from '../runtimes/runtime.js';
import { type Place, runInPlainPage, start } from './page-places.js';
import { readAll, writeAll } from './survivor.js';
import { receive, send, type Traffic } from './traffic.js';

/** Until an end knows that the thread with the other one is gone. */
const SOON = 3000; // milliseconds

const PLACES: readonly Place[] = ['a worker', 'a worker in a worker', 'a frame', 'a worker of a frame'];
const awaited: Traffic = { total: 300_000, pieceMax: 2000, way: 'awaited', seed: 7 };
const blocking: Traffic = { ...awaited, way: 'blocking', seed: 8 };
const endless = 2 ** 40; // bytes

function traffic(from: Place | 'the window', to: Place | 'the window'): Case {
  return {
    name: `bytes from ${from} to ${to}: each arrives once, in order`,
    async run() {
      const { reader, writer } = worker.pipe({ capacity: 1000 });
      const there =
        to === 'the window' ? undefined : await start(to, { handle: reader.handle, traffic: wayOf(to) });
      const here =
        from === 'the window'
          ? undefined
          : await start(from, { handle: writer.handle, traffic: wayOf(from) });
      const [sent, received] = await Promise.all([
        here?.told ?? send(writer, awaited),
        there?.told ?? receive(reader, awaited),
      ]);
      match(String(sent), /^[0-9a-f]{16}$/);
      equal(received, sent);
      here?.remove();
      there?.remove();
    },
  };
}

/** What may block does. */
function wayOf(place: Place): Traffic {
  return place === 'a frame' ? awaited : blocking;
}

function death(where: Place, way: Traffic, kind: 'reader' | 'writer'): Case {
  return {
    name: `AbandonedPipeError: ${where} with the ${kind}, ${way.way}, is removed, and the window knows soon`,
    async run() {
      const { reader, writer } = worker.pipe({ capacity: 100 });
      const handle = kind === 'reader' ? reader.handle : writer.handle;
      const other = await start(where, { handle, traffic: { ...way, total: endless } });
      const surviving = kind === 'writer' ? readAll(reader, 'awaiting') : writeAll(writer, 'awaiting');
      const removed = performance.now();
      other.remove();
      const { code, message } = await unlessHung(surviving);
      const late = performance.now() - removed;
      equal(code, 'ERR_PIPE_ABANDONED', message);
      match(message, new RegExp(`the thread that had the ${kind} ended without close\\(\\)`));
      ok(late < SOON, `it was known after ${late} ms`);
    },
  };
}

const all: readonly Case[] = [
  {
    name: 'readBlocking(), writeBlocking(): in a window they say that it must not block, and nothing moves',
    async run() {
      const { reader, writer } = worker.pipe({ name: 'the pipe' });
      writer.tryWrite(new Uint8Array(3));
      const code = 'ERR_PIPE_UNSUPPORTED';
      throws(() => reader.readBlocking(new Uint8Array(3)), {
        code,
        message: 'the pipe: the window of a page must not block: await read() there, and block in a worker',
      });
      throws(() => writer.writeBlocking(new Uint8Array(3)), { code });
      equal(await reader.read(new Uint8Array(8)), 3);
    },
  },
  {
    name: 'UnsupportedError: on a page that is not isolated it names the two headers',
    async run() {
      const message =
        'this page has no SharedArrayBuffer, since it is not cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
      deepEqual(
        await runInPlainPage(new URL('./plain-page.js', import.meta.url).pathname),
        Array(3).fill(`ERR_PIPE_UNSUPPORTED ${message}`),
      );
    },
  },
  ...PLACES.flatMap((place) => [traffic('the window', place), traffic(place, 'the window')]),
  traffic('a worker', 'a worker'),
  traffic('a frame', 'a worker in a worker'),
  traffic('a worker in a worker', 'a worker of a frame'),
  ...PLACES.flatMap((where) =>
    (['reader', 'writer'] as const).flatMap((kind) => [
      death(where, awaited, kind),
      ...(where === 'a frame' ? [] : [death(where, blocking, kind)]),
    ]),
  ),
  ...(['reader', 'writer'] as const).map((kind) => ({
    name: `AbandonedPipeError: a worker with the ${kind} is removed, and another one that blocks hears of it from the window`,
    async run() {
      const { reader, writer } = worker.pipe({ capacity: 100 });
      const [dying, living] = kind === 'reader' ? [reader, writer] : [writer, reader];
      const way = { ...blocking, total: endless };
      const gone = await start('a worker', { handle: dying.handle, traffic: way });
      const left = await start('a worker', { handle: living.handle, traffic: way });
      const removed = performance.now();
      gone.remove();
      equal(await unlessHung(left.told), 'ERR_PIPE_ABANDONED');
      const late = performance.now() - removed;
      ok(late < SOON, `it was known after ${late} ms`);
      left.remove();
    },
  })),
];

/** Against hanging only. */
const LONG = 6000; // milliseconds

function unlessHung<Value>(promise: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing was known after ${LONG} ms`)), LONG);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export const pages: readonly Case[] = all.map((one) =>
  runtime === 'a page' ? one : { ...one, skip: 'this is about pages' },
);
