import { ChunkIterator } from './chunk-iterator.js';
import type { MemoryPipe } from './memory-pipe.js';
import { asyncDispose, dispose } from './symbols.js';
import type { CallOptions, PipeReader, Reader } from './types.js';

/** The end of a memory pipe that bytes come out of: the public face of what `MemoryPipe` does. */
export class MemoryReader implements PipeReader {
  readonly #pipe: MemoryPipe;

  constructor(pipe: MemoryPipe) {
    this.#pipe = pipe;
  }

  /** The pipe of `end`, unless its calls do more than the pipe's own. */
  static pipeOf(end: Reader): MemoryPipe | undefined {
    return end.read === MemoryReader.prototype.read ? (end as MemoryReader).#pipe : undefined;
  }

  get name(): string {
    return this.#pipe.name;
  }

  get bytesRead(): number {
    return this.#pipe.bytesRead;
  }

  get closed(): Promise<void> {
    return this.#pipe.readerClosed.promise;
  }

  read(into: Uint8Array, options?: CallOptions): Promise<number | null> {
    return this.#pipe.read(this, into, options);
  }

  tryRead(into: Uint8Array): number | null {
    return this.#pipe.tryRead(into);
  }

  close(): void {
    this.#pipe.closeReader();
  }

  abort(reason?: unknown): void {
    this.#pipe.abortReader(reason);
  }

  ref(): this {
    this.#pipe.readerRefed = true;
    return this;
  }

  unref(): this {
    this.#pipe.readerRefed = false;
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return new ChunkIterator(this, () => this.#pipe.readChunk(this));
  }

  [dispose](): void {
    this.#pipe.closeReader();
  }

  async [asyncDispose](): Promise<void> {
    this.#pipe.closeReader();
  }
}
