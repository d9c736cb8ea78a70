import type { CallOptions, PipeWriter } from '../io/index.js';
import { asyncDispose, dispose } from '../io/internal.js';
import { available, capacity, setCapacity } from './capacity.js';
import { descriptorOf, releaseDescriptor } from './descriptor.js';
import type { KernelPipe } from './kernel-pipe.js';

/** For siblings: what `writer` was aborted with by its own side, or a write behind its close was given up; NONE otherwise. */
export let abortReasonOf: (writer: KernelWriter) => unknown;

/**
 * The end of a kernel pipe that bytes go into.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import * as os from 'pipework/os';
 *
 * const { reader, writer } = os.pipe();
 * await writer.write('in the kernel');
 * writer.close();
 * console.log(await io.text(reader)); // prints in the kernel
 * ```
 */
export class KernelWriter implements PipeWriter {
  readonly #pipe: KernelPipe;

  static {
    abortReasonOf = (writer) => writer.#pipe.writerReason;
  }

  constructor(pipe: KernelPipe) {
    this.#pipe = pipe;
  }

  get name(): string {
    return this.#pipe.name;
  }

  get bytesWritten(): number {
    return this.#pipe.writing.bytesWritten;
  }

  get closed(): Promise<void> {
    try {
      this.#pipe.watchForBreak();
    } catch (error) {
      // It cannot be watched now (EMFILE), and would not say when the reader goes; the next look tries again.
      const failed = Promise.reject(error);
      failed.catch(() => {});
      return failed;
    }
    return this.#pipe.writerClosed.promise;
  }

  /**
   * The number of a descriptor of this end for somebody else: a child's `stdio`, native code. It is blocking and stays
   * so, is closed together with this end, and is made at the first look. From then on the reader reaches the end only
   * when everybody else has closed theirs too, and the collector does not close the end.
   *
   * @throws {ClosedPipeError} The end was closed, or released.
   * @throws A system error of `open`, such as EMFILE; nothing was changed.
   */
  get fd(): number {
    return descriptorOf(this.#pipe, this.#pipe.writing, 'writer');
  }

  /**
   * Gives the end away: the descriptor `fd` is the caller's, to use and to close, and this end is spent.
   *
   * @returns The number.
   * @throws As `fd`; the end is as before then.
   */
  release(): number {
    return releaseDescriptor(this.#pipe, this.#pipe.writing, 'writer');
  }

  /** Bytes that the pipe holds: what the kernel granted, in whole pages. */
  get capacity(): number {
    return capacity(this.#pipe, this.#pipe.writing, 'writer');
  }

  /** @throws A system error: EPERM above /proc/sys/fs/pipe-max-size, EBUSY below what is in the pipe. */
  set capacity(bytes: number) {
    setCapacity(this.#pipe, this.#pipe.writing, 'writer', bytes);
  }

  /** Bytes in the pipe. */
  get available(): number {
    return available(this.#pipe, this.#pipe.writing, 'writer');
  }

  write(chunk: Uint8Array | string, options?: CallOptions): Promise<number> {
    return this.#pipe.writing.write(this, chunk, options);
  }

  tryWrite(chunk: Uint8Array): number {
    return this.#pipe.writing.tryWrite(chunk);
  }

  /**
   * As `write`, but blocks the thread; calls of this end that wait already go first.
   *
   * @throws {DeadlockError} `ERR_PIPE_DEADLOCK`: nobody but this thread could read, so it would block for ever. What
   * fitted has moved, and is in `bytesWritten`.
   */
  writeBlocking(chunk: Uint8Array): number {
    return this.#pipe.writing.writeBlocking(chunk);
  }

  close(): void {
    this.#pipe.closeWriter();
  }

  abort(reason?: unknown): void {
    this.#pipe.abortWriter(reason);
  }

  ref(): this {
    this.#pipe.refWriter(true);
    return this;
  }

  unref(): this {
    this.#pipe.refWriter(false);
    return this;
  }

  [dispose](): void {
    this.#pipe.disposeWriter();
  }

  async [asyncDispose](): Promise<void> {
    // Left without close() there is nothing to wait for; see MemoryWriter.
    if (this.#pipe.isWriterOpen) this.#pipe.disposeWriter();
    else await this.#pipe.writerClosed.promise;
  }
}
