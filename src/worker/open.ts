import { describe } from '../io/internal.js';
import { checkShared } from './check-shared.js';
import type { ReaderHandle, WriterHandle } from './handle.js';
import { READER, SharedMemory, type SideLayout, WRITER } from './protocol.js';
import { ReadEnd } from './read-end.js';
import { ownThread } from './thread.js';
import { WorkerReader } from './worker-reader.js';
import { WorkerWriter } from './worker-writer.js';
import { WriteEnd } from './write-end.js';

/**
 * Claims a reader that came from another thread, or from this one.
 *
 * @param handle What `handle` of the reader gave there. It can be claimed once.
 * @returns The reader, for this thread.
 * @throws {TypeError} `handle` is none, of another version of this package, or was claimed already.
 * @throws {CorruptPipeError} `ERR_PIPE_CORRUPT`: the memory was spoilt meanwhile.
 * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: no memory can be shared here.
 * @example
 * ```ts
 * import { isMainThread, Worker, workerData } from 'node:worker_threads';
 * import * as worker from 'pipework/worker';
 *
 * if (isMainThread) {
 *   const { reader, writer } = worker.pipe();
 *   new Worker(new URL(import.meta.url), { workerData: reader.handle });
 *   await writer.write('to the worker');
 *   writer.close();
 * } else {
 *   const reader = worker.openReader(workerData);
 *   const into = new Uint8Array(64);
 *   console.log(reader.readBlocking(into)); // prints 13
 *   console.log(reader.readBlocking(into)); // prints null
 * }
 * ```
 */
export function openReader(handle: ReaderHandle): WorkerReader {
  checkShared();
  const end = new ReadEnd(handle?.name, claim(handle, 'reader', READER));
  const reader = new WorkerReader(end);
  end.attach({ reader });
  return reader;
}

/**
 * Claims a writer that came from another thread, or from this one.
 *
 * @param handle What `handle` of the writer gave there. It can be claimed once.
 * @returns The writer, for this thread.
 * @throws {TypeError} `handle` is none, of another version of this package, or was claimed already.
 * @throws {CorruptPipeError} `ERR_PIPE_CORRUPT`: the memory was spoilt meanwhile.
 * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: no memory can be shared here.
 * @example
 * ```ts
 * import { isMainThread, Worker, workerData } from 'node:worker_threads';
 * import * as io from 'pipework';
 * import * as worker from 'pipework/worker';
 *
 * if (isMainThread) {
 *   const { reader, writer } = worker.pipe();
 *   new Worker(new URL(import.meta.url), { workerData: writer.handle });
 *   console.log(await io.text(reader)); // prints from the worker
 * } else {
 *   const writer = worker.openWriter(workerData);
 *   writer.writeBlocking(new TextEncoder().encode('from the worker'));
 *   writer.close();
 * }
 * ```
 */
export function openWriter(handle: WriterHandle): WorkerWriter {
  checkShared();
  const end = new WriteEnd(handle?.name, claim(handle, 'writer', WRITER));
  const writer = new WorkerWriter(end);
  end.attach({ writer });
  return writer;
}

/** The memory of a pipe whose `side` is this thread's from now on. */
function claim(
  handle: ReaderHandle | WriterHandle,
  kind: 'reader' | 'writer',
  side: SideLayout,
): SharedMemory {
  const wrong = (what: string): TypeError =>
    new TypeError(`handle must be what handle of a ${kind} gave, got ${what}`);
  if (typeof handle !== 'object' || handle === null) throw wrong(describe(handle));
  const { pipework, memory, ticket, name } = handle;
  if (pipework !== kind) throw wrong(pipework === undefined ? describe(handle) : `that of a ${pipework}`);
  if (!isShared(memory)) throw wrong(`one with ${describe(memory)} as its memory`);
  if (!isTicket(ticket) || typeof name !== 'string') {
    throw wrong(`one with ${describe(ticket)} as its ticket and ${describe(name)} as its name`);
  }
  const opened = SharedMemory.open(memory);
  if (typeof opened === 'string') throw wrong(`one with ${opened}`);
  if (!opened.claim(side, ticket, ownThread())) {
    throw wrong(`one that was claimed already: the ${kind} of ${name} is in another place`);
  }
  return opened;
}

/** As the memory has it while the end is on its way: any other number could claim what somebody has, or is to get. */
function isTicket(ticket: unknown): boolean {
  return typeof ticket === 'number' && ticket === (ticket | 0) && (ticket & 1) === 0;
}

/** Of any realm: the getter looks at what the object is. */
function isShared(memory: unknown): memory is SharedArrayBuffer {
  try {
    Object.getOwnPropertyDescriptor(SharedArrayBuffer.prototype, 'byteLength')?.get?.call(memory);
    return true;
  } catch {
    return false;
  }
}
