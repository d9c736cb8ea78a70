import type { PipeReader } from './types.js';

/** The most bytes that a chunk has. */
export const CHUNK_MAX = 65536;

/**
 * Walks a reader chunk by chunk, and closes it when the loop is left early. Written by hand: an async generator that is
 * left before its first `next()` never runs its `finally`, and the reader would stay open. In all else it does as one:
 * after `return()`, the end or an error it is over, also for calls of `next()` that wait then.
 */
export class ChunkIterator implements AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
  readonly #reader: PipeReader;
  readonly #readChunk: () => Promise<Uint8Array<ArrayBuffer> | null>;
  #isOver = false;

  constructor(reader: PipeReader, readChunk: () => Promise<Uint8Array<ArrayBuffer> | null>) {
    this.#reader = reader;
    this.#readChunk = readChunk;
  }

  async next(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    if (this.#isOver) return { done: true, value: undefined };
    try {
      const value = await this.#readChunk();
      if (value !== null) return { done: false, value };
    } catch (error) {
      if (!this.#isOver) {
        this.#isOver = true;
        throw error;
      }
    }
    this.#isOver = true;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array<ArrayBuffer>, undefined>> {
    this.#isOver = true;
    this.#reader.close();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
