/**
 * Finds the program that stands still: when the event loop has run dry and operations still wait on ref'd ends, nothing
 * can end any of these waits, so each of them is given up with a `DeadlockError` that lists them all.
 *
 * Browsers have no such moment: a bundle for them takes no-watch-for-deadlock.ts in place of this file.
 */
import { deadlockError, deadlockReport } from './deadlock.js';
import { host } from './host.js';
import type { Operation } from './operation.js';
import { isTraceAskedFor, trace } from './trace.js';
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
