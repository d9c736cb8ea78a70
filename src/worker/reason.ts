/**
 * Reasons on their way between threads, as bytes in the shared memory, since a thread that is blocked can receive no
 * message. A reason arrives as another value that says the same: primitives as they are, and errors with their name,
 * message, code, the head of their stack and their cause, which keeps no cause of its own. An error of the language or of
 * this package is one of that class again. Whatever else was given arrives as an error that describes it.
 *
 * What comes from the other side may be anything: it is read field by field, and each is checked.
 */
import * as io from '../io/index.js';
import { describe, encode, host } from '../io/internal.js';
import { CorruptPipeError } from './corrupt-pipe-error.js';

/** `reason` in at most `size` bytes; long texts are cut. It never throws, whatever the reason does when it is looked at. */
export function encodeReason(reason: unknown, size: number): Uint8Array {
  for (const length of LENGTHS) {
    const bytes = encode(JSON.stringify(pack(reason, length, true)));
    if (bytes.length <= size) return bytes;
  }
  return encode(JSON.stringify(packedError('Error', 'a reason that is too long to cross between threads')));
}

/** The other way. Anything may be in `bytes`. */
export function decodeReason(bytes: Uint8Array): unknown {
  try {
    return unpack(JSON.parse(new host.TextDecoder().decode(bytes)), true);
  } catch (cause) {
    const error = new CorruptPipeError('the reason that the other side gave cannot be read');
    error.cause = cause;
    return error;
  }
}

/** How long each text may be, tried in turn until all of it fits; a character may take six bytes. */
const LENGTHS = [4000, 2000, 1000, 500, 250, 120, 60]; // characters

interface Packed {
  /** Of an error: all that is not given here is its own. */
  readonly kind: 'primitive' | 'number' | 'bigint' | 'error' | 'exception';
  /** Of the other kinds. */
  readonly value?: string | boolean | null;
  readonly name?: string;
  readonly message?: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly cause?: Packed;
  /** What an error of this package has besides: bytes, or the limit. */
  readonly count?: number;
}

function pack(reason: unknown, length: number, hasCause: boolean): Packed {
  switch (typeof reason) {
    case 'string':
      return { kind: 'primitive', value: cut(reason, length) };
    case 'boolean':
      return { kind: 'primitive', value: reason };
    case 'number':
      return { kind: 'number', value: Object.is(reason, -0) ? '-0' : String(reason) };
    case 'bigint':
      if (String(reason).length > length) break; // fewer digits are another number
      return { kind: 'bigint', value: String(reason) };
  }
  if (reason === null) return { kind: 'primitive', value: null };
  try {
    if (isError(reason)) return packError(reason, length, hasCause);
  } catch {} // a getter of its own
  return packedError('Error', `a reason that cannot cross between threads: ${cut(describe(reason), length)}`);
}

function packedError(name: string, message: string): Packed {
  return { kind: 'error', name, message };
}

function packError(error: ErrorLike, length: number, hasCause: boolean): Packed {
  const { name, message, code, stack } = error;
  const count = COUNTS.map((key) => (error as unknown as Record<string, unknown>)[key]).find(isNumber);
  return {
    kind: isException(error) ? 'exception' : 'error',
    name: cut(String(name), length),
    message: cut(String(message), length),
    ...(typeof code === 'string' ? { code: cut(code, length) } : isNumber(code) ? { code } : {}),
    ...(typeof stack === 'string' ? { stack: cut(stack, length) } : {}),
    ...(count === undefined ? {} : { count }),
    ...(hasCause && 'cause' in error ? { cause: pack(error.cause ?? null, length, false) } : {}),
  };
}

interface ErrorLike {
  readonly name: unknown;
  readonly message: unknown;
  readonly code?: unknown;
  readonly stack?: unknown;
  readonly cause?: unknown;
}

/** Of any realm. */
function isError(value: unknown): value is ErrorLike {
  return (
    value instanceof Error || Object.prototype.toString.call(value) === '[object Error]' || isException(value)
  );
}

function isException(value: unknown): boolean {
  return value instanceof host.DOMException;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}

function unpack(packed: unknown, hasCause: boolean): unknown {
  const { kind, value, ...fields } = packed as Record<keyof Packed, unknown>;
  if (kind === 'error' || kind === 'exception') return unpackError(kind, fields, hasCause);
  if (kind === 'number' && typeof value === 'string') return Number(value);
  if (kind === 'bigint' && typeof value === 'string') return BigInt(value);
  if (kind === 'primitive' && (value === null || typeof value === 'string' || typeof value === 'boolean'))
    return value;
  throw new TypeError(`a reason of a kind that nobody gives, got ${describe(kind)}`);
}

function unpackError(
  kind: 'error' | 'exception',
  { name, message, code, stack, cause, count }: Partial<Record<keyof Packed, unknown>>,
  hasCause: boolean,
): Error {
  if (typeof name !== 'string' || typeof message !== 'string') {
    throw new TypeError(
      `an error without a name or a message, got ${describe(name)} and ${describe(message)}`,
    );
  }
  const error = kind === 'exception' ? new host.DOMException(message, name) : make(name, message, count);
  if (error.name !== name) hide(error, 'name', name);
  if (typeof stack === 'string') hide(error, 'stack', stack);
  if (hasCause && cause !== undefined) hide(error, 'cause', unpack(cause, false));
  if ((typeof code === 'string' || isNumber(code)) && !('code' in error)) {
    Object.defineProperty(error, 'code', {
      value: code,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return error;
}

/** Defined as an error's own properties are: not listed when it is printed. */
function hide(error: Error, property: string, value: unknown): void {
  Object.defineProperty(error, property, { value, enumerable: false, configurable: true, writable: true });
}

const COUNTS = ['bytesWritten', 'bytesRead', 'max'];

function make(name: string, message: string, count: unknown): Error {
  const number = isNumber(count) ? count : 0;
  switch (name) {
    case 'ClosedPipeError':
      return new io.ClosedPipeError(message, { bytesWritten: number });
    case 'BrokenPipeError':
      return new io.BrokenPipeError(message, { bytesWritten: number });
    case 'DeadlockError':
      return new io.DeadlockError(message, { bytesWritten: number });
    case 'UnexpectedEndError':
      return new io.UnexpectedEndError(message, { bytesRead: number });
    case 'LimitError':
      return new io.LimitError(message, { max: number });
    case 'AbandonedPipeError':
      return new io.AbandonedPipeError(message);
    case 'UnsupportedError':
      return new io.UnsupportedError(message);
    case 'CorruptPipeError':
      return new CorruptPipeError(message);
    default:
      return new (LANGUAGE_ERRORS.get(name) ?? Error)(message);
  }
}

const LANGUAGE_ERRORS: ReadonlyMap<string, new (message: string) => Error> = new Map(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((kind) => [kind.name, kind]),
);
