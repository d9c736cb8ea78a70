import { Closed } from './closed.js';
import { BrokenPipeError, ClosedPipeError } from './errors.js';
import { host } from './host.js';

/** Stands for a reason that was not given: any value could have been, also `undefined`. */
export const NONE = Symbol('none');

/**
 * Where the two sides of a pipe stand: who has closed, who failed and why, and what that makes of later calls. It knows
 * nothing of bytes; the pipe that builds on it decides when a state is reached.
 */
export abstract class Sides {
  readerRefed = true;
  writerRefed = true;

  /** closing: closed, but writes still wait; ended: closed and handed over; failed: aborted, or given up behind close(). */
  writerState: 'open' | 'closing' | 'ended' | 'failed' = 'open';
  readerState: 'open' | 'closed' | 'aborted' = 'open';
  writerReason: unknown = NONE; // what reads reject with, once what came before it was read
  readerReason: unknown = NONE; // what writes reject with
  firstReason: unknown = NONE; // the earlier of the two: the cause in a ClosedPipeError

  readonly #givenName: string | undefined;
  readonly #number: number; // what a pipe without a name is called by
  #readerClosed: Closed | undefined = undefined;
  #writerClosed: Closed | undefined = undefined;

  constructor(name: string | undefined) {
    this.#givenName = name;
    this.#number = name === undefined ? ++pipesMade : 0;
  }

  get name(): string {
    return this.#givenName ?? `pipe#${this.#number}`;
  }

  get readerClosed(): Closed {
    this.#readerClosed ??= new Closed();
    return this.#readerClosed;
  }

  get writerClosed(): Closed {
    this.#writerClosed ??= new Closed();
    return this.#writerClosed;
  }

  get isWriterOpen(): boolean {
    return this.writerState === 'open';
  }

  /** Handed over, or failed: nothing that the writer's side does counts any more. */
  get isWriterDone(): boolean {
    return this.writerState === 'ended' || this.writerState === 'failed';
  }

  /** The first reason of the writer's side stays. */
  failWriter(reason: unknown): void {
    if (this.firstReason === NONE) this.firstReason = reason;
    if (this.writerReason !== NONE) return;
    this.writerReason = reason;
    this.readerClosed.reject(() => reason);
  }

  /** What a call on `end` rejects with when its own side has closed; it had moved `bytesWritten`. */
  closedError(end: 'reader' | 'writer', bytesWritten: number): ClosedPipeError {
    const message = `${this.name}: the ${end} was closed by its own side`;
    if (this.firstReason === NONE) return new ClosedPipeError(message, { bytesWritten });
    return new ClosedPipeError(message, { bytesWritten, cause: this.firstReason });
  }

  /** What a write that had moved `bytesWritten` rejects with when the reader's side has closed. */
  readerGone(bytesWritten: number): unknown {
    if (this.readerReason !== NONE) return this.readerReason;
    return new BrokenPipeError(`${this.name}: the reader was closed`, { bytesWritten });
  }
}

let pipesMade = 0; // of those without a name

/** What `abort(given)` means: an `AbortError` when nothing was given. */
export function abortReason(given: unknown): unknown {
  return given === undefined ? new host.DOMException('This operation was aborted', 'AbortError') : given;
}
