import {
  checkOptions,
  checkWhole,
  deadlockError,
  deadlockReport,
  describe,
  host,
  type Operation,
  waiting,
} from '../io/internal.js';

/** Options of `failWhenStuck()`. */
export interface FailWhenStuckOptions {
  /** Milliseconds in which the same operations have waited, and none of them has moved a byte. */
  readonly after: number;
}

/**
 * Calls `run()` and settles as it does, unless the program's pipes stand still meanwhile: then it rejects with the error
 * that a dry event loop gives, without waiting for the loop. For runtimes that give no sign of a dry loop (Bun, Deno,
 * browsers), and for tests: a runner keeps the loop alive, or ends the test before anyone can tell why.
 *
 * Standing still is: the operations that wait on ref'd ends, all of this thread's and not only those of `run`, were the
 * same at each of ten looks over `after` milliseconds, and none of them has moved a byte. That is a guess where a dry
 * loop is proof, since a timer or a socket might still end the wait: choose `after` well above what the slowest of them
 * takes, and `unref()` an end whose wait is meant to be idle. A run that hangs on anything but pipes is not its business.
 *
 * Nothing is done to the operations: they wait on, with their ends open, and what `run` comes to later is ignored. Its
 * timer holds the event loop, and is gone as soon as the promise has settled.
 *
 * @param run Called once, at once.
 * @param options.after In milliseconds, at least 1. Timers are not exact: the error comes a little later, never earlier.
 * @returns What `run()` resolves to.
 * @throws {DeadlockError} `ERR_PIPE_DEADLOCK`: the pipes stand still; its `waits` and its message list every wait.
 * @throws {TypeError} `run` is no function, or a wrong option.
 * @throws {RangeError} `after` is no whole number of milliseconds that a timer takes.
 * @throws What `run` throws or rejects with, as it is.
 * @example A test that would hang
 * ```ts
 * import * as io from 'pipework';
 * import { failWhenStuck } from 'pipework/testing';
 *
 * const { reader, writer } = io.pipe();
 * const run = async () => {
 *   await writer.write('hello'); // nobody reads yet
 *   return io.text(reader);
 * };
 * const error = await failWhenStuck(run, { after: 50 }).catch((error) => error);
 * console.log(error.code, error.waits[0].operation); // prints ERR_PIPE_DEADLOCK write
 * reader.close(); // the write was left waiting
 * ```
 */
export async function failWhenStuck<Value>(
  run: () => Value | PromiseLike<Value>,
  options: FailWhenStuckOptions,
): Promise<Value> {
  if (typeof run !== 'function') throw new TypeError(`run must be a function, got ${describe(run)}`);
  const after = checkAfter(options);
  const running = run();
  let timer: unknown;
  const stuck = new Promise<never>((_, reject) => {
    let seen = snapshot();
    let sames = 0; // looks in a row that saw what `seen` saw
    const look = (): void => {
      const now = snapshot();
      sames = now.operations.length > 0 && isSame(now, seen) ? sames + 1 : 0;
      seen = now;
      if (sames === LOOKS) reject(deadlockError(deadlockReport(now.operations)));
      else timer = host.setTimeout(look, after / LOOKS);
    };
    timer = host.setTimeout(look, after / LOOKS);
  });
  try {
    return await Promise.race([running, stuck]);
  } finally {
    host.clearTimeout(timer);
  }
}

/** Looks instead of one timer: a program that was busy or suspended for long has not stood still that long. */
const LOOKS = 10;

interface Snapshot {
  readonly operations: readonly Operation[];
  readonly moved: readonly number[]; // bytes
}

function snapshot(): Snapshot {
  const operations = waiting();
  return { operations, moved: operations.map(({ done }) => done) };
}

function isSame(one: Snapshot, other: Snapshot): boolean {
  return (
    one.operations.length === other.operations.length &&
    one.operations.every((operation, at) => operation === other.operations[at]) &&
    one.moved.every((moved, at) => moved === other.moved[at])
  );
}

/** Beyond it a timer fires at once. */
const AFTER_MAX = 2 ** 31 - 1; // milliseconds

function checkAfter(options: FailWhenStuckOptions): number {
  checkOptions('options', options, ['after']);
  const { after } = options;
  checkWhole('options.after', after, 1);
  if (after > AFTER_MAX)
    throw new RangeError(`options.after must be at most ${AFTER_MAX} milliseconds, got ${after}`);
  return after;
}
