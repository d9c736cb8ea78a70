/**
 * Every operation of this thread that waits on a pipe, and how one starts and stops to wait. What a program that stands
 * still is waiting for is this list; deadlock.ts reads it when the event loop has run dry.
 */
import { observer } from './observe.js';
import type { Operation, OperationQueue } from './operation.js';
import { unwatchSignal, watchSignal } from './signals.js';
import type { Signal } from './types.js';

// The list is a ring of links too, and for the same reason as OperationQueue has only its newest member held.
let newest: Operation | undefined;

/** Has `operation` wait, and returns the promise that settling it will settle. */
export function park<Value>(
  operation: Operation,
  queue: OperationQueue,
  signal: Signal | undefined,
): Promise<Value> {
  enlist(operation, queue, signal);
  if (observer !== undefined) observer.parked(operation);
  return new Promise<Value>(keepSettlers);
}

/** Links `operation`, with the settlers that it has, into `queue` and the list. */
export function enlist(operation: Operation, queue: OperationQueue, signal: Signal | undefined): void {
  if (signal !== undefined) watchSignal(signal, operation);
  operation.isWaiting = true;
  queue.add(operation);
  if (newest === undefined) {
    operation.older = operation;
    operation.newer = operation;
  } else {
    const oldest = newest.newer as Operation;
    operation.older = newest;
    operation.newer = oldest;
    newest.newer = operation;
    oldest.older = operation;
  }
  newest = operation;
}

/** Takes `operation` out of `queue` and the list; the caller settles it. */
export function unpark(operation: Operation, queue: OperationQueue): void {
  operation.isWaiting = false;
  queue.remove(operation);
  const older = operation.older as Operation;
  const newer = operation.newer as Operation;
  older.newer = newer;
  newer.older = older;
  if (newest === operation) newest = older === operation ? undefined : older;
  operation.older = undefined;
  operation.newer = undefined;
  if (operation.signal !== undefined) unwatchSignal(operation);
}

/** What waits now on ref'd ends, the longest wait first. */
export function waiting(): Operation[] {
  const operations: Operation[] = [];
  for (let at = newest?.newer; at !== undefined; at = at === newest ? undefined : at.newer) {
    if (at.pipe.isRefed(at)) operations.push(at);
  }
  return operations;
}

/** The executor of all promises of operations: it runs inside `park`. A closure for each would double what that allocates. */
function keepSettlers(resolve: (value: never) => void, reject: (reason: unknown) => void): void {
  const operation = newest as Operation;
  operation.resolve = resolve as (value: unknown) => void;
  operation.reject = reject;
}
