/**
 * Every operation of this thread that waits on a pipe, and how one starts and stops to wait. What a program that stands
 * still is waiting for is this list; deadlock.ts reads it when the event loop has run dry.
 */
import { observer } from './observe.js';
import type { Operation, OperationQueue } from './operation.js';
import { unwatchSignal, watchSignal } from './signals.js';
import type { Signal } from './types.js';

let oldest: Operation | undefined;
let newest: Operation | undefined;

/** Links `operation` into `queue` and the list, and returns the promise that settling it will settle. */
export function park<Value>(
  operation: Operation,
  queue: OperationQueue,
  signal: Signal | undefined,
): Promise<Value> {
  if (signal !== undefined) watchSignal(signal, operation);
  queue.add(operation);
  operation.older = newest;
  if (newest === undefined) oldest = operation;
  else newest.newer = operation;
  newest = operation;
  if (observer !== undefined) observer.parked(operation);
  const promise = new Promise<Value>(keepSettlers);
  operation.resolve = resolveOfNew;
  operation.reject = rejectOfNew;
  return promise;
}

/** Takes `operation` out of `queue` and the list; the caller settles it. */
export function unpark(operation: Operation, queue: OperationQueue): void {
  operation.isWaiting = false;
  queue.remove(operation);
  const { older, newer } = operation;
  if (older === undefined) oldest = newer;
  else older.newer = newer;
  if (newer === undefined) newest = older;
  else newer.older = older;
  operation.older = undefined;
  operation.newer = undefined;
  if (operation.signal !== undefined) unwatchSignal(operation);
}

/** What waits now on ref'd ends, the longest wait first. */
export function waiting(): Operation[] {
  const operations: Operation[] = [];
  for (let at = oldest; at !== undefined; at = at.newer) if (at.pipe.isRefed(at)) operations.push(at);
  return operations;
}

// One executor for all promises: a closure for each would double what parking allocates.
let resolveOfNew: (value: unknown) => void;
let rejectOfNew: (reason: unknown) => void;

function keepSettlers(resolve: (value: never) => void, reject: (reason: unknown) => void): void {
  resolveOfNew = resolve as (value: unknown) => void;
  rejectOfNew = reject;
}
