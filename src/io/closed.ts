/**
 * What an end's `closed` says. The outcome may come before anybody asks, and most ends are never asked, so the promise
 * is made at the first look; it is marked as handled, because not looking again is no mistake.
 */
export class Closed {
  #outcome: Outcome | undefined;
  #promise: Promise<void> | undefined;
  #settlers: Settlers | undefined;

  get promise(): Promise<void> {
    if (this.#promise === undefined) {
      this.#promise = new Promise<void>((resolve, reject) => {
        this.#settlers = { resolve, reject };
      });
      this.#promise.catch(() => {});
      this.#forward();
    }
    return this.#promise;
  }

  /** The first of `resolve` and `reject` counts. */
  resolve(): void {
    this.#end(resolved);
  }

  /** @param reason A function, since an error nobody looks at need not be made. */
  reject(reason: () => unknown): void {
    this.#end(({ reject }) => reject(reason()));
  }

  #end(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.#forward();
  }

  #forward(): void {
    if (this.#settlers !== undefined) this.#outcome?.(this.#settlers);
  }
}

interface Settlers {
  resolve(): void;
  reject(reason: unknown): void;
}

/** Settles the promise. */
type Outcome = (settlers: Settlers) => void;

const resolved: Outcome = ({ resolve }) => resolve();
