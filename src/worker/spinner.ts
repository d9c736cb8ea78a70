import { host } from './host.js';
import { processors } from './thread.js';

/**
 * Looks for a while whether the other side has moved, before a thread goes to sleep: to be woken takes some 50 us, and one
 * that answers at once has done so in a few. How long adapts: twice as long after it was worth it, half as long after it
 * was not. Never on one processor, where the other side cannot move meanwhile.
 */
export class Spinner {
  #looks = LOOKS_MIN;

  /** Whether `hasNews` says yes within what is worth looking for. */
  spin(hasNews: () => boolean): boolean {
    if (processors() === 1) return false;
    const end = host.performance.now() + TIME_MAX;
    for (let looks = 1; looks <= this.#looks; looks++) {
      if (hasNews()) {
        this.#looks = Math.min(this.#looks * 2, LOOKS_MAX);
        return true;
      }
      pause?.();
      if (looks % LOOKS_PER_CLOCK === 0 && host.performance.now() > end) break;
    }
    this.#looks = Math.max(this.#looks / 2, LOOKS_MIN);
    return false;
  }
}

const TIME_MAX = 0.05; // milliseconds
const LOOKS_MIN = 64;
const LOOKS_MAX = 4096;
const LOOKS_PER_CLOCK = 64;

/** Tells the processor that this is a loop that waits. */
const pause = host.Atomics?.pause;
