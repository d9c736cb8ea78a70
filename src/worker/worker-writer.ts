import type { CallOptions, PipeWriter } from '../io/index.js';
import { asyncDispose, dispose } from '../io/internal.js';
import { handleOf, type WriterHandle } from './handle.js';
import type { WriteEnd } from './write-end.js';

/**
 * The end of a worker pipe that bytes go into. It is used in one thread at a time; `handle` takes it to another.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import * as worker from 'pipework/worker';
 *
 * const { reader, writer } = worker.pipe({ capacity: 16 });
 * writer.writeBlocking(new TextEncoder().encode('hello'));
 * writer.close();
 * console.log(await io.text(reader)); // prints hello
 * ```
 */
export class WorkerWriter implements PipeWriter {
  readonly #end: WriteEnd;
  #handle: WriterHandle | undefined;

  constructor(end: WriteEnd) {
    this.#end = end;
  }

  get name(): string {
    return this.#end.name;
  }

  /** Bytes that have gone into the pipe from this end in this thread; true also after an error. */
  get bytesWritten(): number {
    return this.#end.bytesWritten;
  }

  get closed(): Promise<void> {
    this.#end.watchOther();
    return this.#end.writerClosed.promise;
  }

  /**
   * The end as plain data for `postMessage` or `workerData`, to be claimed once, by `openWriter`, in any thread. To take it
   * spends this object: calls that wait, and all later ones, reject with `ClosedPipeError`, and neither `close()` nor the
   * collector does anything to the pipe. It is the same object at every look.
   *
   * @throws {ClosedPipeError} The end was closed or aborted.
   */
  get handle(): WriterHandle {
    this.#handle ??= handleOf('writer', this.#end);
    return this.#handle;
  }

  write(chunk: Uint8Array | string, options?: CallOptions): Promise<number> {
    return this.#end.write(this, chunk, options);
  }

  tryWrite(chunk: Uint8Array): number {
    return this.#end.tryWrite(chunk);
  }

  /**
   * As `write`, bytes only, but blocks the thread; calls of this end that wait already go first.
   *
   * @throws {DeadlockError} `ERR_PIPE_DEADLOCK`: only this thread could read, so it would block for ever. What fitted has
   * moved, and `bytesWritten` says how much.
   * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: the window of a page must not block.
   */
  writeBlocking(chunk: Uint8Array): number {
    return this.#end.writeBlocking(chunk);
  }

  close(): void {
    this.#end.close();
  }

  abort(reason?: unknown): void {
    this.#end.abort(reason);
  }

  ref(): this {
    this.#end.writerRefed = true;
    this.#end.holdOrLetGo();
    return this;
  }

  unref(): this {
    this.#end.writerRefed = false;
    this.#end.holdOrLetGo();
    return this;
  }

  [dispose](): void {
    this.#end.dispose();
  }

  async [asyncDispose](): Promise<void> {
    // Left without close() there is nothing to wait for, and a reader that went first is no news here: rejecting would
    // hide the error that the scope was left by.
    if (this.#end.isWriterOpen) this.#end.dispose();
    else await this.closed;
  }
}
