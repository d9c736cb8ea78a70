/**
 * What waits under an `AbortSignal`. A signal gets one listener however many calls share it: runtimes look through all
 * listeners of a target to add or remove one, so 100,000 of them would cost 100,000 squared, and warn of a leak at eleven.
 * It keeps none when the last of them has settled.
 */
import type { Operation } from './operation.js';
import type { Signal } from './types.js';

/** From now on `signal` gives up `operation`. */
export function watchSignal(signal: Signal, operation: Operation): void {
  add(signal, operation);
  operation.signal = signal;
}

/** `operation` has settled; its signal does not matter to it any more. */
export function unwatchSignal(operation: Operation): void {
  const signal = operation.signal as Signal;
  operation.signal = undefined;
  remove(signal, operation);
}

/** Calls `call` when `signal` fires, unless it has fired already. Returns what takes that back. */
export function onAbort(signal: Signal, call: () => void): () => void {
  add(signal, call);
  return () => remove(signal, call);
}

/** What is given up, or called. */
type Item = Operation | (() => void);

interface Watch {
  readonly items: Set<Item>; // in the order in which they came
  readonly listener: () => void;
}

const watches = new WeakMap<Signal, Watch>();

function add(signal: Signal, item: Item): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    const items = new Set<Item>();
    const listener = (): void => {
      // Each that is ended leaves the set, and may take others along.
      for (const each of items) {
        if (typeof each === 'function') each();
        else each.pipe.giveUp(each, signal.reason);
      }
    };
    watch = { items, listener };
    signal.addEventListener('abort', listener); // before it counts as watched: a signal of somebody's own may throw
    watches.set(signal, watch);
  }
  watch.items.add(item);
}

function remove(signal: Signal, item: Item): void {
  const watch = watches.get(signal);
  if (!watch?.items.delete(item) || watch.items.size > 0) return;
  watches.delete(signal);
  signal.removeEventListener('abort', watch.listener);
}
