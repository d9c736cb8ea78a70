import { ChunkIterator } from './chunk-iterator.js';
import type { MemoryPipe } from './memory-pipe.js';
import { MemoryReader } from './memory-reader.js';
import type { CallOptions } from './types.js';

/** What fills the pipe of a reader: it is told after each call that may wait. */
export interface Feed {
  pull(): void;
}

/** The reader of a pipe that has to be filled: like every reader, and each call that waits asks for more. */
export class FedReader extends MemoryReader {
  readonly #pipe: MemoryPipe;
  readonly #feed: Feed;

  constructor(pipe: MemoryPipe, feed: Feed) {
    super(pipe);
    this.#pipe = pipe;
    this.#feed = feed;
  }

  override read(into: Uint8Array, options?: CallOptions): Promise<number | null> {
    const count = super.read(into, options);
    this.#feed.pull();
    return count;
  }

  override [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    return new ChunkIterator(this, () => {
      const chunk = this.#pipe.readChunk(this);
      this.#feed.pull();
      return chunk;
    });
  }
}
