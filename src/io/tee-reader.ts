import { ChunkIterator } from './chunk-iterator.js';
import { asyncDispose, dispose } from './symbols.js';
import type { TeeBranch } from './tee-branch.js';
import type { CallOptions, PipeReader } from './types.js';

/** The reader of a branch: the public face of what `TeeBranch` does. */
export class TeeReader implements PipeReader {
  readonly #branch: TeeBranch;

  constructor(branch: TeeBranch) {
    this.#branch = branch;
  }

  get name(): string {
    return this.#branch.name;
  }

  get bytesRead(): number {
    return this.#branch.bytesRead;
  }

  get closed(): Promise<void> {
    return this.#branch.readerClosed.promise;
  }

  read(into: Uint8Array, options?: CallOptions): Promise<number | null> {
    return this.#branch.read(this, into, options);
  }

  tryRead(into: Uint8Array): number | null {
    return this.#branch.tryRead(into);
  }

  close(): void {
    this.#branch.closeReader();
  }

  abort(reason?: unknown): void {
    this.#branch.abortReader(reason);
  }

  ref(): this {
    this.#branch.refReader(true);
    return this;
  }

  unref(): this {
    this.#branch.refReader(false);
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return new ChunkIterator(this, () => this.#branch.readChunk(this));
  }

  [dispose](): void {
    this.#branch.closeReader();
  }

  async [asyncDispose](): Promise<void> {
    this.#branch.closeReader();
  }
}
