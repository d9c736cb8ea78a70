import { ChunkIterator } from './chunk-iterator.js';
import type { MemoryPipe } from './memory-pipe.js';
import { MemoryReader } from './memory-reader.js';
import type { StreamFeed } from './stream-feed.js';
import type { CallOptions } from './types.js';

/** The reader of a pipe that a ReadableStream fills: as any other, and each call that waits asks the stream for more. */
export class WebReader extends MemoryReader {
  readonly #pipe: MemoryPipe;
  readonly #feed: StreamFeed;

  constructor(pipe: MemoryPipe, feed: StreamFeed) {
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
