import { type AbandonablePipe, type Ends, unwatchForAbandonment, watchForAbandonment } from './abandoned.js';
import { checkBytes, memoryGone, signalOf } from './arguments.js';
import { CHUNK_MAX } from './chunk-iterator.js';
import { DeadlockError } from './deadlock-error.js';
import { AbandonedPipeError } from './errors.js';
import { Operation, OperationQueue, type WaitedPipe } from './operation.js';
import { settled } from './settled.js';
import { abortReason, NONE, Sides } from './sides.js';
import type { TeeSource } from './tee-source.js';
import type { CallOptions, Signal } from './types.js';
import { park, unpark } from './waiting.js';
import { watchForDeadlock } from './watch-for-deadlock.js';

/**
 * One branch of a tee: how far it has come in the buffer that all share, and the reads that wait for more. To its reader
 * it is a pipe whose writer is the source. Reads wait only while it has taken all there is.
 */
export class TeeBranch extends Sides implements WaitedPipe, AbandonablePipe {
  bytesRead = 0;
  /** How far it has come in what was read of the source, in bytes. */
  position = 0;

  readonly #source: TeeSource;
  readonly #reads = new OperationQueue();
  #end: object | undefined; // the reader, until the collector watches it

  constructor(name: string, source: TeeSource) {
    super(name);
    this.#source = source;
  }

  /** Makes its reader known, once; when that is collected the branch has left. */
  attach(end: object): void {
    this.#end = end;
    watchForAbandonment(this);
  }

  /** Bytes that it has yet to take. */
  get fill(): number {
    return this.#source.position - this.position;
  }

  get capacity(): number {
    return this.#source.capacity;
  }

  /** Bytes that the read whose turn it is asks for; 0 when none waits. */
  get wanted(): number {
    return this.#reads.head?.length ?? 0;
  }

  // Reading

