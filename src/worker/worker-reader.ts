import type { CallOptions, PipeReader } from '../io/index.js';
import { asyncDispose, ChunkIterator, dispose } from '../io/internal.js';
import type { ReaderHandle } from './handle.js';
import { handleOf } from './handle.js';
import type { ReadEnd } from './read-end.js';

/**
 * The end of a worker pipe that bytes come out of. It is used in one thread at a time; `handle` takes it to another.
 *
 * @example
 * ```ts
 * import * as worker from 'pipework/worker';
 *
 * const { reader, writer } = worker.pipe();
 * writer.writeBlocking(new Uint8Array(5));
 * console.log(reader.readBlocking(new Uint8Array(8))); // prints 5
 * ```
 */
export class WorkerReader implements PipeReader {
  readonly #end: ReadEnd;
  #handle: ReaderHandle | undefined;

  constructor(end: ReadEnd) {
    this.#end = end;
  }

  get name(): string {
    return this.#end.name;
  }

  /** Bytes read from this end in this thread; true also after an error. */
  get bytesRead(): number {
    return this.#end.bytesRead;
  }

  get closed(): Promise<void> {
    this.#end.watchOther();
    return this.#end.readerClosed.promise;
  }

  /**
   * The end as plain data for `postMessage` or `workerData`, to be claimed once, by `openReader`, in any thread. To take it
   * spends this object: calls that wait, and all later ones, reject with `ClosedPipeError`, and neither `close()` nor the
   * collector does anything to the pipe. It is the same object at every look.
   *
   * @throws {ClosedPipeError} The end was closed or aborted.
   */
  get handle(): ReaderHandle {
    this.#handle ??= handleOf('reader', this.#end);
    return this.#handle;
  }

  read(into: Uint8Array, options?: CallOptions): Promise<number | null> {
    return this.#end.read(this, into, options);
  }

  tryRead(into: Uint8Array): number | null {
    return this.#end.tryRead(into);
  }

  /**
   * As `read`, but blocks the thread; calls of this end that wait already go first.
   *
   * @throws {DeadlockError} `ERR_PIPE_DEADLOCK`: only this thread could write, so it would block for ever.
   * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: the window of a page must not block.
   */
  readBlocking(into: Uint8Array): number | null {
    return this.#end.readBlocking(into);
  }

  close(): void {
    this.#end.close();
  }

  abort(reason?: unknown): void {
    this.#end.abort(reason);
  }

  ref(): this {
    this.#end.readerRefed = true;
    this.#end.holdOrLetGo();
    return this;
  }

  unref(): this {
    this.#end.readerRefed = false;
    this.#end.holdOrLetGo();
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return new ChunkIterator(this, () => this.#end.readChunk(this));
  }

  [dispose](): void {
    this.#end.close();
  }

  async [asyncDispose](): Promise<void> {
    this.#end.close();
  }
}
