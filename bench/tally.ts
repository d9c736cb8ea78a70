/**
 * The reader's work on what it reads, the same for every rival: it counts the bytes and looks at the first one of every
 * message, wherever the pipe cut the stream, so that no rival gets away without delivering and no compiler leaves the
 * reading out.
 */
export class Tally {
  readonly #size: number; // bytes of each message
  #total = 0; // bytes seen
  #sum = 0; // of the first bytes of all messages
  #next = 0; // where in the coming bytes the next message starts

  constructor(size: number) {
    this.#size = size;
  }

  add(bytes: Uint8Array, count: number): void {
    let at = this.#next;
    for (; at < count; at += this.#size) this.#sum += bytes[at] as number;
    this.#next = at - count;
    this.#total += count;
  }

  /** @throws {Error} These are not `messages` of `chunks` in turn. */
  check(messages: number, chunks: readonly Uint8Array[]): void {
    let sum = 0;
    for (let i = 0; i < messages; i++) sum += chunks[i % chunks.length]?.[0] as number;
    if (this.#total !== messages * this.#size || this.#sum !== sum) {
      throw new Error(
        `got ${this.#total} bytes with sum ${this.#sum}, not ${messages * this.#size} with ${sum}`,
      );
    }
  }
}

/**
 * A few messages that differ in every byte. They are sent in turn and never changed, so that rivals which pass
 * references on need no copy; few of them, so that their memory stays in the cache.
 */
export function messagesOf(size: number): Uint8Array[] {
  return [1, 2, 3, 4].map((byte) => new Uint8Array(size).fill(byte));
}
