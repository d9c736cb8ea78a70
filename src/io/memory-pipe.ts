/**
 * The private state that the two ends of a memory pipe share, and every rule about when either may go on.
 *
 * Unbuffered, bytes go straight from the writer's chunk to the reader's buffer. Bounded, they go through a ring, except
 * to reads that wait already: what such a read gets is what it would have got from the ring, without the second copy.
 * Reads wait only while there is nothing to read, writes only while nothing more can be taken, so never both at once.
 */
import { type AbandonablePipe, type Ends, unwatchForAbandonment, watchForAbandonment } from './abandoned.js';
import { checkBytes, memoryGone, signalOf } from './arguments.js';
import { CHUNK_MAX } from './chunk-iterator.js';
import { copyLentBytes } from './copy-bytes.js';
import { AbandonedPipeError } from './errors.js';
import { Operation, OperationQueue, type WaitedPipe } from './operation.js';
import type { Ring } from './ring.js';
import { settled } from './settled.js';
import { abortReason, NONE, Sides } from './sides.js';
import { encode } from './text-encoder.js';
import type { CallOptions, Signal } from './types.js';
import { park, unpark } from './waiting.js';
import { watchForDeadlock } from './watch-for-deadlock.js';

export class MemoryPipe extends Sides implements WaitedPipe, AbandonablePipe {
  bytesRead = 0;
  bytesWritten = 0;

  private readonly ring: Ring | undefined; // none when unbuffered
  protected readonly reads = new OperationQueue();
  protected readonly writes = new OperationQueue();

  // The ends, until the collector watches them.
  private ends: Ends | undefined = undefined;
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

  /** Bytes that the read whose turn it is asks for; 0 when none waits. */
  get wanted(): number {
    return this.reads.head === undefined ? 0 : this.reads.head.length;
  }

  // Reading

