import { host } from './host.js';
import { nextTurn } from './next-turn.js';
import { settled } from './settled.js';

/**
 * Gives timers and signals their turn. Calls that never wait for the event loop would keep it in one endless microtask;
 * every 64th call looks at the clock, and one that finds 10 ms gone settles in a later turn. Calls made while one is put
 * off settle behind it.
 */
export class Turns {
  #calls = 0;
  #since = 0; // milliseconds: when a call was put off last
  #last: Promise<void> | undefined; // the end of the newest call that is put off

  /** A promise for the result of a call that did not wait. */
  settle<Value>(value: Value): Promise<Value> {
    const isDue = this.#isDue();
    if (!isDue && this.#last === undefined) return Promise.resolve(value);
    return this.#putOff(Promise.resolve(value), isDue);
  }

  /** The same for a count, which needs no promise of its own. */
  settleCount(count: number): Promise<number> {
    const isDue = this.#isDue();
    if (!isDue && this.#last === undefined) return settled(count);
    return this.#putOff(settled(count), isDue);
  }

  /** The same for a call that waits for nothing but this turn, as it may turn out. An error is never put off. */
  wait<Value>(result: Promise<Value>): Promise<Value> {
    const isDue = this.#isDue();
    return isDue || this.#last !== undefined ? this.#putOff(result, isDue) : result;
  }

  /** The same for a call that waits for the event loop, which needs nothing but its place. */
  behind<Value>(result: Promise<Value>): Promise<Value> {
    return this.#last === undefined ? result : this.#putOff(result, false);
  }

  #isDue(): boolean {
    if ((++this.#calls & 63) !== 0) return false;
    const now = host.performance.now();
    if (this.#since === 0) this.#since = now;
    if (now - this.#since < TURN) return false;
    this.#since = now;
    return true;
  }

  #putOff<Value>(result: Promise<Value>, isDue: boolean): Promise<Value> {
    const turn = isDue ? new Promise<void>(nextTurn) : undefined;
    const before = [result, this.#last, turn] as const;
    // What comes behind waits for those before this call also when this one fails. (And not for the promise that is
    // returned: that one has to stay unhandled unless the caller handles it.)
    const last = Promise.allSettled(before).then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return Promise.all(before).then(([value]) => value);
  }
}

const TURN = 10; // milliseconds
