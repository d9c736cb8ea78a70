/**
 * Every error that pipework itself raises: few classes, one base, a frozen `code` each. Closed: my side did it.
 * Broken: the other side did. The end of the stream is a value (`null`), not an error. A reason given to `abort(reason)`
 * and the reason of a fired signal are not among these: they travel as they are, unwrapped.
 */

/** Stable names that a caller may switch on. Adding one is a minor release, renaming one a major. */
export type PipeErrorCode =
  | 'ERR_PIPE_CLOSED'
  | 'EPIPE'
  | 'ERR_PIPE_DEADLOCK'
  | 'ERR_PIPE_ABANDONED'
  | 'ERR_PIPE_UNEXPECTED_END'
  | 'ERR_PIPE_LIMIT'
  | 'ERR_PIPE_UNSUPPORTED'
  | 'ERR_PIPE_CORRUPT'
  | 'ERR_PIPELINE_FAILED';

/**
 * The base of them all, for `instanceof`.
 *
 * @example Tell pipework's errors from your own
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe();
 * reader.close();
 * try {
 *   await writer.write('hello');
 * } catch (error) {
 *   console.log(error instanceof io.PipeError && error.code); // prints EPIPE
 * }
 * ```
 */
export abstract class PipeError extends Error {
  abstract readonly code: PipeErrorCode;
}

/** What `ClosedPipeError`, `BrokenPipeError` and `DeadlockError` are made of besides their message. */
export interface TransferErrorOptions {
  /** Bytes that the call which failed had moved before. */
  readonly bytesWritten?: number;
  /** The first reason that either side gave; an absent one leaves the error without `cause`. */
  readonly cause?: unknown;
}

/**
 * This end was closed by its own side, before the call or while it waited. Its `cause` is the first reason that either
 * side gave to `abort`, if any did.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { writer } = io.pipe();
 * writer.abort(new Error('disk full'));
 * const error = await writer.write('more').catch((error) => error);
 * console.log(error.code, error.cause.message); // prints ERR_PIPE_CLOSED disk full
 * ```
 */
export class ClosedPipeError extends PipeError {
  readonly code = 'ERR_PIPE_CLOSED';
  /** Bytes that this one call had moved; 0 for a read. */
  readonly bytesWritten: number;

  static {
    ClosedPipeError.prototype.name = 'ClosedPipeError';
  }

  constructor(message: string, options: TransferErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.bytesWritten = options.bytesWritten ?? 0;
  }
}

/**
 * The reader is gone and gave no reason. What it had taken before counts in the writer's own `bytesWritten`.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe();
 * const sent = writer.write('hello').catch((error) => error);
 * await reader.read(new Uint8Array(2));
 * reader.close();
 * const { code, bytesWritten } = await sent;
 * console.log(code, bytesWritten); // prints EPIPE 2
 * ```
 */
export class BrokenPipeError extends PipeError {
  readonly code = 'EPIPE';
  /** Bytes that this one call had moved. */
  readonly bytesWritten: number;
  /** When the kernel said so: the negative error number and the call, as Node's system errors have them. */
  declare readonly errno?: number;
  declare readonly syscall?: string;

  static {
    BrokenPipeError.prototype.name = 'BrokenPipeError';
  }

  constructor(
    message: string,
    options: { readonly bytesWritten?: number; readonly errno?: number; readonly syscall?: string } = {},
  ) {
    super(message);
    this.bytesWritten = options.bytesWritten ?? 0;
    if (options.errno !== undefined) this.errno = options.errno;
    if (options.syscall !== undefined) this.syscall = options.syscall;
  }
}

/** One operation that was waiting when a deadlock was found. */
export interface Wait {
  /** The pipe's name. */
  readonly pipe: string;
  readonly operation: 'read' | 'write';
  /** Bytes that the operation had moved. */
  readonly moved: number;
  /** Bytes that it was asked to move; a read needs only one of them. */
  readonly asked: number;
  /** Bytes in the pipe's buffer, and how many it holds: 0 of 0 when it is unbuffered. */
  readonly fill: number;
  readonly capacity: number;
  /** With tracing on: how long it had waited, in milliseconds, and the line that called it. */
  readonly waited?: number;
  readonly calledAt?: string;
}

