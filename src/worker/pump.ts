/** What a pump moves: an end, with the calls that wait there. */
export interface Pumped {
  /** Makes the calls that wait once more, in their order; whether any of them got further. */
  step(): boolean;
  /** Leaves the rest to whoever is told by another thread; `false` when there is something to look at first. */
  rest(): boolean;
  /** Looks again in a later turn. */
  lookLater(): void;
}

/**
 * Moves what waits on an end, or on both when they are in one thread: there each of them lets the other go on, without
 * any thread being woken.
 */
export class Pump {
  readonly #ends: readonly Pumped[];
  #isRunning = false;
  #isAsked = false; // to go on, from within

  constructor(ends: readonly Pumped[]) {
    this.#ends = ends;
  }

  /** Whether anything moved. */
  run(): boolean {
    if (this.#isRunning) {
      this.#isAsked = true;
      return false;
    }
    this.#isRunning = true;
    let hasMoved = this.#move();
    // Another thread that moves all the time gets this one to look again a few times, and then in a later turn.
    for (let tries = 0; !this.#rest(); tries++) {
      if (tries === TRIES_MAX) {
        for (const end of this.#ends) end.lookLater();
        break;
      }
      if (this.#move()) hasMoved = true;
    }
    this.#isRunning = false;
    return hasMoved;
  }

  #move(): boolean {
    let hasMoved = false;
    do {
      this.#isAsked = false;
      for (const end of this.#ends) if (end.step()) this.#isAsked = true;
      if (this.#isAsked) hasMoved = true;
    } while (this.#isAsked);
    return hasMoved;
  }

  #rest(): boolean {
    let isDone = true;
    for (const end of this.#ends) if (!end.rest()) isDone = false;
    return isDone && !this.#isAsked;
  }
}

const TRIES_MAX = 8;
