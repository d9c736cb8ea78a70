import { PipeError } from './errors.js';

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
