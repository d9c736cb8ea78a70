/**
 * Our ends with Node's iterable streams, which are experimental and behind a flag: each case is a process of its own that has
 * it. A reader is what they take for a source, by its iterator; a writer is one of theirs when it is told what to do at the end.
 */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as io from 'pipework';
import { fromNode, toNode } from 'pipework/node';
import type { Case } from '../../scripts/runtimes/suite.js';

const FLAG = '--experimental-stream-iter';

/** Of what it has, what is used here; the types of Node 20 do not know it. */
interface StreamIter {
  from(source: unknown): AsyncIterable<Uint8Array[]>;
  pull(source: unknown, ...more: unknown[]): AsyncIterable<Uint8Array[]>;
  pipeTo(source: unknown, ...more: unknown[]): Promise<number>;
  share(source: unknown, options?: object): { pull(): AsyncIterable<Uint8Array[]> };
  text(source: unknown): Promise<string>;
  fromReadable(stream: unknown): AsyncIterable<Uint8Array[]>;
  fromWritable(stream: unknown): unknown;
  toReadable(source: unknown): import('node:stream').Readable;
}

/** A writer as `pipeTo` wants one: it ends what it wrote to, or fails it. */
const iterWriter = (writer: io.PipeWriter) => ({
  write: (chunk: Uint8Array, options?: io.CallOptions) => writer.write(chunk, options),
  end: () => writer.close(),
  fail: (reason: unknown) => writer.abort(reason),
});

const upper = (chunks: Uint8Array[] | null) =>
  chunks === null ? null : chunks.map((chunk) => chunk.map((byte) => byte & ~32));

