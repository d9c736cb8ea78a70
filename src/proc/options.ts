import { checkOptions, checkWhole, describe } from '../io/arguments.js';
import type { Graph } from './graph.js';

/** Options of `scan()`. */
export interface ScanOptions {
  /** Only these processes, and whom `follow` adds; all that are to be seen by default. */
  readonly pid?: number | readonly number[] | undefined;
  /** Only processes of this user, by number, and whom `follow` adds. */
  readonly user?: number | undefined;
  /** Who is looked at besides those that were asked for: by default whoever has an end of their pipes. */
  readonly follow?: Follow | undefined;
  /** `false`: pipes are not opened to ask for their capacity and how much is in them. */
  readonly fill?: boolean | undefined;
  /** `false`: processes are not asked how many bytes they have read and written. */
  readonly traffic?: boolean | undefined;
  /** Also asks how long processes have not run, for `asleepFor`; that is one more file for each. */
  readonly asleep?: boolean | undefined;
  /** An earlier look, for `rates`. */
  readonly since?: Graph | undefined;
}

/**
 * `pipes`: who has an end of the same pipes, and of those processes' pipes, and so on; for that the descriptors of every
 * process are looked through. `children`: descendants. `nobody`: nobody else.
 */
export type Follow = 'pipes' | 'children' | 'nobody';

/** What was asked for, with nothing left open. */
export interface Wanted {
  /** Without doubles; `undefined`: all. */
  readonly pids: readonly number[] | undefined;
  readonly user: number | undefined;
  readonly follow: Follow;
  readonly fill: boolean;
  readonly traffic: boolean;
  readonly asleep: boolean;
  readonly since: Graph | undefined;
}

/** @throws {TypeError | RangeError} A wrong option, which the message names. */
export function checkScanOptions(options: ScanOptions): Wanted {
  checkOptions('options', options, KNOWN);
  const { pid, user, follow = 'pipes', fill = true, traffic = true, asleep = false, since } = options;
  if (user !== undefined) checkWhole('options.user', user, 0);
  if (!FOLLOWS.includes(follow)) {
    throw new TypeError(`options.follow must be 'pipes', 'children' or 'nobody', got ${describe(follow)}`);
  }
  checkBoolean('options.fill', fill);
  checkBoolean('options.traffic', traffic);
  checkBoolean('options.asleep', asleep);
  if (since !== undefined) checkGraph('options.since', since);
  return { pids: numbersOf(pid), user, follow, fill, traffic, asleep, since };
}

/** @throws {TypeError} It is none. `argument` is what the message calls it. */
export function checkGraph(argument: string, value: unknown): void {
  const { processes, pipes } = (value ?? {}) as { processes?: unknown; pipes?: unknown };
  if (!Array.isArray(processes) || !Array.isArray(pipes))
    throw new TypeError(`${argument} must be a graph that scan() gave, got ${describe(value)}`);
}

const KNOWN = ['pid', 'user', 'follow', 'fill', 'traffic', 'asleep', 'since'];
const FOLLOWS: readonly unknown[] = ['pipes', 'children', 'nobody'];

function numbersOf(pid: ScanOptions['pid']): readonly number[] | undefined {
  if (pid === undefined) return undefined;
  const pids: readonly number[] = Array.isArray(pid) ? pid : [pid];
  for (const [index, one] of pids.entries()) {
    checkWhole(Array.isArray(pid) ? `options.pid[${index}]` : 'options.pid', one, 1);
  }
  return [...new Set(pids)];
}

function checkBoolean(argument: string, value: unknown): void {
  if (typeof value !== 'boolean')
    throw new TypeError(`${argument} must be a boolean, got ${describe(value)}`);
}
