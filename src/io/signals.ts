/**
 * Operations that wait under an `AbortSignal`. A signal gets one listener however many calls share it (runtimes look
 * through all listeners of a target to add or remove one, so 100,000 of them would cost 100,000 squared), and keeps
 * none when the last of them has settled.
 */
import type { Operation } from './operation.js';
import type { Signal } from './types.js';

interface Watch {
  readonly operations: Set<Operation>; // in call order
  readonly listener: () => void;
}

const watches = new WeakMap<Signal, Watch>();

/** From now on `signal` gives up `operation`. */
export function watchSignal(signal: Signal, operation: Operation): void {
  let watch = watches.get(signal);
  if (watch === undefined) {
    const operations = new Set<Operation>();
    const listener = (): void => {
      // Each that is given up leaves the set by unwatchSignal, and may take writes behind it along.
      for (const waiting of operations) waiting.pipe.giveUp(waiting, signal.reason);
    };
    watch = { operations, listener };
    signal.addEventListener('abort', listener); // before it counts as watched: a signal of somebody's own may throw
    watches.set(signal, watch);
  }
  watch.operations.add(operation);
  operation.signal = signal;
}

/** `operation` has settled; its signal does not matter to it any more. */
export function unwatchSignal(operation: Operation): void {
  const signal = operation.signal as Signal;
  operation.signal = undefined;
  const watch = watches.get(signal) as Watch;
  watch.operations.delete(operation);
  if (watch.operations.size === 0) {
    watches.delete(signal);
    signal.removeEventListener('abort', watch.listener);
  }
}
