import { checkBytes } from './arguments.js';
import { EMPTY_MAX } from './checked-ends.js';
import { NOTHING } from './copy-bytes.js';
import type { Reader } from './types.js';

/** What the toolkit reads an iterable of bytes with. What a chunk has more than a read asks for waits for the next read. */
export class IterableReader implements Reader {
  readonly #argument: string;
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  #rest: Uint8Array = NOTHING;
  #isOver = false;

  constructor(argument: string, iterable: AsyncIterable<unknown> | Iterable<unknown>) {
    this.#argument = argument;
    this.#iterator =
      Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
  }

  async read(into: Uint8Array): Promise<number | null> {
    for (let empty = 0; this.#rest.length === 0; empty++) {
      if (empty === EMPTY_MAX) {
        throw new TypeError(`${this.#argument} must give bytes, got ${EMPTY_MAX} chunks of 0 bytes in a row`);
      }
      const chunk = await this.#next();
      if (chunk === null) return null;
      this.#rest = chunk;
    }
    const count = Math.min(into.length, this.#rest.length);
    into.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  async close(): Promise<void> {
    if (!this.#isOver) await this.#iterator.return?.();
  }

  /** Waits for nothing: an iterator that is busy may be so for ever. */
  abort(): void {
    this.close().catch(() => {});
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#isOver) return null;
    let result: IteratorResult<unknown>;
    try {
      result = await this.#iterator.next();
    } catch (error) {
      this.#isOver = true;
      throw error;
    }
    if (result.done) {
      this.#isOver = true;
      return null;
    }
    const { value } = result;
    checkBytes(`each chunk of ${this.#argument}`, value);
    return value;
  }
}
