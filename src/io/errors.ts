/**
 * The errors that pipework itself raises: few classes, one base, a frozen `code` each. Closed: my side did it.
 * Broken: the other side did. The end of the stream is a value (`null`), not an error. A reason given to `abort(reason)`
 * and the reason of a fired signal are not among these: they travel as they are, unwrapped.
 *
 * Here are those of every pipe. An error that only some calls raise has a file of its own, which a bundler leaves out
 * for those who do not make that call; of one file it keeps all classes, since naming a prototype is a side effect.
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
    super(message, options);
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
