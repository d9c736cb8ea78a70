/**
 * The calls that the two ends of a memory pipe share their state for: what each of them checks, what it moves at once, and
 * when it waits. What happens to those that wait is memory-flow.ts.
 */
import { checkBytes, signalOf } from './arguments.js';
import { CHUNK_MAX } from './chunk-iterator.js';
import { AbandonedPipeError } from './errors.js';
import { MemoryFlow } from './memory-flow.js';
import { Operation, type OperationQueue } from './operation.js';
import { settled } from './settled.js';
import { abortReason, NONE } from './sides.js';
import { encode } from './text-encoder.js';
import type { CallOptions, Signal } from './types.js';
import { park } from './waiting.js';

export class MemoryPipe extends MemoryFlow {
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
      const count = this.reads.tail === undefined ? this.take(into, length) : 0;
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
      const { available } = this;
      if (available > 0 && this.reads.tail === undefined) {
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
    const count = this.reads.tail === undefined ? this.take(into, into.length) : 0;
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
        done = this.give(bytes, 0, length);
        if (done === length) return settled(length);
      }
      const operation = new Operation('write', this, writer, bytes, length);
      operation.done = done;
      const promise = this.park<number>(operation, this.writes, signal);
      this.reads.head?.link?.wake();
      return promise;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryWrite(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    this.checkWritable();
    if (chunk.length === 0) return 0;
    const count = this.writes.head === undefined ? this.give(chunk, 0, chunk.length) : 0;
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

  private park<Value>(
    operation: Operation,
    queue: OperationQueue,
    signal: Signal | undefined,
  ): Promise<Value> {
    this.watchEnds();
    return park(operation, queue, signal);
  }
}

/** The end of a stream, for whoever need not wait for it. */
const END = Promise.resolve(null);
