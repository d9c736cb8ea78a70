/**
 * Reasons as streams take them. `destroy()` takes some values for no error at all, and a stream that failed must not look as
 * if it had been let go: these travel inside an error, and come out again as they were.
 */
import { describe } from '../io/internal.js';

const reasons = new WeakMap<Error, { readonly reason: unknown }>();

/** What to destroy a stream with because of `reason`: itself, as a rule. */
export function streamError(reason: unknown): Error {
  if (reason) return reason as Error;
  const error = new Error(`the other side gave ${describe(reason)} as its reason`, { cause: reason });
  reasons.set(error, { reason });
  return error;
}

/** What a stream that was destroyed with `error` failed of. */
export function reasonOf(error: unknown): unknown {
  const kept = reasons.get(error as Error);
  return kept === undefined ? error : kept.reason;
}