  read(reader: object, into: Uint8Array, options: CallOptions | undefined): Promise<number | null> {
    try {
      checkBytes('into', into);
      const signal = signalOf(options);
      if (this.hasEnded()) return END;
      if (signal?.aborted) throw signal.reason;
      const { length } = into;
      if (length === 0) return settled(0);
      const count = this.take(into, length);
      if (count > 0) return settled(count);
      if (this.hasEnded()) return END;
      return this.park(new Operation('read', this, reader, into, length), this.reads, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A read into a chunk that fits what is there; the caller owns it. */
  readChunk(reader: object): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      if (this.hasEnded()) return END;
      const available = this.ring === undefined ? this.restOfFirstWrite() : this.ring.fill;
      if (available > 0) {
        const chunk = new Uint8Array(Math.min(available, CHUNK_MAX));
        this.take(chunk, chunk.length);
        return Promise.resolve(chunk);
      }
      if (this.hasEnded()) return END;
      return this.park(new Operation('read', this, reader, undefined, CHUNK_MAX), this.reads, undefined);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryRead(into: Uint8Array): number | null {
    checkBytes('into', into);
    if (this.hasEnded()) return null;
    if (into.length === 0) return 0;
    const count = this.take(into, into.length);
    if (count > 0) return count;
    if (this.hasEnded()) return null;
    this.watchEnds();
    return 0;
  }

  closeReader(): void {
    this.endReader('closed', NONE);
  }

  abortReader(reason: unknown): void {
    this.endReader('aborted', abortReason(reason));
  }

  /** The collector took the reader. */
  abandonReader(): void {
    this.abortReader(
      new AbandonedPipeError(`${this.name}: the reader was collected as garbage without close()`),
    );
  }

  // Writing

  write(writer: object, chunk: Uint8Array | string, options: CallOptions | undefined): Promise<number> {
    try {
      const bytes = typeof chunk === 'string' ? encode(chunk) : chunk;
      checkBytes('chunk', bytes, ' or a string');
      const signal = signalOf(options);
      this.checkWritable();
      if (signal?.aborted) throw signal.reason;
      const { length } = bytes;
      let done = 0;
      if (length === 0) return settled(0);
      if (this.writes.head === undefined) {
        done = this.give(bytes, length);
        if (done === length) return settled(length);
      }
      const operation = new Operation('write', this, writer, bytes, length);
      operation.done = done;
      return this.park(operation, this.writes, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryWrite(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    this.checkWritable();
    if (chunk.length === 0) return 0;
    const count = this.writes.head === undefined ? this.give(chunk, chunk.length) : 0;
    if (count === 0) this.watchEnds();
    return count;
  }

  closeWriter(): void {
    if (this.writerState !== 'open') return;
    this.writerState = 'closing';
    if (this.writes.head === undefined) this.handOver();
  }

  abortWriter(given: unknown): void {
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    const reason = abortReason(given);
    this.failWriter(reason);
    this.rejectWrites(this.writes.all(), (done) => this.closedError('writer', done));
    this.writerClosed.resolve();
    this.handOver();
  }

  /** What the writer wrote before is still delivered, as before an end, and then every read rejects with `reason`. */
  protected failBehindWrites(reason: unknown): void {
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    this.failWriter(reason);
    this.writerState = 'closing';
    if (this.writes.head === undefined) this.handOver();
  }

  /** The collector took the writer. */
  abandonWriter(): void {
    this.abortWriter(
      new AbandonedPipeError(`${this.name}: the writer was collected as garbage without close()`),
    );
  }

  /** `using` leaves a writer behind: only `close()` before that says that the stream is whole. */
  disposeWriter(): void {
    if (this.writerState !== 'open') return;
    this.abortWriter(new AbandonedPipeError(`${this.name}: the writer left its scope without close()`));
  }

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
    unpark(operation, this.writes);
    operation.reject(error);
    if (this.writerState !== 'closing') return;
    // Nobody will send the rest of what close() promised: the stream is cut off here, and must not look whole.
    this.failWriter(error);
    this.rejectWrites(behind, (done) => this.closedError('writer', done));
    this.writerClosed.reject(() => error);
    if (this.writes.head === undefined) this.handOver();
  }

  private park<Value>(
    operation: Operation,
    queue: OperationQueue,
    signal: Signal | undefined,
  ): Promise<Value> {
    this.watchEnds();
    return park(operation, queue, signal);
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

  /** Copies what is there to the start of `into`, at most `length` bytes. */
  protected take(into: Uint8Array, length: number): number {
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
  private refill(ring: Ring): void {
    while (this.restOfFirstWrite() > 0) {
      const write = this.writes.head as Operation;
      this.move(write, ring.push(write.bytes as Uint8Array, write.done, write.length));
      if (write.done < write.length) return;
    }
  }

  /** `count` bytes of `write`, whose turn it is, have gone. */
  protected move(write: Operation, count: number): void {
    this.bytesWritten += count;
    write.done += count;
    if (write.done < write.length) return;
    unpark(write, this.writes);
    write.resolve(write.length);
    if (this.writerState === 'closing' && this.writes.head === undefined) this.handOver();
  }

  /** Gives `chunk` to the reads that wait, then to the ring; returns how many bytes went. No write waits. */
  private give(chunk: Uint8Array, length: number): number {
    let done = 0;
    let read = this.reads.head;
    while (read !== undefined && done < length) {
      if (read.isShort) this.giveUp(read, memoryGone('into', read));
      else done += this.serve(read, chunk, done, length);
      read = this.reads.head;
    }
    if (this.ring !== undefined && done < length) {
      const count = this.ring.push(chunk, done, length);
      this.bytesWritten += count;
      done += count;
    }
    return done;
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
  private hasEnded(): boolean {
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
    for (let read = this.reads.head; read !== undefined; read = this.reads.head) {
      unpark(read, this.reads);
      if (this.writerState === 'failed') read.reject(this.writerReason);
      else {
        this.readerClosed.resolve();
        read.resolve(null);
      }
    }
    if (this.readerState !== 'open') this.retire();
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
  private rejectWrites(writes: readonly Operation[], error: (done: number) => unknown): void {
    for (const write of writes) {
      if (!write.isWaiting) continue;
      unpark(write, this.writes);
      write.reject(error(write.done));
    }
  }

  /** Nothing is left to read, and nothing can happen that either side does not know. */
  protected retire(): void {
    if (this.ends === undefined) unwatchForAbandonment(this);
    this.ends = undefined;
    this.ring?.drop();
  }
}

/** The end of a stream, for whoever need not wait for it. */
const END = Promise.resolve(null);
