import { ChildDrain } from '../os/internal.js';

/** A stage's standard error, always taken, of which the last 64 KiB are kept. */
export class StderrTail {
  readonly drain: ChildDrain;

  #bytes = new Uint8Array(0);
  #length = 0; // bytes

  /** @throws A system error of `pipe2`; nothing is left open. */
  constructor(name: string) {
    this.drain = new ChildDrain(name, (bytes) => this.#append(bytes));
  }

  /** What came last. */
  get text(): string {
    if (this.#length === 0) return '';
    const kept = Math.min(this.#length, KEPT);
    const start = this.#length - kept;
    const isCut = this.drain.bytesRead > kept;
    return new TextDecoder().decode(
      this.#bytes.subarray(isCut ? this.#wholeFrom(start) : start, this.#length),
    );
  }

  /** The buffer holds up to twice what is kept, so that only every 64 KiB something is moved. */
  #append(bytes: Uint8Array): void {
    const last = bytes.length > KEPT ? bytes.subarray(bytes.length - KEPT) : bytes;
    if (this.#length + last.length > 2 * KEPT) {
      this.#bytes.copyWithin(0, this.#length - KEPT, this.#length);
      this.#length = KEPT;
    }
    const needed = this.#length + last.length;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.min(2 * KEPT, Math.max(needed, 2 * this.#bytes.length)));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(last, this.#length);
    this.#length = needed;
  }

  /** The first byte from `start` on that begins a character. */
  #wholeFrom(start: number): number {
    let at = start;
    while (at < this.#length && ((this.#bytes[at] as number) & 0xc0) === 0x80) at++;
    return at;
  }
}

const KEPT = 64 * 1024; // bytes
