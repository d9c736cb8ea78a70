/** The few assertions that the cases need: no test runner's, so that any runner on any runtime can take them. */
import { describe } from '../../io/internal.js';

export function fail(message: string): never {
  throw new Error(message);
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) fail(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function ok(condition: boolean, what: string): void {
  if (!condition) fail(what);
}

/** Compares byte by byte; the message says where the two differ first. */
export function sameBytes(actual: Uint8Array, expected: Uint8Array, what: string): void {
  const length = Math.min(actual.length, expected.length);
  for (let at = 0; at < length; at++) {
    if (actual[at] !== expected[at])
      fail(`${what}: expected byte ${at} to be ${expected[at]}, got ${actual[at]}`);
  }
  if (actual.length !== expected.length)
    fail(`${what}: expected ${expected.length} bytes, got ${actual.length}`);
}

/** The value that `run` throws. */
export function thrownBy(run: () => unknown, what: string): unknown {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    return error;
  }
  return fail(`${what}: expected it to throw, got ${show(value)}`);
}

/** An error class, and what its instance must have besides. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/** That `error` is of `kind`, with these properties; `cause: undefined` asks for none. */
export function isError(
  error: unknown,
  kind: ErrorClass,
  properties: Readonly<Record<string, unknown>>,
  what: string,
): void {
  if (!(error instanceof kind)) fail(`${what}: expected a ${kind.name}, got ${show(error)}`);
  for (const [key, value] of Object.entries(properties))
    equal((error as unknown as Record<string, unknown>)[key], value, `${what}: ${key} of the ${kind.name}`);
}

export function show(value: unknown): string {
  return value instanceof Error ? `${value.name}: ${value.message}` : describe(value);
}
