/**
 * The state of a writer whose bytes go into a WritableStream, and every rule about when it may go on. The stream has one
 * chunk at a time, a copy, since it may keep or detach what it is given; the write settles when the stream has taken it.
 */
import { type AbandonablePipe, type Ends, unwatchForAbandonment, watchForAbandonment } from './abandoned.js';
import { checkBytes, memoryGone, signalOf } from './arguments.js';
import { watchForDeadlock } from './deadlock.js';
import { AbandonedPipeError } from './errors.js';
import { Operation, OperationQueue, type WaitedPipe } from './operation.js';
import { settled } from './settled.js';
import { abortReason, NONE, Sides } from './sides.js';
import { encode } from './text-encoder.js';
import type { CallOptions } from './types.js';
import { park, unpark } from './waiting.js';
import type { StreamWriter, WritableStreamLike } from './web-streams.js';

export class StreamDrain extends Sides implements WaitedPipe, AbandonablePipe {
  bytesWritten = 0;
  readonly fill = 0;
  readonly capacity = 0;

  private readonly stream: StreamWriter;
  private readonly writes = new OperationQueue();
  private isSending = false; // the stream has a chunk, or its close, and has not answered
  private isReleased = false;
  private ends: Ends | undefined = undefined; // until the collector watches them

  /** Locks `stream`. */
  constructor(stream: WritableStreamLike, name: string | undefined) {
    super(name);
    this.stream = stream.getWriter() as StreamWriter;
    this.stream.closed.then(
      () => this.endReader('closed', NONE),
      (reason) => this.endReader('aborted', reason),
    );
  }

  attach(ends: Ends): void {
    this.ends = ends;
    watchForAbandonment(this);
  }

  releaseEnds(): Ends | undefined {
    const { ends } = this;
    this.ends = undefined;
    return ends;
  }

  /** Gives the stream back to whoever has it. */
  release(): void {
    this.isReleased = true;
    this.stream.releaseLock();
  }

  write(writer: object, chunk: Uint8Array | string, options: CallOptions | undefined): Promise<number> {
    try {
      const bytes = typeof chunk === 'string' ? encode(chunk) : chunk;
      checkBytes('chunk', bytes, ' or a string');
      const signal = signalOf(options);
      this.checkWritable();
      if (signal?.aborted) throw signal.reason;
      const { length } = bytes;
      if (length === 0) return settled(0);
      watchForDeadlock();
      const sent = park<number>(new Operation('write', this, writer, bytes, length), this.writes, signal);
      this.sendNext();
      return sent;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Nothing goes into a stream without waiting for its answer. */
  tryWrite(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    this.checkWritable();
    return 0;
  }

  closeWriter(): void {
    if (this.writerState !== 'open') return;
    this.writerState = 'closing';
    this.sendNext();
  }

  abortWriter(given: unknown): void {
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    this.failStream(abortReason(given));
    this.rejectWrites((done) => this.closedError('writer', done));
    this.writerClosed.resolve();
  }

  disposeWriter(): void {
    if (this.writerState !== 'open') return;
    this.abortWriter(new AbandonedPipeError(`${this.name}: the writer left its scope without close()`));
  }

  /** The collector took the writer. */
  abandonWriter(): void {
    this.abortWriter(
      new AbandonedPipeError(`${this.name}: the writer was collected as garbage without close()`),
    );
  }

  /** The stream is the reader, and nobody's to collect while it is locked. */
  abandonReader(): void {}

  isRefed(): boolean {
    return this.writerRefed;
  }

  giveUp(operation: Operation, error: unknown): void {
    unpark(operation, this.writes);
    operation.reject(error);
    if (this.writerState !== 'closing') return;
    // Nobody will send the rest of what close() promised: the stream is cut off here, and must not look whole.
    this.failStream(error);
    this.rejectWrites((done) => this.closedError('writer', done));
    this.writerClosed.reject(() => error);
  }

  /** Hands the next chunk to the stream, or its end, if nothing is on its way. */
  private sendNext(): void {
    if (this.isSending) return;
    let write = this.writes.head;
    while (write?.isShort) {
      this.giveUp(write, memoryGone('chunk', write));
      write = this.writes.head;
    }
    if (write !== undefined) {
      this.isSending = true;
      this.stream.write(new Uint8Array(write.bytes as Uint8Array)).then(
        () => this.sent(write),
        (reason) => this.endReader('aborted', reason),
      );
    } else if (this.writerState === 'closing') {
      this.isSending = true;
      this.stream.close().then(
        () => this.ended(),
        (reason) => this.endReader('aborted', reason),
      );
    }
  }

  private sent(write: Operation): void {
    this.isSending = false;
    this.bytesWritten += write.length; // also when it was given up: the stream has it
    if (write.isWaiting) {
      write.done = write.length;
      unpark(write, this.writes);
      write.resolve(write.length);
    }
    if (this.writerState === 'open' || this.writerState === 'closing') this.sendNext();
  }

  private ended(): void {
    if (this.writerState !== 'closing') return;
    this.writerState = 'ended';
    this.writerClosed.resolve();
    this.retire();
  }

  /** The writer's side fails with `reason`, and so does the stream. */
  private failStream(reason: unknown): void {
    this.failWriter(reason);
    this.writerState = 'failed';
    this.stream.abort(reason).catch(() => {});
    this.retire();
  }

  /** The stream failed, or was closed by somebody before it came here. */
  private endReader(state: 'closed' | 'aborted', reason: unknown): void {
    if (this.isReleased || this.readerState !== 'open') return;
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    if (state === 'closed' && this.isSending && this.writerState === 'closing') return; // ended() comes
    this.readerState = state;
    this.readerReason = reason;
    if (this.firstReason === NONE) this.firstReason = reason;
    this.rejectWrites((done) => this.readerGone(done));
    this.writerClosed.reject(() => this.readerGone(0));
    this.retire();
  }

  /** @throws What a write rejects with when either side has closed. */
  private checkWritable(): void {
    if (this.writerState !== 'open') throw this.closedError('writer', 0);
    if (this.readerState !== 'open') throw this.readerGone(0);
  }

  private rejectWrites(error: (done: number) => unknown): void {
    for (const write of this.writes.all()) {
      if (!write.isWaiting) continue; // a signal of somebody's own, let go by an earlier one, has ended it
      unpark(write, this.writes);
      write.reject(error(write.done));
    }
  }

  /** Nothing can be abandoned any more. */
  private retire(): void {
    if (this.ends === undefined) unwatchForAbandonment(this);
    this.ends = undefined;
  }
}
