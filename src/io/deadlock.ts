/**
 * Finds the program that stands still: when the event loop has run dry and operations still wait on ref'd ends, nothing
 * can end any of these waits, so each of them is given up with a `DeadlockError` that lists them all.
 */
import { DeadlockError, type Wait } from './errors.js';
import { host } from './host.js';
import type { Operation } from './operation.js';
import { isTraceAskedFor, trace, traceOf } from './trace.js';
import { waiting } from './waiting.js';

let watching = false;

/**
 * Called when a pipe first waits; the first time in a thread it installs the one `beforeExit` listener that stays. Node
 * calls that when the loop has run dry, in worker threads too. Browsers have no such moment, Deno and Bun may end with a
 * report of their own before it (docs/deadlocks.md): there `failWhenStuck` of pipework/testing looks without it.
 */
export function watchForDeadlock(): void {
  if (watching) return;
  watching = true;
  if (isTraceAskedFor()) trace(true);
  // First of all listeners: what the others start now may be ended by what else they start.
  host.process?.prependListener?.('beforeExit', look);
}

function look(): void {
  const stuck = waiting();
  void Promise.resolve().then(() => rememberLate(new Set(stuck)));
  if (stuck.length === 0) return;
  if (tryAll(stuck)) return;
  if (stuck.some((operation) => operation.pipe.awaitsOutside?.(operation))) return;
  // Whoever was outside may have acted after the first try, and gone before they were looked for.
  if (tryAll(stuck)) return;
  // Whoever handles these errors may get stuck once more. The event is emitted again only if something was alive in
  // between, so one turn of the loop is kept; only now, or a quiet worker would never end, and not for what a listener
  // of this event began, or one that does so each time would be called for ever.
  if (stuck.some((operation) => !late.has(operation))) keepOneTurn();
  const report = deadlockReport(stuck);
  for (const operation of stuck) {
    // Giving up one behind close() takes those behind it along.
    if (operation.isWaiting) operation.pipe.giveUp(operation, deadlockError(report, operation));
  }
}

/** Tries all waits once more; whether that moved anything. Then the loop goes on. */
function tryAll(stuck: readonly Operation[]): boolean {
  const hasMoved = stuck.map((operation) => operation.pipe.tryAgain?.() ?? false).includes(true);
  if (hasMoved) keepOneTurn();
  return hasMoved;
}

function keepOneTurn(): void {
  host.setImmediate?.(() => {});
}

/** Operations that other listeners of 'beforeExit' began. */
const late = new WeakSet<Operation>();

/** Runs after all listeners, and before anybody handles what `look` rejected. */
function rememberLate(before: ReadonlySet<Operation>): void {
  for (const operation of waiting()) if (!before.has(operation)) late.add(operation);
}

/** What a `DeadlockError` says of all the operations in `stuck`. */
export interface DeadlockReport {
  readonly message: string;
  readonly waits: readonly Wait[];
}

export function deadlockReport(stuck: readonly Operation[]): DeadlockReport {
  const waits = stuck.map(waitOf);
  const lines = stuck.slice(0, LISTED_MAX).map((operation) => `  ${sentence(operation)}`);
  if (waits.length > LISTED_MAX)
    lines.push(`  and ${waits.length - LISTED_MAX} more: see the property 'waits'`);
  const count = waits.length === 1 ? 'the one operation' : `all ${waits.length} operations`;
  const message =
    `the program stands still: nothing can end the wait of ${count} on its pipes\n${lines.join('\n')}\n` +
    'Another part of the program has to act, or to close() or abort() its end; unref() an end whose wait is meant to be idle.';
  return { message, waits };
}

export function deadlockError(report: DeadlockReport, operation?: Operation): DeadlockError {
  const bytesWritten = operation?.kind === 'write' ? operation.done : 0;
  return new DeadlockError(report.message, { bytesWritten, waits: report.waits });
}

/** A message of more lines than that helps nobody; the error's `waits` has them all. */
const LISTED_MAX = 100;

function waitOf(operation: Operation): Wait {
  const { pipe, kind, done, length } = operation;
  const { name, fill, capacity } = pipe;
  return { pipe: name, operation: kind, moved: done, asked: length, fill, capacity, ...traceOf(operation) };
}

function sentence(operation: Operation): string {
  const wait = waitOf(operation);
  const buffer = wait.capacity === 0 ? 'unbuffered' : `${wait.fill} of ${wait.capacity} bytes full`;
  const what =
    wait.operation === 'read'
      ? `read waits for the first of up to ${wait.asked} bytes`
      : `write has moved ${wait.moved} of ${wait.asked} bytes`;
  const since = wait.calledAt === undefined ? '' : `, for ${wait.waited} ms, called at ${wait.calledAt}`;
  const hint = operation.pipe.hint?.(operation);
  return `${wait.pipe} (${buffer}): ${what}${since}${hint === undefined ? '' : `; ${hint}`}`;
}
