/**
 * The pipe behind a writer that `fromNode` makes. The stream is its reader: it takes what is written while it does not ask to
 * wait, in copies, since it may keep them for as long as it likes, and a write has been taken when the stream calls back for
 * its last byte.
 */
import type { Writable } from 'node:stream';
import { AbandonedPipeError, BrokenPipeError, type CallOptions } from '../io/index.js';
import {
  type AbandonablePipe,
  abortReason,
  CHUNK_MAX,
  checkBytes,
  type Ends,
  encode,
  memoryGone,
  NONE,
  Operation,
  OperationQueue,
  park,
  Sides,
  settled,
  signalOf,
  unpark,
  unwatchForAbandonment,
  type WaitedPipe,
  watchForAbandonment,
  watchForDeadlock,
} from '../io/internal.js';
import { reasonOf, streamError } from './stream-error.js';
import { StreamEvents } from './stream-events.js';

export class NodeSink extends Sides implements WaitedPipe, AbandonablePipe {
  bytesWritten = 0; // given to the stream
  /** Called when nothing will be written any more. */
  onDone: () => void = () => {};

  private readonly stream: Writable;
  private readonly events: StreamEvents;
  private readonly writes = new OperationQueue(); // the stream has not got all of their bytes
  private readonly given = new OperationQueue(); // the stream has, and has not called back for the last
  private callbacks = 0; // that the stream owes
  private isFull: boolean; // the stream asks to wait
  private isEnding = false; // the stream was told its end
  private ends: Ends | undefined = undefined;
  private hasWaited = false;

  constructor(stream: Writable, name: string | undefined) {
    super(name);
    this.stream = stream;
    this.events = new StreamEvents(stream);
    this.isFull = stream.writableNeedDrain === true;
    this.events.on('drain', () => this.onDrain());
    this.events.on('finish', () => this.onFinish());
    this.events.on('error', (error) => this.onStreamError(error));
    this.events.on('close', () => this.onStreamClose());
    if (stream.errored) this.onStreamError(stream.errored);
    else if (stream.destroyed || stream.writableEnded) this.endReader('closed', NONE);
  }

  get fill(): number {
    return this.stream.writableLength;
  }

  get capacity(): number {
    return this.stream.writableHighWaterMark;
  }

  get isDone(): boolean {
    return this.writerState === 'ended' || this.writerState === 'failed';
  }

  /** Makes the end known, once. */
  attach(ends: Ends): void {
    this.ends = ends;
  }

  releaseEnds(): Ends | undefined {
    const { ends } = this;
    this.ends = undefined;
    return ends;
  }

