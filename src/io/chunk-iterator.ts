import type { PipeReader } from './types.js';

/** The most bytes that a chunk has. */
export const CHUNK_MAX = 65536;

/**
 * Walks a reader chunk by chunk, and closes it when the loop is left early. Written by hand: an async generator that is
 * left before its first `next()` never runs its `finally`, and the reader would stay open.
 */
export class ChunkIterator implements AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
  readonly #reader: PipeReader;
  readonly #readChunk: () => Promise<Uint8Array<ArrayBuffer> | null>;

  constructor(reader: PipeReader, readChunk: () => Promise<Uint8Array<ArrayBuffer> | null>) {
    this.#reader = reader;
    this.#readChunk = readChunk;
  }

  async next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    const value = await this.#readChunk();
    return value === null ? { done: true, value: undefined } : { done: false, value };
  }

  async return(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    this.#reader.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
