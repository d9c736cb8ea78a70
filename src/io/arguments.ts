/**
 * Checks of what callers pass, made at the door and before anything moves. Each message names the argument and ends
 * with the value received.
 */
import type { Operation } from './operation.js';
import type { CallOptions, Signal } from './types.js';

// The getter looks at what the object is, not at what it says it is: it tells a Uint8Array of another realm (an iframe,
// node:vm, a test runner's sandbox) from a proxy or an object with that prototype, which instanceof does not.
const typedArrayName = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get as () => string | undefined;

/** Whether `value` is a `Uint8Array`, of any realm and any subclass (`Buffer`), over any kind of memory. */
export function isBytes(value: unknown): value is Uint8Array {
  return typedArrayName.call(value) === 'Uint8Array';
}

/** @throws {TypeError} `value` is no bytes, or its memory was taken away; `also` names what else would have done. */
export function checkBytes(argument: string, value: unknown, also = ''): asserts value is Uint8Array {
  if (!isBytes(value)) {
    throw new TypeError(
      `${argument} must be a Uint8Array${also}, got ${describe(value)}${howToConvert(value)}`,
    );
  }
  const { length } = value;
  // The last byte is asked too, since `length` alone may be stale (see isShort in operation.ts).
  if (length === 0 ? isOutOfBounds(value) : value[length - 1] === undefined) {
    throw new TypeError(
      `${argument} must be a Uint8Array${also}, got one whose memory was detached or shrank`,
    );
  }
}

/** The error for memory that was detached, or shrank, while `operation` had it. */
export function memoryGone(argument: 'into' | 'chunk', operation: Operation): TypeError {
  const { bytes, length } = operation;
  return new TypeError(
    `${argument} must keep its memory while it is lent: it was detached or shrank, got ${bytes?.length} of ${length} bytes`,
  );
}

/** The signal in the options of a call that may have `known`, or `undefined`. @throws {TypeError} No such options. */
export function signalOf(
  options: CallOptions | undefined,
  known: readonly string[] = CALL_OPTIONS,
): Signal | undefined {
  if (options === undefined) return undefined;
  checkOptions('options', options, known);
  const { signal } = options;
  if (signal !== undefined) checkSignal(signal);
  return signal;
}

/** @throws {TypeError} `signal` is nothing that can be waited on. */
export function checkSignal(signal: Signal): void {
  if (
    signal === null ||
    typeof signal !== 'object' ||
    typeof signal.aborted !== 'boolean' ||
    typeof signal.addEventListener !== 'function' ||
    typeof signal.removeEventListener !== 'function'
  ) {
    throw new TypeError(`options.signal must be an AbortSignal, got ${describe(signal)}`);
  }
}

/** @throws {TypeError} `options` is no object, or has a key that is not in `known`; the message names it. */
export function checkOptions(argument: string, options: unknown, known: readonly string[]): void {
  if (options === null || typeof options !== 'object') {
    throw new TypeError(`${argument} must be an object, got ${describe(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue;
    const hint = known.includes('capacity') && MEANT_CAPACITY.includes(key) ? '; did you mean capacity?' : '';
    const all = known.map((name) => `'${name}'`).join(', ');
    throw new TypeError(`${argument} has ${all}, got '${key}'${hint}`);
  }
}

/** @throws {TypeError} `value` is something else than a `type`, as `typeof` calls it. */
export function checkType(
  argument: string,
  value: unknown,
  type: 'boolean' | 'function' | 'number' | 'string',
): void {
  if (typeof value !== type) throw new TypeError(`${argument} must be a ${type}, got ${describe(value)}`);
}

/** An option that limits something: a whole number, or `Infinity` without one. @throws {TypeError | RangeError} It is neither. */
export function limitOf(argument: string, value = Number.POSITIVE_INFINITY): number {
  if (value !== Number.POSITIVE_INFINITY) checkWhole(argument, value, 0);
  return value;
}

/** @throws {TypeError | RangeError} `value` is no whole number from `least` up that counts exactly. */
export function checkWhole(argument: string, value: unknown, least: number): asserts value is number {
  checkType(argument, value, 'number');
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    throw new RangeError(`${argument} must be a whole number >= ${least}, got ${value}`);
  }
}

/** What `make` allocates for `capacity` bytes. @throws {RangeError} The engine refuses. */
export function allocated<Memory>(argument: string, capacity: number, make: () => Memory): Memory {
  try {
    return make();
  } catch (cause) {
    throw new RangeError(
      `${argument} must be a number of bytes that this engine can allocate, got ${capacity}`,
      { cause },
    );
  }
}

/** `value` as an error message shows it. */
export function describe(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return String(value);
  // A proxy of bytes, or an object with their prototype, throws at such questions.
  try {
    if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
    const name: unknown = value.constructor?.name;
    const kind = typeof name === 'string' && name !== '' ? name : 'object';
    const length = (value as { byteLength?: unknown }).byteLength;
    return typeof length === 'number' ? `${kind} of ${length} bytes` : kind;
  } catch {
    return 'an object that only looks like one';
  }
}

/** Whether bytes of length zero are so because their memory was taken away: methods refuse such a view. */
function isOutOfBounds(bytes: Uint8Array): boolean {
  try {
    Uint8Array.prototype.keys.call(bytes);
    return false;
  } catch {
    return true;
  }
}

const CALL_OPTIONS = ['signal'];
const MEANT_CAPACITY = ['highWaterMark', 'size'];

function howToConvert(value: unknown): string {
  if (typeof value === 'string') return '; encode it: new TextEncoder().encode(text)';
  if (ArrayBuffer.isView(value)) return '; view it: new Uint8Array(v.buffer, v.byteOffset, v.byteLength)';
  if (Object.prototype.toString.call(value).endsWith('ArrayBuffer]'))
    return '; view it: new Uint8Array(buffer)';
  if (Array.isArray(value)) return '; convert it: Uint8Array.from(array)';
  return '';
}
