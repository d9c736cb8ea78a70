/**
 * A ring of bytes as one writes it when nobody checks anything: no waiting, no ends, no close, no checks of arguments.
 * What the contract of `tryWrite` and `tryRead` costs is the difference to it. It copies as ours does, by `set`, and in
 * two pieces where the ring ends.
 */
import type { Rival, TryRing } from '../rival.js';

class PlainRing implements TryRing {
  readonly #bytes: Uint8Array;
  #head = 0; // bytes read so far
  #tail = 0; // bytes written so far

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  tryWrite(chunk: Uint8Array): number {
    const capacity = this.#bytes.length;
    const count = Math.min(chunk.length, capacity - (this.#tail - this.#head));
    const slot = this.#tail % capacity;
    const first = Math.min(count, capacity - slot);
    this.#bytes.set(first === chunk.length ? chunk : chunk.subarray(0, first), slot);
    if (first < count) this.#bytes.set(chunk.subarray(first, count), 0);
    this.#tail += count;
    return count;
  }

  tryRead(into: Uint8Array): number {
    const capacity = this.#bytes.length;
    const count = Math.min(into.length, this.#tail - this.#head);
    const slot = this.#head % capacity;
    const first = Math.min(count, capacity - slot);
    into.set(this.#bytes.subarray(slot, slot + first), 0);
    if (first < count) into.set(this.#bytes.subarray(0, count - first), first);
    this.#head += count;
    return count;
  }
}

export const rival: Rival = {
  title: 'plain ring of bytes',
  openRing: (capacity) => new PlainRing(capacity),
};