  write(writer: object, chunk: Uint8Array | string, options: CallOptions | undefined): Promise<number> {
    try {
      const bytes = typeof chunk === 'string' ? encode(chunk) : chunk;
      checkBytes('chunk', bytes, ' or a string');
      const signal = signalOf(options);
      this.checkWritable();
      if (signal?.aborted) throw signal.reason;
      if (bytes.length === 0) return settled(0);
      this.watchEnds();
      const operation = new Operation('write', this, writer, bytes, bytes.length);
      const promise = park<number>(operation, this.writes, signal);
      this.giveWrites();
      return promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryWrite(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    this.checkWritable();
    if (chunk.length === 0) return 0;
    if (this.writes.head !== undefined || !this.canGive()) {
      this.watchEnds();
      return 0;
    }
    const count = Math.min(chunk.length, CHUNK_MAX);
    this.give(chunk, 0, count, nothing);
    return count;
  }

  closeWriter(): void {
    if (this.writerState !== 'open') return;
    this.writerState = 'closing';
    this.endIfGiven();
  }

  abortWriter(reason: unknown): void {
    if (this.isDone) return;
    this.failWriter(abortReason(reason));
    this.rejectAll((done) => this.closedError('writer', done));
    this.writerClosed.resolve();
    this.fail();
  }

  /** The collector took the writer. */
  abandonWriter(): void {
    this.abortWriter(
      new AbandonedPipeError(`${this.name}: the writer was collected as garbage without close()`),
    );
  }

  /** The other end is the stream, which nobody watches for us. */
  abandonReader(): void {}

  disposeWriter(): void {
    if (this.writerState !== 'open') return;
    this.abortWriter(new AbandonedPipeError(`${this.name}: the writer left its scope without close()`));
  }

  isRefed(): boolean {
    return this.writerRefed;
  }

  giveUp(write: Operation, error: unknown): void {
    const isGiven = write.done === write.length;
    const behind = this.writerState === 'closing' && !isGiven ? this.writes.behind(write) : [];
    this.unpark(write);
    write.reject(error);
    if (this.writerState !== 'closing' || isGiven) return;
    // Nobody will send the rest of what close() promised: the stream is cut off here, and must not look whole.
    this.failWriter(error);
    for (const late of behind) this.reject(late, (done) => this.closedError('writer', done));
    this.writerClosed.reject(() => error);
    this.endIfGiven();
  }

  // Giving

  private canGive(): boolean {
    return !this.isFull && !this.stream.destroyed;
  }

  /** Gives the stream what waits, in order, until it asks to wait. */
  private giveWrites(): void {
    while (this.canGive() && this.writes.head !== undefined) {
      const write = this.writes.head;
      if (write.isShort) {
        this.giveUp(write, memoryGone('chunk', write));
        continue;
      }
      const start = write.done;
      const count = Math.min(write.length - start, CHUNK_MAX);
      write.done += count;
      const isLast = write.done === write.length;
      if (isLast) {
        this.writes.remove(write);
        this.given.add(write);
      }
      this.give(write.bytes as Uint8Array, start, count, isLast ? () => this.onTaken(write) : nothing);
    }
    this.endIfGiven();
  }

  private give(bytes: Uint8Array, start: number, count: number, onTaken: () => void): void {
    this.bytesWritten += count;
    this.callbacks++;
    try {
      const wantsMore = this.stream.write(Buffer.from(bytes.subarray(start, start + count)), (error) => {
        this.callbacks--;
        if (error === null || error === undefined) onTaken(); // else the stream's events say what has happened
        this.endIfGiven();
      });
      if (!wantsMore) this.isFull = true;
    } catch (error) {
      this.onStreamError(error);
      this.stream.destroy(streamError(error));
    }
  }

  private onTaken(write: Operation): void {
    if (!write.isWaiting) return;
    this.unpark(write);
    write.resolve(write.length);
  }

  private onDrain(): void {
    this.isFull = false;
    this.giveWrites();
  }

  // Ending

  /** After `close()`: with everything given the stream is told its end, or what was given up in place of it. */
  private endIfGiven(): void {
    if (this.writerState !== 'closing' || this.writes.head !== undefined || this.isEnding) return;
    if (this.readerState !== 'open') this.end('ended');
    else if (this.writerReason === NONE) {
      this.isEnding = true;
      this.stream.end();
    } else if (this.callbacks === 0) this.fail();
  }

  private fail(): void {
    this.end('failed');
    this.stream.destroy(streamError(this.writerReason));
  }

  private onFinish(): void {
    if (this.isEnding) this.end('ended');
    else this.endReader('closed', NONE); // somebody else has ended the stream
  }

  private onStreamError(error: unknown): void {
    // Our own word for a reader that closed without a reason.
    if (error instanceof BrokenPipeError) this.endReader('closed', NONE);
    else this.endReader('aborted', reasonOf(error));
  }

  private onStreamClose(): void {
    this.events.removeAll();
    this.endReader('closed', NONE);
  }

  private end(state: 'ended' | 'failed'): void {
    this.writerState = state;
    this.writerClosed.resolve();
    if (this.ends === undefined) unwatchForAbandonment(this);
    this.ends = undefined;
    this.onDone();
  }

  private endReader(state: 'closed' | 'aborted', reason: unknown): void {
    if (this.readerState !== 'open') return;
    this.readerState = state;
    this.readerReason = reason;
    if (this.firstReason === NONE) this.firstReason = reason;
    this.writerClosed.reject(() => this.readerGone(0));
    this.rejectAll((done) => this.readerGone(done));
  }

  private rejectAll(error: (done: number) => unknown): void {
    for (const write of [...this.given.all(), ...this.writes.all()]) this.reject(write, error);
  }

  /** But for one that a signal of somebody's own, let go by an earlier one, has ended. */
  private reject(write: Operation, error: (done: number) => unknown): void {
    if (!write.isWaiting) return;
    this.unpark(write);
    write.reject(error(write.done));
  }

  private unpark(write: Operation): void {
    unpark(write, write.done === write.length ? this.given : this.writes);
  }

  private watchEnds(): void {
    if (this.hasWaited) return;
    this.hasWaited = true;
    watchForAbandonment(this);
    watchForDeadlock();
  }

  /** @throws What a write rejects with when either side has closed. */
  private checkWritable(): void {
    if (this.writerState !== 'open') throw this.closedError('writer', 0);
    if (this.readerState !== 'open') throw this.readerGone(0);
  }
}

function nothing(): void {}
