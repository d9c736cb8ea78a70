import { settled } from '../io/internal.js';

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
    return this.#isTimeForOthers() ? this.#putOff(value) : Promise.resolve(value);
  }

  /** The same for a count, which needs no promise of its own. */
  settleCount(count: number): Promise<number> {
    return this.#isTimeForOthers() ? this.#putOff(count) : settled(count);
  }

  #isTimeForOthers(): boolean {
    if (this.#later !== undefined) return true;
    if ((++this.#calls & 63) !== 0) return false;
    const now = performance.now();
    if (this.#since === 0) this.#since = now;
    return now - this.#since >= TURN;
  }

  #putOff<Value>(value: Value): Promise<Value> {
    if (this.#later !== undefined) return this.#later.then(() => value);
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
