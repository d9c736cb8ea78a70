/**
 * A thread that has one end of a pipe, uses it in some way, and dies in some way. What it writes is `numbered`, so that
 * whatever came of it can be checked.
 */
import { parentPort, workerData } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { runtime } from '../runtimes/runtime.js';
import { locked } from './locked.js';
import { numbered } from './numbered.js';

/** How it uses the end, and then waits: blocked, awaiting, or not at all. */
export type Way = 'blocking' | 'awaiting' | 'idle';
export type Death = 'exit' | 'throw' | 'return' | 'memory' | 'none';

export interface Life {
  readonly handle: worker.ReaderHandle | worker.WriterHandle;
  readonly way: Way;
  /** Bytes that it moves before that. */
  readonly count: number;
  readonly death: Death;
}

const { handle, way, count, death } = workerData as Life;

async function live(): Promise<void> {
  if (handle.pipework === 'writer') {
    const writer = worker.openWriter(handle);
    const bytes = numbered(0, count);
    if (way === 'blocking') writer.writeBlocking(bytes);
    else await writer.write(bytes);
    if (runtime === 'a page') await locked(handle);
    parentPort?.postMessage('moved');
    if (death === 'return') return;
    if (death !== 'none') die(death);
    if (way === 'blocking') for (let at = count; ; at += 64) writer.writeBlocking(numbered(at, 64));
    if (way === 'awaiting') for (let at = count; ; at += 64) await writer.write(numbered(at, 64));
    hold(writer);
  } else {
    const reader = worker.openReader(handle);
    const into = new Uint8Array(64);
    for (let done = 0; done < count; ) {
      const part = into.subarray(0, count - done);
      done += (way === 'blocking' ? reader.readBlocking(part) : await reader.read(part)) ?? count;
    }
    if (runtime === 'a page') await locked(handle);
    parentPort?.postMessage('moved');
    if (death === 'return') return;
    if (death !== 'none') die(death);
    if (way === 'blocking') while (reader.readBlocking(into) !== null);
    if (way === 'awaiting') while ((await reader.read(into)) !== null);
    hold(reader);
  }
}

/** The collector does not take it, and the loop does not end. */
function hold(end: object): void {
  setInterval(() => end, 1000); // milliseconds
}

function die(how: 'exit' | 'throw' | 'memory'): never {
  if (how === 'exit') exit();
  if (how === 'throw') throw new Error('thrown on purpose');
  const all: unknown[] = [];
  for (;;) all.push(new Array(100_000).fill(all.length));
}

/** A worker of a page closes itself, and is gone when its code has returned. */
function exit(): never {
  if ('process' in globalThis) process.exit(0);
  (globalThis as unknown as { close(): void }).close();
  throw new Error('this thread is about to end');
}

await live();
