import type { CallOptions, PipeReader } from '../io/index.js';
import { asyncDispose, ChunkIterator, dispose } from '../io/internal.js';
import { available, capacity, setCapacity } from './capacity.js';
import { descriptorOf, releaseDescriptor } from './descriptor.js';
import type { KernelPipe } from './kernel-pipe.js';

/** For siblings: what reads reject with behind the last byte, since the writer failed in this program; NONE otherwise. */
export let failureOf: (reader: KernelReader) => unknown;

/**
 * The end of a kernel pipe that bytes come out of.
 *
 * @example
 * ```ts
 * import * as os from 'pipework/os';
 *
 * const { reader, writer } = os.pipe();
 * writer.writeBlocking(new Uint8Array(5));
 * console.log(reader.available, reader.readBlocking(new Uint8Array(8))); // prints 5 5
 * ```
 */
export class KernelReader implements PipeReader {
  readonly #pipe: KernelPipe;

  static {
    failureOf = (reader) => reader.#pipe.writerReason;
  }

  constructor(pipe: KernelPipe) {
    this.#pipe = pipe;
  }

  get name(): string {
    return this.#pipe.name;
  }

  get bytesRead(): number {
    return this.#pipe.reading.bytesRead;
  }

  get closed(): Promise<void> {
    return this.#pipe.readerClosed.promise;
  }

  /**
   * The number of a descriptor of this end for somebody else: a child's `stdio`, native code. It is blocking and stays
   * so, is closed together with this end, and is made at the first look. From then on others may read what this end
   * would have read, and the collector does not close the end.
   *
   * @throws {ClosedPipeError} The end was closed, or released.
   * @throws A system error of `open`, such as EMFILE; nothing was changed.
   */
  get fd(): number {
    return descriptorOf(this.#pipe, this.#pipe.reading, 'reader');
  }

  /**
   * Gives the end away: the descriptor `fd` is the caller's, to use and to close, and this end is spent.
   *
   * @returns The number.
   * @throws As `fd`; the end is as before then.
   */
  release(): number {
    return releaseDescriptor(this.#pipe, this.#pipe.reading, 'reader');
  }

  /** Bytes that the pipe holds: what the kernel granted, in whole pages. */
  get capacity(): number {
    return capacity(this.#pipe, this.#pipe.reading, 'reader');
  }

  /** @throws A system error: EPERM above /proc/sys/fs/pipe-max-size, EBUSY below what is in the pipe. */
  set capacity(bytes: number) {
    setCapacity(this.#pipe, this.#pipe.reading, 'reader', bytes);
  }

  /** Bytes in the pipe. */
  get available(): number {
    return available(this.#pipe, this.#pipe.reading, 'reader');
  }

  read(into: Uint8Array, options?: CallOptions): Promise<number | null> {
    return this.#pipe.reading.read(this, into, options);
  }

  tryRead(into: Uint8Array): number | null {
    return this.#pipe.reading.tryRead(into);
  }

  /**
   * As `read`, but blocks the thread; calls of this end that wait already go first.
   *
   * @throws {DeadlockError} `ERR_PIPE_DEADLOCK`: nobody but this thread could write, so it would block for ever.
   */
  readBlocking(into: Uint8Array): number | null {
    return this.#pipe.reading.readBlocking(into);
  }

  close(): void {
    this.#pipe.closeReader();
  }

  abort(reason?: unknown): void {
    this.#pipe.abortReader(reason);
  }

  ref(): this {
    this.#pipe.refReader(true);
    return this;
  }

  unref(): this {
    this.#pipe.refReader(false);
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return new ChunkIterator(this, () => this.#pipe.reading.readChunk(this));
  }

  [dispose](): void {
    this.#pipe.closeReader();
  }

  async [asyncDispose](): Promise<void> {
    this.#pipe.closeReader();
  }
}
