import { copyBytes, NOTHING } from './copy-bytes.js';

/**
 * Fixed-size byte ring: where a bounded pipe keeps what was written but not yet read.
 * Indices count bytes since creation and never wrap; only the slot they map to does, so empty is `head === tail` and
 * full is `tail - head === capacity`, with no spare slot.
 */
export class Ring {
  readonly capacity: number; // bytes
  #bytes: Uint8Array;
  #head = 0; // bytes pulled so far
  #tail = 0; // bytes pushed so far; head <= tail <= head + capacity
  #headSlot = 0; // head % capacity, kept beside it: a division costs more than the copy of a short message
  #tailSlot = 0; // tail % capacity

  /** @throws {RangeError} The engine refuses an array of `capacity` bytes. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bytes to pull. */
  get fill(): number {
    return this.#tail - this.#head;
  }

  /** Copies what fits of `source[start, end)` to the ring; returns how many bytes that were. */
  push(source: Uint8Array, start: number, end: number): number {
    const { capacity } = this;
    const count = Math.min(end - start, capacity - (this.#tail - this.#head));
    const slot = this.#tailSlot;
    const first = Math.min(count, capacity - slot);
    copyBytes(this.#bytes, slot, source, start, first);
    if (first < count) copyBytes(this.#bytes, 0, source, start + first, count - first);
    this.#tail += count;
    this.#tailSlot = slot + count < capacity ? slot + count : slot + count - capacity;
    return count;
  }

  /** Copies what is there to the start of `into`, at most `length` bytes; returns how many bytes that were. */
  pull(into: Uint8Array, length: number): number {
    const { capacity } = this;
    const count = Math.min(length, this.#tail - this.#head);
    const slot = this.#headSlot;
    const first = Math.min(count, capacity - slot);
    copyBytes(into, 0, this.#bytes, slot, first);
    if (first < count) copyBytes(into, first, this.#bytes, 0, count - first);
    this.#head += count;
    this.#headSlot = slot + count < capacity ? slot + count : slot + count - capacity;
    return count;
  }

  /** Drops what is in it, and the memory: nothing is pushed any more. */
  drop(): void {
    this.#head = this.#tail;
    this.#bytes = NOTHING;
  }
}
