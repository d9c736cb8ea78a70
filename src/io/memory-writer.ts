import type { MemoryPipe } from './memory-pipe.js';
import { asyncDispose, dispose } from './symbols.js';
import type { CallOptions, PipeWriter, Writer } from './types.js';

/** The end of a memory pipe that bytes go into: the public face of what `MemoryPipe` does. */
export class MemoryWriter implements PipeWriter {
  readonly #pipe: MemoryPipe;

  constructor(pipe: MemoryPipe) {
    this.#pipe = pipe;
  }

  /** The pipe of `end`, unless its calls do more than the pipe's own. */
  static pipeOf(end: Writer): MemoryPipe | undefined {
    return end.write === MemoryWriter.prototype.write ? (end as MemoryWriter).#pipe : undefined;
  }

  get name(): string {
    return this.#pipe.name;
  }

  get bytesWritten(): number {
    return this.#pipe.bytesWritten;
  }

  get closed(): Promise<void> {
    return this.#pipe.writerClosed.promise;
  }

  write(chunk: Uint8Array | string, options?: CallOptions): Promise<number> {
    return this.#pipe.write(this, chunk, options);
  }

  tryWrite(chunk: Uint8Array): number {
    return this.#pipe.tryWrite(chunk);
  }

  close(): void {
    this.#pipe.closeWriter();
  }

  abort(reason?: unknown): void {
    this.#pipe.abortWriter(reason);
  }

  ref(): this {
    this.#pipe.writerRefed = true;
    return this;
  }

  unref(): this {
    this.#pipe.writerRefed = false;
    return this;
  }

  [dispose](): void {
    this.#pipe.disposeWriter();
  }

  async [asyncDispose](): Promise<void> {
    // Left without close() there is nothing to wait for, and a reader that went first is no news here: rejecting would
    // hide the error that the scope was left by.
    if (this.#pipe.isWriterOpen) this.#pipe.disposeWriter();
    else await this.#pipe.writerClosed.promise;
  }
}