  read(reader: object, into: Uint8Array, options: CallOptions | undefined): Promise<number | null> {
    try {
      checkBytes('into', into);
      const signal = signalOf(options);
      const { length } = into;
      const movesNothing = length === 0 || signal?.aborted === true;
      if (this.#hasEnded(movesNothing)) return END;
      if (signal?.aborted) throw signal.reason;
      if (length === 0) return settled(0);
      if (this.fill > 0) return settled(this.#take(into, length));
      return this.#park(new Operation('read', this, reader, into, length), signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A read into a chunk that fits what is there; the caller owns it. */
  readChunk(reader: object): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      if (this.#hasEnded()) return END;
      if (this.fill > 0) {
        const chunk = new Uint8Array(Math.min(this.fill, CHUNK_MAX));
        this.#take(chunk, chunk.length);
        return Promise.resolve(chunk);
      }
      return this.#park(new Operation('read', this, reader, undefined, CHUNK_MAX), undefined);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryRead(into: Uint8Array): number | null {
    checkBytes('into', into);
    if (this.#hasEnded(into.length === 0)) return null;
    if (into.length === 0) return 0;
    if (this.fill === 0) this.#source.tryAdvance(into.length);
    if (this.#hasEnded()) return null;
    return this.fill === 0 ? 0 : this.#take(into, into.length);
  }

  closeReader(): void {
    this.#leave('closed', NONE);
  }

  abortReader(reason: unknown): void {
    this.#leave('aborted', abortReason(reason));
  }

  /** The wait of the source counts, or does not, as that of its branches. */
  refReader(counts: boolean): void {
    this.readerRefed = counts;
    this.#source.followRefs();
  }

  // For the source

  /** There is more in the buffer: reads that wait get their part. */
  offer(): void {
    for (let read = this.#reads.head; read !== undefined && this.fill > 0; read = this.#reads.head) {
      if (read.isShort) {
        this.giveUp(read, memoryGone('into', read));
        continue;
      }
      unpark(read, this.#reads);
      const into = read.bytes ?? new Uint8Array(Math.min(this.fill, CHUNK_MAX));
      const count = this.#copy(into, Math.min(read.length, into.length));
      read.resolve(read.bytes === undefined ? into : count);
    }
  }

  /** The source has ended; what it gave before can still be taken. */
  end(): void {
    this.writerState = 'ended';
    for (let read = this.#reads.head; read !== undefined; read = this.#reads.head) {
      unpark(read, this.#reads);
      this.readerClosed.resolve();
      read.resolve(null);
    }
    this.#retire();
  }

  /** The source has failed; what it gave before can still be taken. */
  fail(reason: unknown): void {
    this.writerState = 'failed';
    this.failWriter(reason);
    this.rejectReads(() => reason);
    this.#retire();
  }

  /** It was too far behind: what it has not taken is gone. */
  drop(reason: unknown): void {
    this.position = Number.POSITIVE_INFINITY;
    this.fail(reason);
  }

  rejectReads(error: () => unknown): void {
    for (let read = this.#reads.head; read !== undefined; read = this.#reads.head) {
      unpark(read, this.#reads);
      read.reject(error());
    }
  }

  // Waiting

  isRefed(): boolean {
    return this.readerRefed;
  }

  giveUp(operation: Operation, error: unknown): void {
    unpark(operation, this.#reads);
    operation.reject(error);
    if (error instanceof DeadlockError) this.#source.knows(error);
    this.#source.followRefs();
  }

  hint(): string | undefined {
    const { slowest } = this.#source;
    return slowest === undefined ? undefined : `${slowest.name} has ${slowest.fill} bytes to take first`;
  }

  releaseEnds(): Ends | undefined {
    const reader = this.#end;
    this.#end = undefined;
    return reader === undefined ? undefined : { reader };
  }

  abandonReader(): void {
    this.abortReader(
      new AbandonedPipeError(`${this.name}: the reader was collected as garbage without close()`),
    );
  }

  /** No writer of a branch is ever watched: it is the source. */
  abandonWriter(): void {}

  #park<Value>(operation: Operation, signal: Signal | undefined): Promise<Value> {
    watchForDeadlock();
    const promise = park<Value>(operation, this.#reads, signal);
    this.#source.advance();
    return promise;
  }

  /** Copies what there is, at most `length` bytes; the others may have waited for it. */
  #take(into: Uint8Array, length: number): number {
    const count = this.#copy(into, length);
    if (this.fill === 0) this.#source.advance();
    return count;
  }

  #copy(into: Uint8Array, length: number): number {
    const count = Math.min(length, this.fill);
    this.#source.copy(into, this.position, count);
    this.position += count;
    this.bytesRead += count;
    this.#source.dropBehind(this);
    return count;
  }

  /**
   * Whether there is nothing to read any more; a call that will not read `asks` the source, which may know.
   *
   * @throws What a read rejects with when that is not a clean end.
   */
  #hasEnded(asks = false): boolean {
    if (this.readerState !== 'open') throw this.closedError('reader', 0);
    if (asks) this.#source.tryAdvance(0);
    if (this.writerState === 'open' || this.fill > 0) return false;
    if (this.writerState === 'failed') throw this.writerReason;
    this.readerClosed.resolve();
    return true;
  }

  #leave(state: 'closed' | 'aborted', reason: unknown): void {
    if (this.readerState !== 'open') return;
    this.readerState = state;
    this.readerReason = reason;
    if (this.firstReason === NONE) this.firstReason = reason;
    this.readerClosed.resolve();
    this.rejectReads(() => this.closedError('reader', 0));
    this.#retire();
    this.#source.leave(this, reason === NONE ? undefined : { reason });
  }

  /** Nothing can happen any more that its reader does not know. */
  #retire(): void {
    if (this.#end === undefined) unwatchForAbandonment(this);
    this.#end = undefined;
  }
}

/** The end of a stream, for whoever need not wait for it. */
const END = Promise.resolve(null);
