/**
 * The state of a writer whose bytes go into a WritableStream, and every rule about when it may go on. The stream has one
 * chunk at a time, a copy, since it may keep or detach what it is given; the write settles when the stream has taken it.
 */
import { type AbandonablePipe, type Ends, unwatchForAbandonment, watchForAbandonment } from './abandoned.js';
import { checkBytes, memoryGone, signalOf } from './arguments.js';
import { AbandonedPipeError, BrokenPipeError } from './errors.js';
import { Operation, OperationQueue, type WaitedPipe } from './operation.js';
import { settled } from './settled.js';
import { abortReason, NONE, Sides } from './sides.js';
import { encode } from './text-encoder.js';
import type { CallOptions } from './types.js';
import { park, unpark } from './waiting.js';
import { watchForDeadlock } from './watch-for-deadlock.js';
import type { StreamWriter, WritableStreamLike } from './web-streams.js';

export class StreamDrain extends Sides implements WaitedPipe, AbandonablePipe {
  bytesWritten = 0;
  readonly fill = 0;
  readonly capacity = 0;

  private readonly stream: StreamWriter;
  private readonly writes = new OperationQueue();
  private isSending = false; // the stream has a chunk, or its close, and has not answered
  private sending: Operation | undefined = undefined; // whose chunk that is; none of a tryWrite()
  private ends: Ends | undefined = undefined; // until the collector watches them

  /** Locks `stream`. */
  constructor(stream: WritableStreamLike, name: string | undefined) {
    super(name);
    this.stream = stream.getWriter() as StreamWriter;
    this.stream.closed.then(
      () => this.streamClosed(),
      (reason) => this.streamFailed(reason),
    );
  }

  attach(ends: Ends): void {
    this.ends = ends;
    watchForAbandonment(this);
  }

  releaseEnds(): Ends | undefined {
    const ends = this.ends;
    this.ends = undefined;
    return ends;
  }

  /** Gives the stream back to whoever has it. */
  release(): void {
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

  /** A stream that asks for a chunk takes it whole, into its queue. */
  tryWrite(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    this.checkWritable();
    if (chunk.length === 0 || this.isSending || !((this.stream.desiredSize ?? 0) > 0)) return 0;
    this.send(chunk, undefined);
    this.bytesWritten += chunk.length;
    return chunk.length;
  }

  closeWriter(): void {
    if (this.writerState !== 'open') return;
    this.writerState = 'closing';
    this.sendNext();
  }

  abortWriter(given: unknown): void {
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    this.failStream(abortReason(given));
    this.rejectWrites(this.writes.all(), (done) => this.closedError('writer', done));
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
    const behind = this.writerState === 'closing' ? this.writes.behind(operation) : [];
    unpark(operation, this.writes);
    operation.reject(error);
    if (this.writerState !== 'closing') return;
    // Nobody will send the rest of what close() promised: the stream is cut off here, and must not look whole.
    this.failWriter(error);
    this.rejectWrites(behind, (done) => this.closedError('writer', done));
    this.writerClosed.reject(() => error);
    if (this.writes.head === undefined) this.failStream(error);
  }

  /** Hands the next chunk to the stream, or its end, if nothing is on its way. */
  private sendNext(): void {
    if (this.isSending) return;
    let write = this.writes.head;
    while (write?.isShort) {
      this.giveUp(write, memoryGone('chunk', write));
      write = this.writes.head;
    }
    if (write !== undefined) this.send(write.bytes as Uint8Array, write);
    else if (this.writerState === 'closing') this.end();
  }

  private send(chunk: Uint8Array, write: Operation | undefined): void {
    this.isSending = true;
    this.sending = write;
    give(this.stream, new Uint8Array(chunk)).then(
      () => this.sent(write),
      (reason) => this.streamFailed(reason),
    );
  }

  private sent(write: Operation | undefined): void {
    this.isSending = false;
    this.sending = undefined;
    if (write !== undefined) {
      this.bytesWritten += write.length; // also when it was given up: the stream has it
      if (write.isWaiting) {
        write.done = write.length;
        unpark(write, this.writes);
        write.resolve(write.length);
      }
    }
    if (this.writerState === 'open' || this.writerState === 'closing') this.sendNext();
  }

  /** Everything was sent. */
  private end(): void {
    if (this.writerReason !== NONE) {
      this.failStream(this.writerReason);
      return;
    }
    this.isSending = true;
    this.stream.close().catch((reason) => this.streamFailed(reason));
  }

  /** By end(), or by somebody before it came here. */
  private streamClosed(): void {
    if (this.writerState === 'open') this.endReader('closed', NONE);
    if (this.writerState !== 'closing') return;
    this.writerState = 'ended';
    this.writerClosed.resolve();
    this.retire();
  }

  /** The writer's side fails with `reason`, and so does the stream. */
  private failStream(reason: unknown): void {
    this.failWriter(reason);
    this.writerState = 'failed';
    this.stream.abort(this.writerReason).catch(() => {});
    this.retire();
  }

  /** A reader that closed gave no reason; what it had taken of the chunk under way is in its error. */
  private streamFailed(reason: unknown): void {
    if (!(reason instanceof BrokenPipeError)) {
      this.endReader('aborted', reason);
      return;
    }
    if (this.sending?.isWaiting && this.readerState === 'open') {
      this.sending.done = reason.bytesWritten;
      this.bytesWritten += reason.bytesWritten;
    }
    this.endReader('closed', NONE);
  }

  /** The stream failed, or was closed by somebody before it came here. */
  private endReader(state: 'closed' | 'aborted', reason: unknown): void {
    if (this.readerState !== 'open') return;
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    this.readerState = state;
    this.readerReason = reason;
    if (this.firstReason === NONE) this.firstReason = reason;
    this.rejectWrites(this.writes.all(), (done) => this.readerGone(done));
    this.writerClosed.reject(() => this.readerGone(0));
    this.retire();
  }

  /** @throws What a write rejects with when either side has closed. */
  private checkWritable(): void {
    if (this.writerState !== 'open') throw this.closedError('writer', 0);
    if (this.readerState !== 'open') throw this.readerGone(0);
  }

  private rejectWrites(writes: readonly Operation[], error: (done: number) => unknown): void {
    for (const write of writes) {
      if (!write.isWaiting) continue; // a signal of somebody's own, let go by an earlier one, has ended it
      unpark(write, this.writes);
      write.reject(error(write.done));
    }
  }

  /** Nothing can be abandoned any more. */
  private retire(): void {
    unwatchForAbandonment(this);
    this.ends = undefined;
  }
}

/** Node 20 throws where a stream was closed before anybody had locked it. */
function give(stream: StreamWriter, chunk: Uint8Array): Promise<void> {
  try {
    return stream.write(chunk);
  } catch (error) {
    return Promise.reject(error);
  }
}
