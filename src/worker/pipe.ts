import type { PipeOptions } from '../io/index.js';
import { checkOptions, checkWhole, describe } from '../io/internal.js';
import { checkShared } from './check-shared.js';
import { CAPACITY_MAX, READER, SharedMemory, WRITER } from './protocol.js';
import { ReadEnd } from './read-end.js';
import { ownThread } from './thread.js';
import { WorkerReader } from './worker-reader.js';
import { WorkerWriter } from './worker-writer.js';
import { WriteEnd } from './write-end.js';

/** Both ends of one worker pipe. */
export interface WorkerPipeEnds {
  readonly reader: WorkerReader;
  readonly writer: WorkerWriter;
}

/**
 * Makes a pipe between threads, on shared memory. A write returns at once while the bytes fit, and waits when they do not;
 * the limit is exact to the byte. Both ends are this thread's at first; `handle` of either is sent to another one.
 *
 * @param options.capacity Bytes that the pipe holds, from 1 to 2^30; 65536 without it. Allocated at once.
 * @param options.name What reports call it, in every thread.
 * @returns Both ends.
 * @throws {TypeError} An option of the wrong type, or an unknown one.
 * @throws {RangeError} `capacity` is no whole number of bytes in that range, or more than the engine can allocate.
 * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: no memory can be shared here, as on a page that is not cross-origin
 * isolated; the message says what is missing.
 * @example A worker reads, and blocks
 * ```ts
 * import { isMainThread, Worker, workerData } from 'node:worker_threads';
 * import * as worker from 'pipework/worker';
 *
 * if (isMainThread) {
 *   const { reader, writer } = worker.pipe({ capacity: 4096 });
 *   new Worker(new URL(import.meta.url), { workerData: reader.handle });
 *   await writer.write(new Uint8Array(100_000)); // waits while the pipe is full
 *   writer.close();
 * } else {
 *   const reader = worker.openReader(workerData);
 *   const into = new Uint8Array(4096);
 *   let total = 0; // bytes
 *   for (let count = reader.readBlocking(into); count !== null; count = reader.readBlocking(into)) total += count;
 *   console.log(total); // prints 100000
 * }
 * ```
 */
export function pipe(options: PipeOptions = {}): WorkerPipeEnds {
  checkOptions('options', options, ['capacity', 'name']);
  const { capacity = CAPACITY, name } = options;
  checkWhole('capacity', capacity, 1);
  if (capacity > CAPACITY_MAX) {
    throw new RangeError(`capacity must be a whole number <= ${CAPACITY_MAX}, got ${capacity}`);
  }
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`name must be a string, got ${describe(name)}`);
  }
  checkShared();
  const memory = allocate(capacity);
  for (const side of [READER, WRITER]) memory.claim(side, 0, ownThread());
  const reading = new ReadEnd(name, memory);
  const writing = new WriteEnd(reading.name, memory);
  reading.link(writing);
  const ends = { reader: new WorkerReader(reading), writer: new WorkerWriter(writing) };
  reading.attach({ reader: ends.reader });
  writing.attach({ writer: ends.writer });
  return ends;
}

const CAPACITY = 65536; // bytes: that of a kernel pipe

function allocate(capacity: number): SharedMemory {
  try {
    return SharedMemory.create(capacity);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(
      `capacity must be a number of bytes that this engine can allocate, got ${capacity}`,
      { cause },
    );
  }
}
