import type { StreamDrain } from './stream-drain.js';
import { asyncDispose, dispose } from './symbols.js';
import type { CallOptions, PipeWriter } from './types.js';

/** The writer of a pipe that a WritableStream empties: the public face of what `StreamDrain` does. */
export class WebWriter implements PipeWriter {
  readonly #drain: StreamDrain;

  constructor(drain: StreamDrain) {
    this.#drain = drain;
  }

  get name(): string {
    return this.#drain.name;
  }

  get bytesWritten(): number {
    return this.#drain.bytesWritten;
  }

  get closed(): Promise<void> {
    return this.#drain.writerClosed.promise;
  }

  write(chunk: Uint8Array | string, options?: CallOptions): Promise<number> {
    return this.#drain.write(this, chunk, options);
  }

  tryWrite(chunk: Uint8Array): number {
    return this.#drain.tryWrite(chunk);
  }

  close(): void {
    this.#drain.closeWriter();
  }

  abort(reason?: unknown): void {
    this.#drain.abortWriter(reason);
  }

  ref(): this {
    this.#drain.writerRefed = true;
    return this;
  }

  unref(): this {
    this.#drain.writerRefed = false;
    return this;
  }

  [dispose](): void {
    this.#drain.disposeWriter();
  }

  async [asyncDispose](): Promise<void> {
    // As of memory pipes: left without close() there is nothing to wait for.
    if (this.#drain.isWriterOpen) this.#drain.disposeWriter();
    else await this.#drain.writerClosed.promise;
  }
}
