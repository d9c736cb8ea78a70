/**
 * What an end's `closed` says. The outcome may come before anybody asks, and most ends are never asked, so the promise
 * is made at the first look; it is marked as handled, because not looking again is no mistake.
 */
export class Closed {
  #outcome: 'pending' | 'resolved' | 'rejected' = 'pending';
  #reason: (() => unknown) | undefined; // a function, since an error nobody looks at need not be made
  #promise: Promise<void> | undefined;
  #settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined;

  get promise(): Promise<void> {
    if (this.#promise === undefined) {
      this.#promise = new Promise<void>((resolve, reject) => {
        this.#settle = { resolve, reject };
      });
      this.#promise.catch(() => {});
      this.#forward();
    }
    return this.#promise;
  }

  /** The first of `resolve` and `reject` counts. */
  resolve(): void {
    if (this.#outcome !== 'pending') return;
    this.#outcome = 'resolved';
    this.#forward();
  }

  reject(reason: () => unknown): void {
    if (this.#outcome !== 'pending') return;
    this.#outcome = 'rejected';
    this.#reason = reason;
    this.#forward();
  }

  #forward(): void {
    if (this.#outcome === 'resolved') this.#settle?.resolve();
    else if (this.#outcome === 'rejected') this.#settle?.reject(this.#reason?.());
  }
}
