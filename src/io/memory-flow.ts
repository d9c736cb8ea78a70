/**
 * What a memory pipe has in it and how that moves: the reads and writes that wait, the ring, and what ends them. The calls
 * on its ends are memory-pipe.ts; a link to the next pipe (memory-link.ts) works on this.
 *
 * Unbuffered, bytes go straight from the writer's chunk to the reader's buffer. Bounded, they go through a ring, except
 * to reads that wait already: what such a read gets is what it would have got from the ring, without the second copy.
 * Reads wait only while there is nothing to read, writes only while nothing more can be taken, so never both at once;
 * but for the read of a link, which keeps its turn while what it would get is on offer in the next pipe, and those behind it.
 */
import { type AbandonablePipe, type Ends, unwatchForAbandonment, watchForAbandonment } from './abandoned.js';
import { memoryGone } from './arguments.js';
import { copyLentBytes } from './copy-bytes.js';
import { watchForDeadlock } from './deadlock.js';
import { type Operation, OperationQueue, type WaitedPipe } from './operation.js';
import type { Ring } from './ring.js';
import { NONE, Sides } from './sides.js';
import { unpark } from './waiting.js';

export abstract class MemoryFlow extends Sides implements WaitedPipe, AbandonablePipe {
  bytesRead = 0;
  bytesWritten = 0;

  readonly ring: Ring | undefined; // none when unbuffered
  readonly reads = new OperationQueue();
  readonly writes = new OperationQueue();

  private ends: Ends | undefined = undefined; // until the collector watches them
  private hasWaited = false;

  constructor(name: string | undefined, ring: Ring | undefined) {
    super(name);
    this.ring = ring;
  }

  /** Makes the ends known, once: they are given to the collector's registry if this pipe ever waits. */
  attach(ends: Ends): void {
    this.ends = ends;
  }

  get fill(): number {
    return this.ring === undefined ? 0 : this.ring.fill;
  }

  get capacity(): number {
    return this.ring === undefined ? 0 : this.ring.capacity;
  }

  abstract abandonReader(): void;
  abstract abandonWriter(): void;

  // Waiting

  isRefed(operation: Operation): boolean {
    return operation.kind === 'read' ? this.readerRefed : this.writerRefed;
  }

  giveUp(operation: Operation, error: unknown): void {
    if (operation.kind === 'read') {
      unpark(operation, this.reads);
      operation.reject(error);
      return;
    }
    const behind = this.writerState === 'closing' ? this.writes.behind(operation) : [];
    this.rejectWrite(operation, error);
    if (this.writerState === 'closing') {
      // Nobody will send the rest of what close() promised: the stream is cut off here, and must not look whole.
      this.failWriter(error);
      this.rejectWrites(behind, (done) => this.closedError('writer', done));
      this.writerClosed.reject(() => error);
      if (this.writes.head === undefined) this.handOver();
    }
    this.reads.head?.link?.wake();
  }

  /** Before the first wait: from here on one end may be collected while the other waits, or everything may wait. */
  watchEnds(): void {
    if (this.hasWaited) return;
    this.hasWaited = true;
    watchForAbandonment(this);
    watchForDeadlock();
  }

  releaseEnds(): Ends | undefined {
    const { ends } = this;
    this.ends = undefined;
    return ends;
  }

  // Moving bytes

  /** Bytes to be had now. */
  get available(): number {
    return this.ring === undefined ? this.restOfFirstWrite() : this.ring.fill;
  }

  /** Copies what is there to the start of `into`, at most `length` bytes. */
  take(into: Uint8Array, length: number): number {
    let count: number;
    if (this.ring === undefined) {
      count = Math.min(length, this.restOfFirstWrite());
      if (count === 0) return 0;
      const write = this.writes.head as Operation;
      copyLentBytes(into, 0, write.bytes as Uint8Array, write.done, count);
      this.move(write, count);
    } else {
      count = this.ring.pull(into, length);
      if (this.writes.head !== undefined) this.refill(this.ring);
    }
    this.bytesRead += count;
    return count;
  }

  /** Bytes to be had from the write whose turn it is; 0 when none waits. Writes whose memory is gone are given up. */
  restOfFirstWrite(): number {
    let write = this.writes.head;
    while (write?.isShort) {
      this.giveUp(write, memoryGone('chunk', write));
      write = this.writes.head;
    }
    return write === undefined ? 0 : write.length - write.done;
  }

  /** There is room in the ring: the writes that wait go on, in their order. */
  refill(ring: Ring): void {
    while (this.restOfFirstWrite() > 0) {
      const write = this.writes.head as Operation;
      this.move(write, ring.push(write.bytes as Uint8Array, write.done, write.length));
      if (write.done < write.length) return;
    }
  }

