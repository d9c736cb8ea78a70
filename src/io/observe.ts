/**
 * Where pipes report what they do to somebody that they do not know. Nobody listens as a rule, and then a report costs
 * one comparison, on the path of operations that wait anyway.
 */
import type { Operation } from './operation.js';

export interface Observer {
  /** `operation` starts to wait; called inside the call that made it. */
  parked(operation: Operation): void;
}

export let observer: Observer | undefined;

/** Sends all reports of this thread to `next` from now on; `undefined` ends them. */
export function observe(next: Observer | undefined): void {
  observer = next;
}
