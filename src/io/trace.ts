/**
 * Tracing: remembers for each wait when it began and which line called it, so that a `DeadlockError` can say so. Off
 * until asked for, since a stack trace costs more than moving the bytes.
 */
import { describe } from './arguments.js';
import { host } from './host.js';
import { observe } from './observe.js';
import type { Operation } from './operation.js';

interface Trace {
  readonly since: number; // milliseconds since the epoch
  readonly stack: string;
}

const traces = new WeakMap<Operation, Trace>();

/**
 * Switches tracing on or off for the waits that begin from now on in this thread. With the environment variable
 * `PIPEWORK_TRACE=1` it is on from the start, where a runtime lets its environment be read without asking.
 *
 * @param on Whether a `DeadlockError` shall say how long each operation waited, in milliseconds, and what called it.
 * @throws {TypeError} `on` is no boolean; nothing has changed.
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * io.trace(true);
 * const { writer } = io.pipe();
 * const error = await writer.write('hello').catch((error) => error);
 * console.log(typeof error.waits[0].calledAt, error.waits[0].waited >= 0); // prints string true
 * ```
 */
export function trace(on: boolean): void {
  if (typeof on !== 'boolean') throw new TypeError(`on must be true or false, got ${describe(on)}`);
  observe(on ? { parked: remember } : undefined);
}

/** How long `operation` has waited, in milliseconds, and the line that called it, if tracing was on then. */
export function traceOf(operation: Operation): { waited: number; calledAt: string } | undefined {
  const trace = traces.get(operation);
  if (trace === undefined) return undefined;
  return { waited: Date.now() - trace.since, calledAt: callSite(trace.stack) };
}

/** Whether the environment asks for tracing. Deno would ask its user for leave to look, so there nobody looks. */
export function isTraceAskedFor(): boolean {
  return host.Deno === undefined && host.process?.env?.['PIPEWORK_TRACE'] === '1';
}

function remember(operation: Operation): void {
  traces.set(operation, { since: Date.now(), stack: new Error().stack ?? '' });
}

/** The innermost line of `stack` that is outside this folder, which its first line is in. */
function callSite(stack: string): string {
  const frames = stack.split('\n').filter((line) => /:\d+/.test(line));
  const [here = ''] = /[^\s(@]*\//.exec(frames[0] ?? '') ?? [];
  const frame = frames.find((line) => !line.includes(here)) ?? frames.at(-1) ?? 'an unknown line';
  return frame.trim().replace(/^at /, '');
}
