/**
 * What programs 3, 4, 6 and 7 have in common when a worker thread stands in the place of each goroutine: how a task is
 * done in a thread of its own, and what it does there. A thread prints nothing: what it says would come when the main
 * thread has time for it, so it is told, and printed here.
 */
import { once } from 'node:events';
import { parentPort, Worker } from 'node:worker_threads';
import * as io from 'pipework';
import * as worker from 'pipework/worker';
import { check, numbers, printNumbers } from './note.js';

export const SIZE = 40000; // bytes that are sent

/** What became of a task. */
export interface Done {
  /** What it has to say. */
  readonly line: string;
  /** Whether it moved all that it was to move. */
  readonly isAll: boolean;
  /** What it has read. */
  readonly output?: Uint8Array;
}

/** How a reader reads: once, or until its buffer is full. */
export type Way = 'one read' | 'readFull';

/** Sends through a pipe from one thread to another; what became of both tasks. */
export type Send = (ends: worker.WorkerPipeEnds, way: Way) => Promise<{ written: Done; got: Done }>;

/** Sends in each way through a pipe of each capacity. The exit status is 0 only when each outcome is right. */
export async function atEachCapacity(capacities: readonly number[], send: Send): Promise<void> {
  for (const capacity of capacities) {
    for (const way of ['one read', 'readFull'] as const) {
      console.group(`Capacity ${capacity}: ${way}`);
      const { written, got } = await send(worker.pipe({ capacity, name: 'the pipe' }), way);
      console.log(written.line);
      console.log(got.line);
      const expected = way === 'one read' ? Math.min(SIZE, capacity) : SIZE; // bytes
      const output = got.output ?? new Uint8Array(0);
      const isRight = check(output, expected) && written.isAll === (expected === SIZE);
      if (expected < SIZE) console.log(`Short: ${SIZE - expected} of ${SIZE} bytes never arrive.`);
      printNumbers(output);
      console.groupEnd();
      if (!isRight) process.exitCode = 1;
    }
  }
}

/** A thread in which the program at `url` runs once more, and there does one task after another, by `doTasks`. */
export class TaskThread {
  readonly #thread: Worker;

  constructor(url: string) {
    this.#thread = new Worker(new URL(url));
  }

  /** Has a task done; rejects when the thread fails. */
  async run(task: unknown): Promise<Done> {
    this.#thread.postMessage(task);
    const [done] = await once(this.#thread, 'message');
    return done;
  }

  async end(): Promise<void> {
    await this.#thread.terminate();
  }
}

/** In such a thread: does what it is told to. */
export function doTasks<Task>(run: (task: Task) => Done): void {
  parentPort?.on('message', (task: Task) => parentPort?.postMessage(run(task)));
}

/** Writes them, blocking, and closes. A reader that has gone is an outcome, and no crash. */
export function write(writer: worker.WorkerWriter): Done {
  try {
    const count = writer.writeBlocking(numbers(SIZE));
    return { line: `Written ${count} byte(s). [pipe between threads]`, isAll: count === SIZE };
  } catch (error) {
    if (!(error instanceof io.BrokenPipeError)) throw error;
    const { bytesWritten, name, code, message } = error;
    return { line: `Written ${bytesWritten} byte(s), then ${name}, ${code}: ${message}`, isAll: false };
  } finally {
    writer.close();
  }
}

/** Reads, blocking, and closes. */
export function read(reader: worker.WorkerReader, way: Way): Done {
  const output = new Uint8Array(SIZE);
  let count = reader.readBlocking(output) ?? 0; // bytes
  while (way === 'readFull' && count < SIZE) {
    const more = reader.readBlocking(output.subarray(count));
    if (more === null) break;
    count += more;
  }
  reader.close(); // a writer that still waits fails now
  const line = `Read ${count} byte(s). [pipe between threads]`;
  return { line, isAll: count === SIZE, output: output.subarray(0, count) };
}
