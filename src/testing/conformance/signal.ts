import type { Signal } from '../../io/index.js';

/** An abort signal of our own, which counts its listeners; the contract asks for this shape and no more. */
export interface CountingSignal extends Signal {
  readonly listeners: number;
}

/** Makes such a signal and what fires it. Any value may be the reason. */
export function controller(): { readonly signal: CountingSignal; abort(reason: unknown): void } {
  const listeners = new Set<() => void>();
  const state: { aborted: boolean; reason: unknown } = { aborted: false, reason: undefined };
  const signal: CountingSignal = {
    get aborted() {
      return state.aborted;
    },
    get reason() {
      return state.reason;
    },
    get listeners() {
      return listeners.size;
    },
    addEventListener(_type, listener) {
      listeners.add(listener);
    },
    removeEventListener(_type, listener) {
      listeners.delete(listener);
    },
  };
  const abort = (reason: unknown): void => {
    if (state.aborted) return;
    state.aborted = true;
    state.reason = reason;
    for (const listener of [...listeners]) listener();
  };
  return { signal, abort };
}
