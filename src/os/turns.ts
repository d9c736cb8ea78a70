/**
 * Gives timers and signals their turn. An end that never waits would keep the event loop in one endless microtask; one
 * that has not waited for 10 ms settles its next call in a later turn. Only every 64th call looks at the clock.
 */
export class Turns {
  #calls = 0;
  #since = 0; // milliseconds: the first look after the last wait
  #later: Promise<void> | undefined; // calls made while one is put off settle behind it

  /** The end had to wait: the event loop goes on by itself. */
  waited(): void {
    this.#since = 0;
  }

  /** A promise for the result of a call that did not wait. */
  settle<Value>(value: Value): Promise<Value> {
    if (this.#later !== undefined) return this.#later.then(() => value);
    if ((++this.#calls & 63) !== 0) return Promise.resolve(value);
    const now = performance.now();
    if (this.#since === 0) this.#since = now;
    if (now - this.#since < TURN) return Promise.resolve(value);
    this.#since = 0;
    const later = new Promise<void>((resolve) => setImmediate(resolve));
    this.#later = later;
    return later.then(() => {
      if (this.#later === later) this.#later = undefined;
      return value;
    });
  }
}

const TURN = 10; // milliseconds
