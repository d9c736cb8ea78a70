import type { CallOptions } from '../io/index.js';
import {
  abortReason,
  CHUNK_MAX,
  checkBytes,
  memoryGone,
  NONE,
  Operation,
  settled,
  signalOf,
  unpark,
} from '../io/internal.js';
import { copyOut } from './copy-shared.js';
import { OPEN, READER, RingReader, type SharedMemory, WRITER } from './protocol.js';
import { SharedEnd } from './shared-end.js';

/** Reading from a worker pipe: the calls of its reader, what waits there, and what is known of the writer. */
export class ReadEnd extends SharedEnd {
  bytesRead = 0;

  private readonly ring: RingReader;

  /** The reader of `memory` was claimed by this thread. @throws {CorruptPipeError} The memory was spoilt. */
  constructor(name: string | undefined, memory: SharedMemory) {
    super(name, memory, 'reader', READER, WRITER);
    this.ring = new RingReader(memory, this.corrupt);
  }

  // Reading

  read(end: object, into: Uint8Array, options: CallOptions | undefined): Promise<number | null> {
    try {
      checkBytes('into', into);
      const signal = signalOf(options);
      this.checkOpen();
      const { length } = into;
      if (length === 0 || signal?.aborted) {
        if (this.hasEnded()) return this.turns.settle(null);
        if (signal?.aborted) throw signal.reason;
        return settled(0);
      }
      if (this.isFree()) {
        let count = this.pull(into, length);
        if (count === 0 && this.spin()) count = this.pull(into, length);
        if (count === null) return this.turns.settle(null);
        if (count > 0) {
          this.madeRoom();
          return this.turns.settleCount(count);
        }
      }
      return this.park(new Operation('read', this, end, into, length), signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A read into a chunk that fits what is there; the caller owns it. */
  readChunk(end: object): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      this.checkOpen();
      if (this.isFree()) {
        let chunk = this.pullChunk();
        if (chunk === 0 && this.spin()) chunk = this.pullChunk();
        if (chunk !== 0) {
          this.madeRoom();
          return this.turns.settle(chunk);
        }
      }
      return this.park(new Operation('read', this, end, undefined, CHUNK_MAX), undefined);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryRead(into: Uint8Array): number | null {
    checkBytes('into', into);
    this.checkOpen();
    if (into.length === 0) return this.hasEnded() ? null : 0;
    if (!this.isFree()) return 0;
    const count = this.pull(into, into.length);
    this.madeRoom();
    return count;
  }

  readBlocking(into: Uint8Array): number | null {
    checkBytes('into', into);
    this.checkOpen();
    this.checkBlocking();
    if (into.length === 0) return this.hasEnded() ? null : 0;
    for (;;) {
      // Calls that wait already go first.
      if (this.isFree()) {
        const count = this.pull(into, into.length);
        if (count !== 0) {
          this.madeRoom();
          return count;
        }
      }
      this.block(0);
    }
  }

  // Waiting

  isRefed(): boolean {
    return this.readerRefed;
  }

  get fill(): number {
    if (this.readerState !== 'open' || this.isSpoilt) return 0;
    try {
      return this.ring.fill(this.capacity);
    } catch {
      return 0; // corrupt() has seen to it; a report only wants to know
    }
  }

  /** Serves the read whose turn it is: a write that waits in this thread goes on before the next one. */
  step(): boolean {
    const read = this.queue.head;
    if (read === undefined) return false;
    if (read.isShort) {
      this.drop(read, memoryGone('into', read));
      return true;
    }
    try {
      const got = read.bytes === undefined ? this.pullChunk() : this.pull(read.bytes, read.length);
      if (got === 0) return false;
      unpark(read, this.queue);
      read.resolve(got);
    } catch (error) {
      this.drop(read, error);
    }
    return true;
  }

  giveUp(read: Operation, error: unknown): void {
    this.drop(read, error);
    this.holdOrLetGo();
  }

  protected fallAsleep(): number | undefined {
    return this.ring.fallAsleep();
  }

  protected hasNews(): boolean {
    return this.ring.hasNews();
  }

  private rejectReads(error: () => unknown): void {
    for (const read of this.queue.all()) this.drop(read, error());
  }

  // Moving bytes

  /** One read: bytes, 0 when it would wait, `null` at the end. @throws The reason of the end. */
  private pull(into: Uint8Array, length: number): number | null {
    const fill = this.look(length);
    if (fill === 0 || fill === null) return fill;
    const count = Math.min(fill, length);
    copyOut(into, this.memory.ring, this.ring.slot, count);
    this.ring.advance(count);
    this.bytesRead += count;
    return count;
  }

  /** The same into memory of its own. */
  private pullChunk(): Uint8Array<ArrayBuffer> | 0 | null {
    const fill = this.look(CHUNK_MAX);
    if (fill === 0 || fill === null) return fill;
    const chunk = new Uint8Array(Math.min(fill, CHUNK_MAX));
    this.pull(chunk, chunk.length);
    return chunk;
  }

  /** Bytes that are there, looked for only as far as `length`; `null` at the end. @throws The reason of the end. */
  private look(length: number): number | null {
    if (this.isSpoilt) throw this.writerReason;
    const fill = this.ring.fill(length);
    if (fill > 0) return fill;
    if (this.memory.stateOf(WRITER, this.corrupt) === OPEN) return 0;
    const rest = this.ring.fill(length); // what came before the end
    return rest > 0 ? rest : this.ended();
  }

  /** A read that took something: a write that waits in this thread may go on. */
  private madeRoom(): void {
    if (this.linked?.queue.head !== undefined) this.pump.run();
  }

  // Ending

  /** The writer has written what no writer does: what it says is not looked at any more. */
  private isSpoilt = false;

  close(): void {
    this.endReader('closed', NONE);
  }

  abort(reason: unknown): void {
    this.endReader('aborted', abortReason(reason));
  }

  notice(): void {
    if (this.writerState !== 'open') return;
    try {
      const state = this.memory.stateOf(WRITER, this.corrupt);
      if (state === OPEN) return;
      const reason = this.reasonOfOther(state);
      if (reason !== NONE) this.failWriter(reason);
      this.writerState = reason === NONE ? 'ended' : 'failed';
    } catch {} // corrupt() has seen to it
  }

  protected otherFailed(reason: unknown): void {
    this.isSpoilt = true;
    this.failWriter(reason);
    this.writerState = 'failed';
    this.rejectReads(() => reason);
    this.holdOrLetGo();
  }

  protected get isOwnOpen(): boolean {
    return this.readerState === 'open';
  }

  protected get isOver(): boolean {
    return this.readerState !== 'open' || this.writerState !== 'open';
  }

  protected endSpent(): void {
    this.readerState = 'closed';
    this.readerClosed.resolve();
    this.rejectReads(() => this.closedError('reader', 0));
  }

  private endReader(state: 'closed' | 'aborted', reason: unknown): void {
    if (this.readerState !== 'open') return;
    this.notice();
    this.readerState = state;
    this.readerReason = reason;
    if (this.firstReason === NONE) this.firstReason = reason;
    this.readerClosed.resolve();
    this.rejectReads(() => this.closedError('reader', 0));
    this.holdOrLetGo();
    this.retire(reason);
  }

  private checkOpen(): void {
    if (this.readerState !== 'open') throw this.closedError('reader', 0);
  }

  /** Whether there is nothing to read any more. @throws What a read rejects with when that is not a clean end. */
  private hasEnded(): boolean {
    return this.look(1) === null;
  }

  /** The writer has ended, and everything was read. */
  private ended(): null {
    this.notice();
    if (this.writerState === 'failed') throw this.writerReason;
    this.readerClosed.resolve();
    return null;
  }
}