const scenarios: Readonly<Record<string, (iter: StreamIter) => Promise<void>>> = {
  'pull(reader, transform) reads to the end': async ({ pull, text }) => {
    const { reader, writer } = io.pipe();
    const received = text(pull(reader, upper));
    await writer.write('hello');
    writer.close();
    equal(await received, 'HELLO');
  },
  'pull(reader) reads nothing before somebody wants it': async ({ pull }) => {
    const { reader, writer } = io.pipe();
    const sent = writer.write('first');
    const batches = pull(reader)[Symbol.asyncIterator]();
    await turns();
    equal(reader.bytesRead, 0);
    const { value } = await batches.next();
    deepEqual(value.map(String), [String(new TextEncoder().encode('first'))]);
    equal(await sent, 5);
    const next = writer.write('second');
    await turns();
    equal(reader.bytesRead, 5);
    await batches.return?.();
    await rejects(next, { code: 'EPIPE' });
  },
  "pull(reader) fails with the writer's reason, that very value": async ({ pull, text }) => {
    for (const reason of [new Error('half of it'), 'a string', null]) {
      const { reader, writer } = io.pipe({ capacity: 16 });
      await writer.write('half');
      writer.abort(reason);
      equal(await text(pull(reader)).catch((error) => error), reason);
    }
  },
  'pull(reader) that is left, or aborted by its signal while it waits, closes the reader': async ({
    pull,
    text,
  }) => {
    const left = io.pipe({ capacity: 16 });
    await left.writer.write('some');
    for await (const batch of pull(left.reader)) {
      equal(batch.length, 1);
      break;
    }
    await rejects(left.writer.write('more'), { code: 'EPIPE' });
    const stopped = io.pipe();
    const stop = new AbortController();
    const received = text(pull(stopped.reader, { signal: stop.signal }));
    await turns();
    const reason = new Error('stop');
    stop.abort(reason);
    equal(await received.catch((error) => error), reason);
    // Node 26 leaves the source's iterator when what it waits for has come.
    await stopped.writer.write('more').catch(() => {});
    await turns();
    await rejects(stopped.writer.write('more'), { code: 'EPIPE' });
  },
  'pipeTo(reader, sink) closes the reader when the sink fails': async ({ pipeTo }) => {
    const { reader, writer } = io.pipe();
    const reason = new Error('disk full');
    const done = pipeTo(reader, { write: () => Promise.reject(reason) });
    equal(await writer.write('some'), 4);
    equal(await done.catch((error) => error), reason);
    await rejects(writer.write('more'), { code: 'EPIPE' });
  },
  'pipeTo(source, writer) waits for each write, and leaves the writer open, as copy() does': async ({
    pipeTo,
  }) => {
    const { reader, writer } = io.pipe();
    let asked = 0;
    const source = (async function* () {
      for (const text of ['one', 'two']) {
        asked++;
        yield new TextEncoder().encode(text);
      }
    })();
    const done = pipeTo(source, writer);
    await turns();
    equal(asked, 1);
    const into = new Uint8Array(6);
    equal(await io.readFull(reader, into), 6);
    equal(Buffer.from(into).toString(), 'onetwo');
    equal(await done, 6);
    writer.close();
    equal(await reader.read(into), null);
  },
  "pipeTo(source, { write, end, fail }) ends the pipe, or fails it with the source's error, that very value":
    async ({ pipeTo }) => {
      const whole = io.pipe();
      const received = io.text(whole.reader);
      equal(await pipeTo(['one', 'two'], iterWriter(whole.writer)), 6);
      equal(await received, 'onetwo');
      const cut = io.pipe({ capacity: 16 });
      const reason = new Error('the source failed');
      const source = (async function* () {
        yield 'half';
        throw reason;
      })();
      equal(await pipeTo(source, iterWriter(cut.writer)).catch((error) => error), reason);
      equal(await cut.reader.read(new Uint8Array(8)), 4);
      equal(await cut.reader.read(new Uint8Array(8)).catch((error) => error), reason);
    },
  "pipeTo(source, writer) rejects with the reader's reason": async ({ pipeTo }) => {
    const { reader, writer } = io.pipe();
    const done = pipeTo(['one', 'two'], writer);
    const reason = new Error('enough');
    await turns();
    reader.abort(reason);
    equal(await done.catch((error) => error), reason);
  },
  'share(reader) gives every consumer all of it': async ({ share, text }) => {
    const { reader, writer } = io.pipe();
    const shared = share(reader);
    const received = Promise.all([text(shared.pull()), text(shared.pull())]);
    await writer.write('for ');
    await writer.write('both');
    writer.close();
    deepEqual(await received, ['for both', 'for both']);
  },
  'its protocol: a stream by toNode() is a source, and a Writable by toNode() a writer': async ({
    from,
    fromReadable,
    fromWritable,
    pipeTo,
    text,
  }) => {
    for (const sourceOf of [from, fromReadable]) {
      const { reader, writer } = io.pipe();
      const received = text(sourceOf(toNode(reader)));
      await writer.write('hello');
      writer.close();
      equal(await received, 'hello');
    }
    const { reader, writer } = io.pipe();
    const received = io.text(reader);
    // It refuses to write to a stream that never has room.
    const sink = fromWritable(toNode(writer, { highWaterMark: 16 }));
    equal(await pipeTo(['one', 'two'], sink), 6);
    equal(await received, 'onetwo');
  },
  'its protocol: fromNode() of what toReadable() makes of a source': async ({ from, toReadable }) => {
    equal(await io.text(fromNode(toReadable(from(['one', 'two'])))), 'onetwo');
  },
};

/** The cases on this runtime, if it has the module. */
export function streamIter(): Case[] {
  const cases = streamIterOn(process.execPath);
  if (process.allowedNodeEnvironmentFlags.has(FLAG)) return cases;
  return cases.map((one) => ({ ...one, skip: 'this runtime has no node:stream/iter' }));
}

/** The cases on the Node at the path `program`, which has it. */
export function streamIterOn(program: string): Case[] {
  return Object.keys(scenarios).map((name) => ({
    name,
    async run() {
      const args = [FLAG, '--no-warnings', fileURLToPath(import.meta.url), name];
      const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: HANG_AFTER });
      deepEqual([status, stdout, stderr], [0, 'done\n', '']);
    },
  }));
}

const HANG_AFTER = 30_000; // milliseconds, against hanging only

async function turns(): Promise<void> {
  for (let count = 0; count < 5; count++) await new Promise((resolve) => setImmediate(resolve));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const name = 'node:stream/iter';
  const scenario = scenarios[process.argv[2] as string];
  await scenario?.((await import(name)) as StreamIter);
  console.log('done');
}
