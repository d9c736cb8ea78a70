import type { Operation } from '../io/internal.js';
import { binding } from './binding.js';

/** Holds the event loop until `letLoopGo(holder)`. */
export function holdLoop(holder: object): void {
  held.add(holder);
  if (held.size === 1) binding().hold(1);
}

export function letLoopGo(holder: object): void {
  if (held.delete(holder) && held.size === 0) binding().hold(0);
}

/**
 * The event loop's part in waiting for somebody outside, on runtimes that do not say when their loop has run dry (Bun,
 * Deno): there a wait holds the loop while it lasts. Node says so, and outside.ts keeps its loop only with reason.
 */
export function hold(operation: Operation): void {
  if (!SAYS_WHEN_DRY && operation.pipe.isRefed(operation)) holdLoop(operation);
}

/** `operation` does not wait any more. */
export function unhold(operation: Operation): void {
  letLoopGo(operation);
}

const SAYS_WHEN_DRY = !('Bun' in globalThis || 'Deno' in globalThis);
const held = new Set<object>();
