/**
 * For `node:assert/strict` in a page: the assertions that the tests use, as strict as Node's. What it cannot compare as
 * Node does it does not compare: it throws.
 */
import { inspect } from './inspect.js';

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** What an error is held against: a class, a check that gives `true`, text to match, or properties it has. */
type Expected =
  | (abstract new (
      ...args: never[]
    ) => unknown)
  | ((error: unknown) => boolean)
  | RegExp
  | object;

export function fail(message = 'Failed'): never {
  throw new AssertionError(message);
}

export function ok(value: unknown, message?: string | Error): void {
  if (!value) failWith(message, `expected something true, got ${inspect(value)}`);
}

export function equal(actual: unknown, expected: unknown, message?: string | Error): void {
  if (!Object.is(actual, expected))
    failWith(message, `expected ${inspect(expected)}, got ${inspect(actual)}`);
}

export function notEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  if (Object.is(actual, expected)) failWith(message, `expected anything but ${inspect(expected)}`);
}

export function deepEqual(actual: unknown, expected: unknown, message?: string | Error): void {
  if (!isSame(actual, expected)) failWith(message, `expected ${inspect(expected)}\ngot ${inspect(actual)}`);
}

export function match(actual: string, expected: RegExp, message?: string | Error): void {
  if (typeof actual !== 'string' || !expected.test(actual))
    failWith(message, `expected text that matches ${expected}, got ${inspect(actual)}`);
}

export function throws(run: () => unknown, expected?: Expected | string, message?: string): void {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    judge(error, expected, message);
    return;
  }
  failWith(message, `expected an exception, got ${inspect(value)}`);
}

export async function rejects(
  promise: PromiseLike<unknown> | (() => PromiseLike<unknown>),
  expected?: Expected | string,
  message?: string,
): Promise<void> {
  let value: unknown;
  try {
    value = await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    judge(error, expected, message);
    return;
  }
  failWith(message, `expected a rejection, got ${inspect(value)}`);
}

export default { deepEqual, equal, fail, match, notEqual, ok, rejects, throws };

function failWith(message: string | Error | undefined, why: string): never {
  if (message instanceof Error) throw message;
  throw new AssertionError(message === undefined ? why : `${message}: ${why}`);
}

/** Holds an error against what was expected of it. */
function judge(error: unknown, expected: Expected | string | undefined, message?: string): void {
  if (expected === undefined || typeof expected === 'string') return; // text is the message
  const got = inspect(error);
  if (expected instanceof RegExp) {
    if (!expected.test(String(error)))
      failWith(message, `expected an error that matches ${expected}, got ${got}`);
  } else if (typeof expected === 'function') {
    if (!isOf(error, expected))
      failWith(message, `expected an error as ${expected.name || expected}, got ${got}`);
  } else {
    const keys = Object.keys(expected).concat(expected instanceof Error ? ['name', 'message'] : []);
    if (keys.length === 0) throw new TypeError('expected names no property of the error');
    for (const key of keys) judgeProperty(error, key, (expected as Record<string, unknown>)[key], message);
  }
}

function judgeProperty(error: unknown, key: string, expected: unknown, message?: string): void {
  const holds = typeof error === 'object' && error !== null && key in error;
  const actual = holds ? (error as Record<string, unknown>)[key] : undefined;
  const isIt =
    expected instanceof RegExp && typeof actual === 'string'
      ? expected.test(actual)
      : holds && isSame(actual, expected);
  if (!isIt)
    failWith(
      message,
      `expected ${key} of the error to be ${inspect(expected)}, got ${inspect(actual)} of ${inspect(error)}`,
    );
}

/** By a class, or by a check. */
function isOf(error: unknown, expected: unknown): boolean {
  const { prototype } = expected as { prototype?: unknown };
  if (prototype !== undefined && error instanceof (expected as typeof Error)) return true;
  if (prototype instanceof Error || expected === Error) return false;
  return (expected as (error: unknown) => unknown)(error) === true;
}

function isSame(actual: unknown, expected: unknown): boolean {
  if (Object.is(actual, expected)) return true;
  if (typeof actual !== 'object' || typeof expected !== 'object' || actual === null || expected === null)
    return false;
  if (Object.getPrototypeOf(actual) !== Object.getPrototypeOf(expected)) return false;
  if (Array.isArray(actual) && actual.length !== (expected as unknown[]).length) return false;
  if (ArrayBuffer.isView(actual)) return isSameArray(actual, expected);
  if (!isComparable(actual)) throw new TypeError(`nothing here compares ${inspect(actual)}`);
  if (
    actual instanceof Error &&
    !['name', 'message', 'cause'].every((key) => isSameAt(actual, expected, key))
  )
    return false;
  const keys = ownKeys(actual);
  const others = new Set(ownKeys(expected));
  return (
    keys.length === others.size && keys.every((key) => others.has(key) && isSameAt(actual, expected, key))
  );
}

function isSameArray(actual: ArrayBufferView, expected: object): boolean {
  if (!(actual instanceof Uint8Array) || !(expected instanceof Uint8Array))
    throw new TypeError(`nothing here compares ${inspect(actual)}`);
  return actual.length === expected.length && actual.every((byte, at) => byte === expected[at]);
}

/** Made of properties and nothing else. */
function isComparable(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag === '[object Object]' || tag === '[object Array]' || value instanceof Error;
}

function ownKeys(value: object): (string | symbol)[] {
  return Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
}

function isSameAt(actual: object, expected: object, key: string | symbol): boolean {
  const [one, other] = [actual, expected] as Record<string | symbol, unknown>[];
  return isSame(one?.[key], other?.[key]);
}
