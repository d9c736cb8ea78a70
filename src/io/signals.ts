/**
 * What waits under an `AbortSignal`. A signal gets one listener however many calls share it: runtimes look through all
 * listeners of a target to add or remove one, so 100,000 of them would cost 100,000 squared, and warn of a leak at eleven.
 * It keeps none when the last of them has settled.
 */
import type { Operation } from './operation.js';
import type { Signal } from './types.js';

/** From now on `signal` gives up `operation`. */
export function watchSignal(signal: Signal, operation: Operation): void {
  operations.add(signal, operation);
  operation.signal = signal;
}

/** `operation` has settled; its signal does not matter to it any more. */
export function unwatchSignal(operation: Operation): void {
  const signal = operation.signal as Signal;
  operation.signal = undefined;
  operations.delete(signal, operation);
}

/** Calls `call` when `signal` fires, unless it has fired already. Returns what takes that back. */
export function onAbort(signal: Signal, call: () => void): () => void {
  calls.add(signal, call);
  return () => calls.delete(signal, call);
}

class Listeners<Item extends object> {
  readonly #end: (item: Item, signal: Signal) => void;
  readonly #watches = new WeakMap<Signal, { readonly items: Set<Item>; readonly listener: () => void }>();

  /** @param end What is done with each, in the order in which they came, when its signal fires. */
  constructor(end: (item: Item, signal: Signal) => void) {
    this.#end = end;
  }

  add(signal: Signal, item: Item): void {
    let watch = this.#watches.get(signal);
    if (watch === undefined) {
      const items = new Set<Item>();
      const listener = (): void => {
        // Each that is ended leaves the set, and may take others along.
        for (const each of items) this.#end(each, signal);
      };
      watch = { items, listener };
      signal.addEventListener('abort', listener); // before it counts as watched: a signal of somebody's own may throw
      this.#watches.set(signal, watch);
    }
    watch.items.add(item);
  }

  delete(signal: Signal, item: Item): void {
    const watch = this.#watches.get(signal);
    if (watch === undefined) return;
    watch.items.delete(item);
    if (watch.items.size > 0) return;
    this.#watches.delete(signal);
    signal.removeEventListener('abort', watch.listener);
  }
}

const operations = new Listeners<Operation>((operation, signal) =>
  operation.pipe.giveUp(operation, signal.reason),
);
const calls = new Listeners<() => void>((call) => call());