  /** `count` bytes of the write whose turn it is have gone. */
  move(write: Operation, count: number): void {
    this.bytesWritten += count;
    write.done += count;
    write.link?.moved(count);
    if (write.done === write.length) this.finishWrite(write);
  }

  private finishWrite(write: Operation): void {
    unpark(write, this.writes);
    write.resolve(write.length);
    if (this.writerState === 'closing' && this.writes.head === undefined) this.handOver();
  }

  /** Gives `chunk[start, end)` to the reads that wait, then to the ring; returns how many bytes went. No write waits. */
  protected give(chunk: Uint8Array, start: number, end: number): number {
    let done = start;
    let read = this.reads.head;
    while (read !== undefined && done < end) {
      if (read.link !== undefined) {
        const count = read.link.pass(chunk, done, end);
        if (count === 0 && read === this.reads.head) break;
        done += count;
      } else if (read.isShort) this.giveUp(read, memoryGone('into', read));
      else done += this.serve(read, chunk, done, end);
      read = this.reads.head;
    }
    if (this.ring !== undefined && done < end) {
      const count = this.ring.push(chunk, done, end);
      this.bytesWritten += count;
      done += count;
      read?.link?.wake();
    }
    return done - start;
  }

  /** As `tryWrite`, of a part, from a link. @throws What a write rejects with when either side has closed. */
  offer(chunk: Uint8Array, start: number, end: number): number {
    this.checkWritable();
    return this.writes.tail === undefined ? this.give(chunk, start, end) : 0;
  }

  /** Settles `read` with bytes of `chunk[start, end)`: never more than the ring would have held. */
  private serve(read: Operation, chunk: Uint8Array, start: number, end: number): number {
    let count = Math.min(read.length, end - start);
    if (this.ring !== undefined) count = Math.min(count, this.ring.capacity);
    const into = read.bytes ?? new Uint8Array(count);
    copyLentBytes(into, 0, chunk, start, count);
    this.bytesWritten += count;
    this.bytesRead += count;
    unpark(read, this.reads);
    read.resolve(read.bytes === undefined ? into : count);
    return count;
  }

  // Closing

  /** Whether there is nothing to read any more. @throws What a read rejects with when that is not a clean end. */
  hasEnded(): boolean {
    if (this.readerState !== 'open') throw this.closedError('reader', 0);
    if (this.writerState === 'open' || this.writerState === 'closing' || this.fill > 0) return false;
    if (this.writerState === 'failed') throw this.writerReason;
    this.readerClosed.resolve();
    this.retire();
    return true;
  }

  /** @throws What a write rejects with when either side has closed. */
  protected checkWritable(): void {
    if (this.writerState !== 'open') throw this.closedError('writer', 0);
    if (this.readerState !== 'open') throw this.readerGone(0);
  }

  /** Everything that was written before the end is where `close()` promised it: the reads that wait learn of the end. */
  protected handOver(): void {
    if (this.writerReason === NONE) {
      this.writerState = 'ended';
      this.writerClosed.resolve();
    } else {
      this.writerState = 'failed';
    }
    if (this.fill === 0) this.endReads();
    if (this.readerState !== 'open') this.retire();
  }

  /** Nothing comes any more, and nothing is left. */
  endReads(): void {
    for (let read = this.reads.head; read !== undefined; read = this.reads.head) {
      unpark(read, this.reads);
      if (this.writerState === 'failed') read.reject(this.writerReason);
      else {
        this.readerClosed.resolve();
        read.resolve(null);
      }
    }
  }

  protected endReader(state: 'closed' | 'aborted', reason: unknown): void {
    if (this.readerState !== 'open') return;
    this.readerState = state;
    this.readerReason = reason;
    if (this.firstReason === NONE) this.firstReason = reason;
    this.readerClosed.resolve();
    for (let read = this.reads.head; read !== undefined; read = this.reads.head) {
      unpark(read, this.reads);
      read.reject(this.closedError('reader', 0));
    }
    this.rejectWrites(this.writes.all(), (done) => this.readerGone(done));
    if (this.writerState === 'open' || this.writerState === 'closing')
      this.writerClosed.reject(() => this.readerGone(0));
    if (this.writerState !== 'open') this.retire();
    this.ring?.drop();
  }

  /** But for those that a signal of somebody's own, let go by an earlier one, has ended. */
  protected rejectWrites(writes: readonly Operation[], error: (done: number) => unknown): void {
    for (const write of writes) {
      if (write.isWaiting) this.rejectWrite(write, error(write.done));
    }
  }

  private rejectWrite(write: Operation, error: unknown): void {
    unpark(write, this.writes);
    this.reads.head?.link?.recall(write, error);
    write.reject(error);
  }

  /** Nothing is left to read, and nothing can happen that either side does not know. */
  private retire(): void {
    if (this.ends === undefined) unwatchForAbandonment(this);
    this.ends = undefined;
    this.ring?.drop();
  }
}