/**
 * Everything waits and nothing can end it. Only the wait was given up, as by a fired signal: what had moved stays
 * moved, the ends stay open, and the next deadlock is found too.
 *
 * @example A write that nobody can take: in Go, "all goroutines are asleep"
 * ```ts
 * import * as io from 'pipework';
 *
 * const { writer } = io.pipe();
 * const error = await writer.write('hello').catch((error) => error);
 * console.log(error.code, error.waits[0].operation); // prints ERR_PIPE_DEADLOCK write
 * ```
 */
export class DeadlockError extends PipeError {
  readonly code = 'ERR_PIPE_DEADLOCK';
  /** Bytes that this one call had moved; 0 for a read. */
  readonly bytesWritten: number;
  /** Every operation that waited, the one that waited longest first. */
  readonly waits: readonly Wait[];

  static {
    DeadlockError.prototype.name = 'DeadlockError';
  }

  constructor(
    message: string,
    options: { readonly bytesWritten?: number; readonly waits?: readonly Wait[] } = {},
  ) {
    super(message);
    this.bytesWritten = options.bytesWritten ?? 0;
    this.waits = options.waits ?? [];
    // A thousand parked operations share one list; printing each error must not print it a thousand times.
    Object.defineProperty(this, 'waits', { enumerable: false });
  }
}

/**
 * An end was dropped without `close()`: collected as garbage, or left behind by a `using` scope. It aborts itself with
 * this, so the other side fails instead of waiting for ever or taking a cut-off stream for a whole one.
 *
 * A runtime may collect an end sooner than its variable's scope suggests, as soon as nothing can use it any more; Bun
 * does so for one half of a top-level `const p = pipe()` when the other half is not named again.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * try {
 *   using output = writer;
 *   await output.write('half of');
 *   throw new Error('the other half is lost');
 * } catch {}
 * const error = await io.text(reader).catch((error) => error);
 * console.log(error.code); // prints ERR_PIPE_ABANDONED
 * ```
 */
export class AbandonedPipeError extends PipeError {
  readonly code = 'ERR_PIPE_ABANDONED';

  static {
    AbandonedPipeError.prototype.name = 'AbandonedPipeError';
  }
}

/**
 * The stream ended before `readFull` had its bytes. The buffer's first `bytesRead` bytes are good.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('four');
 * writer.close();
 * const error = await io.readFull(reader, new Uint8Array(8)).catch((error) => error);
 * console.log(error.code, error.bytesRead); // prints ERR_PIPE_UNEXPECTED_END 4
 * ```
 */
export class UnexpectedEndError extends PipeError {
  readonly code = 'ERR_PIPE_UNEXPECTED_END';
  /** Bytes at the start of the buffer that were read. */
  readonly bytesRead: number;

  static {
    UnexpectedEndError.prototype.name = 'UnexpectedEndError';
  }

  constructor(message: string, options: { readonly bytesRead?: number } = {}) {
    super(message);
    this.bytesRead = options.bytesRead ?? 0;
  }
}

/**
 * More came than the caller allowed (`max` of `readAll`, `text` and `lines`). What had been read is dropped. The reader
 * stays open, but `lines` aborts it.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('too much');
 * const error = await io.readAll(reader, { max: 4 }).catch((error) => error);
 * console.log(error.code, error.max); // prints ERR_PIPE_LIMIT 4
 * ```
 */
export class LimitError extends PipeError {
  readonly code = 'ERR_PIPE_LIMIT';
  /** The limit, in the unit of the call that had it. */
  readonly max: number;

  static {
    LimitError.prototype.name = 'LimitError';
  }

  constructor(message: string, options: { readonly max: number }) {
    super(message);
    this.max = options.max;
  }
}

/**
 * This platform, kernel or page cannot do it; the message says what is missing. Nothing was changed.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * console.log(new io.UnsupportedError('no pipes here').code); // prints ERR_PIPE_UNSUPPORTED
 * ```
 */
export class UnsupportedError extends PipeError {
  readonly code = 'ERR_PIPE_UNSUPPORTED';

  static {
    UnsupportedError.prototype.name = 'UnsupportedError';
  }
}
