import type { Operation } from '../io/internal.js';
import { binding } from './binding.js';

/**
 * The event loop's part in waiting for somebody outside, on runtimes that do not say when their loop has run dry (Bun,
 * Deno): there a wait holds the loop while it lasts. Node says so, and outside.ts keeps its loop only with reason.
 */
export function hold(operation: Operation): void {
  if (SAYS_WHEN_DRY || !operation.pipe.isRefed(operation)) return;
  held.add(operation);
  if (held.size === 1) binding().hold(1);
}

/** `operation` does not wait any more. */
export function unhold(operation: Operation): void {
  if (held.delete(operation) && held.size === 0) binding().hold(0);
}

const SAYS_WHEN_DRY = !('Bun' in globalThis || 'Deno' in globalThis);
const held = new Set<Operation>();
