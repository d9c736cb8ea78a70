import { AbandonedPipeError, type CallOptions } from '../io/index.js';
import {
  abortReason,
  checkBytes,
  encode,
  memoryGone,
  NONE,
  Operation,
  settled,
  signalOf,
  unpark,
} from '../io/internal.js';
import { copyIn } from './copy-shared.js';
import { OPEN, READER, RingWriter, type SharedMemory, WRITER } from './protocol.js';
import { SharedEnd } from './shared-end.js';

/** Writing to a worker pipe: the calls of its writer, what waits there, and what is known of the reader. */
export class WriteEnd extends SharedEnd {
  bytesWritten = 0;

  private readonly ring: RingWriter;
  private left = 0; // bytes for which there was no room at the last try

  /** The writer of `memory` was claimed by this thread. @throws {CorruptPipeError} The memory was spoilt. */
  constructor(name: string | undefined, memory: SharedMemory) {
    super(name, memory, 'writer', WRITER, READER);
    this.ring = new RingWriter(memory, this.corrupt);
  }

  // Writing

  write(end: object, chunk: Uint8Array | string, options: CallOptions | undefined): Promise<number> {
    try {
      const bytes = typeof chunk === 'string' ? encode(chunk) : chunk;
      checkBytes('chunk', bytes, ' or a string');
      const signal = signalOf(options);
      const isFree = this.isFree();
      this.checkWritable(0);
      if (signal?.aborted) throw signal.reason;
      const { length } = bytes;
      if (length === 0) return settled(0);
      let done = 0; // bytes
      if (isFree) {
        done = this.pass(bytes, 0, length);
        if (done < length && this.spin()) done = this.push(bytes, done, length);
        if (done === length) return this.turns.settleCount(length);
      }
      const operation = new Operation('write', this, end, bytes, length);
      operation.done = done;
      return this.park(operation, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryWrite(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    const isFree = this.isFree();
    this.checkWritable(0);
    if (chunk.length === 0 || !isFree) return 0;
    return this.pass(chunk, 0, chunk.length);
  }

  writeBlocking(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    const { length } = chunk;
    for (let done = 0; ; this.block(done)) {
      // Calls that wait already go first.
      const isFree = this.isFree();
      this.checkWritable(done);
      if (done === 0) this.checkBlocking();
      if (length === 0) return 0;
      if (!isFree) continue;
      done = this.pass(chunk, done, length);
      if (done === length) return length;
    }
  }

  // Waiting

  isRefed(): boolean {
    return this.writerRefed;
  }

  get fill(): number {
    if (!this.isOwnOpen) return 0;
    try {
      return this.capacity - this.ring.room(this.capacity);
    } catch {
      return 0; // corrupt() has seen to it; a report only wants to know
    }
  }

  step(): boolean {
    let hasMoved = false;
    this.notice();
    for (let write = this.queue.head; write !== undefined; write = this.queue.head) {
      if (write.isShort) {
        this.giveUp(write, memoryGone('chunk', write));
        continue;
      }
      const before = write.done;
      try {
        write.done = this.push(write.bytes as Uint8Array, before, write.length);
      } catch (error) {
        this.drop(write, error);
        return true;
      }
      if (write.done !== before) hasMoved = true;
      if (write.done < write.length) break;
      unpark(write, this.queue);
      write.resolve(write.length);
    }
    this.handOverIfDone();
    return hasMoved;
  }

  giveUp(write: Operation, error: unknown): void {
    const behind = this.writerState === 'closing' ? this.queue.behind(write) : [];
    this.drop(write, error);
    if (this.writerState === 'closing') {
      // Nobody will send the rest of what close() promised: the stream is cut off here, and must not look whole.
      this.failWriter(error);
      this.linked?.failWriter(error); // in another thread it is known when the writes ahead have gone
      for (const later of behind) this.drop(later, this.closedError('writer', later.done));
      this.writerClosed.reject(() => error);
      this.handOverIfDone();
    }
    this.holdOrLetGo();
    // The next one may fit into less room than this one was to be woken for, unless the same signal gives it up, too.
    if (this.queue.head !== undefined) void Promise.resolve().then(() => this.pump.run());
  }

  protected fallAsleep(): number | undefined {
    // To be woken for each byte of room would cost more than to move it.
    return this.ring.fallAsleep(Math.min(this.left, Math.max(1, this.capacity >> 2)));
  }

  protected hasNews(): boolean {
    return this.ring.hasNews();
  }

  private rejectWrites(error: (done: number) => unknown): void {
    for (const write of this.queue.all()) this.drop(write, error(write.done));
  }

  // Moving bytes

  /** Puts what fits of `chunk[start, end)` into the ring; returns how far it got. */
  private push(chunk: Uint8Array, start: number, end: number): number {
    const left = end - start;
    const count = Math.min(left, this.ring.room(left));
    this.left = left - count;
    if (count === 0) return start;
    copyIn(this.memory.ring, this.ring.slot, chunk, start, count);
    this.ring.advance(count);
    this.bytesWritten += count;
    return start + count;
  }

  /** The same, and serves the reads that wait in this thread, each with all that is there for it. */
  private pass(chunk: Uint8Array, start: number, end: number): number {
    let done = this.push(chunk, start, end);
    while (this.linked?.step()) done = this.push(chunk, done, end);
    return done;
  }

  // Ending

  close(): void {
    if (this.writerState !== 'open') return;
    this.notice();
    this.writerState = 'closing';
    if (this.queue.head === undefined) this.handOver();
  }

  abort(given: unknown): void {
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    this.notice();
    this.failWriter(abortReason(given));
    this.writerState = 'closing';
    this.rejectWrites((done) => this.closedError('writer', done));
    this.writerClosed.resolve();
    this.handOver();
    this.holdOrLetGo();
  }

  /** `using` leaves a writer behind: only `close()` before that says that the stream is whole. */
  dispose(): void {
    if (this.writerState !== 'open') return;
    this.abort(new AbandonedPipeError(`${this.name}: the writer left its scope without close()`));
  }

  notice(): void {
    if (this.readerState !== 'open') return;
    try {
      const state = this.memory.stateOf(READER, this.corrupt);
      if (state !== OPEN) this.readerEnded(this.reasonOfOther(state));
    } catch {} // corrupt() has seen to it
  }

  protected otherFailed(reason: unknown): void {
    this.readerEnded(reason);
  }

  protected get isOwnOpen(): boolean {
    return this.writerState === 'open';
  }

  protected get isOver(): boolean {
    return this.writerState === 'ended' || this.writerState === 'failed' || this.readerState !== 'open';
  }

  protected endSpent(): void {
    this.writerState = 'ended';
    this.rejectWrites((done) => this.closedError('writer', done));
    this.writerClosed.resolve();
  }

  private readerEnded(reason: unknown): void {
    this.readerState = reason === NONE ? 'closed' : 'aborted';
    this.readerReason = reason;
    if (this.firstReason === NONE) this.firstReason = reason;
    this.rejectWrites((done) => this.readerGone(done));
    if (this.writerState === 'open' || this.writerState === 'closing')
      this.writerClosed.reject(() => this.readerGone(0));
    // Nobody is left to hand over to. An abort() that comes now is still the reason that the reader's errors name.
    if (this.writerState === 'closing') this.dismiss();
    this.holdOrLetGo();
  }

  /** After `close()`, when everything is in the ring, and the reader there to see the end. */
  private handOverIfDone(): void {
    if (this.writerState !== 'closing' || this.queue.head !== undefined) return;
    if (this.readerState === 'open' || this.writerReason !== NONE) this.handOver();
  }

  private handOver(): void {
    const { writerReason } = this;
    this.writerState = writerReason === NONE ? 'ended' : 'failed';
    if (writerReason === NONE) this.writerClosed.resolve();
    this.retire(writerReason);
  }

  /** @throws What a write that has moved `done` bytes rejects with when either side has closed. */
  private checkWritable(done: number): void {
    if (this.writerState !== 'open') throw this.closedError('writer', done);
    this.notice();
    if (this.readerState !== 'open') throw this.readerGone(done);
  }
}
