/** What the `DeadlockError` of a program that stands still says: every operation that waits, the longest wait first. */
import { DeadlockError, type Wait } from './deadlock-error.js';
import type { Operation } from './operation.js';
import { traceOf } from './trace.js';

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
