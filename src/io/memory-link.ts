/**
 * Joins two memory pipes, for `copy()`: what the source has is on offer in the sink where it lies, in its writer's chunk or in
 * its ring, and counts as read by the bytes that the far reader has taken. So nothing is held in between, and no byte
 * copied or lost there. Both pipes see calls of their ends as they would without it, one after the other: a read of the
 * source, which waits its turn, and a write to the sink. But these are operations without promises: a message passes both
 * pipes inside the call that brings it, or that asks for it.
 */
import { memoryGone } from './arguments.js';
import { DeadlockError } from './errors.js';
import { MemoryPipe } from './memory-pipe.js';
import { MemoryReader } from './memory-reader.js';
import { MemoryWriter } from './memory-writer.js';
import { observer } from './observe.js';
import { type Link, Operation } from './operation.js';
import type { Signal } from './types.js';
import { parkLinked, unpark } from './waiting.js';

export interface LinkOptions {
  /** Bytes of one read at most. */
  readonly size: number;
  /** Bytes of all of them. */
  readonly limit: number;
  readonly onProgress: ((copied: number) => void) | undefined;
  readonly stop: Signal | undefined;
}

/** Copies as `copy()` does, if these are ends of two memory pipes; resolves to the number of bytes. */
export function linkPipes(from: object, to: object, options: LinkOptions): Promise<number> | undefined {
  const source = MemoryReader.pipeOf(from);
  const sink = MemoryWriter.pipeOf(to);
  // One that a stream of Node's fills has to be asked with each read.
  if (source === undefined || sink === undefined || source.read !== MemoryPipe.prototype.read) {
    return undefined;
  }
  return new Promise((resolve, reject) => {
    new MemoryLink({ source, sink, from, to, ...options }, { resolve, reject }).start();
  });
}

interface LinkParts extends LinkOptions {
  readonly source: MemoryPipe;
  readonly sink: MemoryPipe;
  /** Their ends, which are held while there is anything to wait for. */
  readonly from: object;
  readonly to: object;
}

interface Settlers {
  resolve(copied: number): void;
  reject(reason: unknown): void;
}

class MemoryLink implements Link {
  readonly #parts: LinkParts;
  readonly #settlers: Settlers;
  copied = 0; // bytes

  /** The read of the source: it stays in the queue there while it is served, and those behind it wait. */
  readonly #read: Operation;
  /** The write to the sink, while it waits there; and how many of its bytes the source knows to be taken. */
  readonly #write: Operation;
  #taken = 0;
  /** The write of the source that it has its bytes from; none of a ring. */
  #lent: Operation | undefined;
  #isBusy = false; // something moves right now, and one of these pipes may lead to the other
  #isOver = false;

  readonly #onStop = (): void => this.#fail(this.#parts.stop?.reason);

  constructor(parts: LinkParts, settlers: Settlers) {
    this.#parts = parts;
    this.#settlers = settlers;
    this.#read = this.#operation('read', parts.source, parts.from);
    this.#read.resolve = () => this.#finish();
    this.#read.reject = (error) => this.#fail(error);
    this.#write = this.#operation('write', parts.sink, parts.to);
    this.#write.resolve = () => this.moved();
    this.#write.reject = (error) => this.#refused(error);
    parts.stop?.addEventListener('abort', this.#onStop);
  }

  #operation(kind: 'read' | 'write', pipe: MemoryPipe, end: object): Operation {
    const operation = new Operation(kind, pipe, end, undefined, 0);
    operation.isWaiting = false; // before it is parked
    operation.link = this;
    return operation;
  }

  get isLending(): boolean {
    return this.#write.isWaiting;
  }

  /** The read is called, the first time or anew. */
  start(): void {
    const { source } = this.#parts;
    if (this.#isAtLimit()) return;
    try {
      if (source.hasEnded()) {
        this.#finish();
        return;
      }
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#read.length = this.#most();
    source.watchEnds();
    parkLinked(this.#read, source.reads, this.#read);
    source.wakeReads();
  }

  pass(chunk: Uint8Array, start: number, end: number): number {
    if (this.#write.isWaiting || this.#isBusy) return 0;
    const { source } = this.#parts;
    const size = Math.min(end - start, this.#most());
    const count = this.#offer(chunk, start, start + size);
    source.bytesWritten += count;
    source.bytesRead += count;
    this.copied += count;
    if (count === size) this.#next();
    return count;
  }

  take(): boolean {
    if (this.#write.isWaiting || this.#isBusy) return false;
    const bytes = this.#front();
    const count = this.#offer(bytes, 0, bytes.length);
    this.#skip(count);
    if (this.#isOver) return true;
    if (count === bytes.length) this.#next();
    else this.#lend(bytes, count);
    return !this.#write.isWaiting;
  }

  moved(): void {
    const { done, isWaiting } = this.#write;
    const count = done - this.#taken;
    this.#taken = done;
    this.#skip(count);
    if (isWaiting) return;
    this.#letGo();
    if (this.#isOver) return;
    this.#next();
    this.#parts.source.wakeReads();
  }

  recall(write: Operation, error: unknown): void {
    if (write !== this.#lent) return;
    // The report has the write of the piece too, but this ends its wait before its turn comes.
    if (error instanceof DeadlockError) this.#fail(error);
    else this.#withdraw(error);
  }

  /** What one read takes at most. */
  #most(): number {
    const { size, limit } = this.#parts;
    return Math.min(size, limit - this.copied);
  }

  /** What a read of the source would get now. */
  #front(): Uint8Array {
    const { source } = this.#parts;
    const most = this.#most();
    if (source.ring !== undefined) return source.ring.front(most);
    const write = source.writes.head as Operation;
    const bytes = write.bytes as Uint8Array;
    const count = Math.min(write.length - write.done, most);
    return count === bytes.length ? bytes : bytes.subarray(write.done, write.done + count);
  }

  /** Gives the sink what it takes now; returns how many bytes that were. */
  #offer(bytes: Uint8Array, start: number, end: number): number {
    this.#isBusy = true;
    try {
      return this.#parts.sink.offer(bytes, start, end);
    } catch (error) {
      this.#fail(error);
      return 0;
    } finally {
      this.#isBusy = false;
    }
  }

  /** `count` bytes of the front went to the sink. */
  #skip(count: number): void {
    if (count === 0) return;
    const { source } = this.#parts;
    const { ring } = source;
    this.copied += count;
    source.bytesRead += count;
    this.#isBusy = true;
    if (ring === undefined) source.move(source.writes.head as Operation, count);
    else {
      ring.skip(count);
      source.refill(ring);
    }
    this.#isBusy = false;
  }

  /** A write to the sink, of whose bytes it has taken the first `done` already: the rest waits there. */
  #lend(bytes: Uint8Array, done: number): void {
    const { source, sink } = this.#parts;
    const write = this.#write;
    write.bytes = bytes;
    write.length = bytes.length;
    write.done = done;
    this.#taken = done;
    this.#lent = source.ring === undefined ? source.writes.head : undefined;
    sink.watchEnds();
    parkLinked(write, sink.writes, this.#read);
    if (sink.reads.tail !== undefined) sink.wakeReads(); // of another link
  }

  /** The write does not wait any more, and keeps nothing of what it was lent. */
  #letGo(): void {
    this.#write.bytes = undefined;
    this.#lent = undefined;
  }

  /** The whole piece was taken: the next read is called. */
  #next(): void {
    const { source, onProgress } = this.#parts;
    const read = this.#read;
    if (onProgress !== undefined) void this.#report(onProgress);
    else if (!this.#isAtLimit()) {
      if (source.reads.tail !== read) {
        source.reads.remove(read);
        source.reads.add(read);
      }
      read.length = this.#most();
      if (observer !== undefined) observer.parked(read, read);
    }
  }

  /** Outside of the call that moved the piece, which is somebody else's. */
  async #report(onProgress: (copied: number) => void): Promise<void> {
    unpark(this.#read, this.#parts.source.reads);
    await undefined;
    if (this.#isOver) return;
    try {
      onProgress(this.copied);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#isOver) this.start();
  }

  #isAtLimit(): boolean {
    if (this.copied < this.#parts.limit) return false;
    this.#finish();
    return true;
  }

  /** The sink will take no more of the piece. */
  #refused(error: unknown): void {
    if (this.#isBusy) return; // it was withdrawn
    const lent = this.#lent;
    const isGone = this.#write.isShort;
    this.#letGo();
    // It is the source's writer who took the memory away, and the copy goes on behind that.
    if (lent !== undefined && isGone) this.#parts.source.giveUp(lent, memoryGone('chunk', lent));
    else this.#fail(error);
  }

  /** Takes back what is on offer. */
  #withdraw(error: unknown): void {
    if (!this.#write.isWaiting) return;
    this.#isBusy = true;
    this.#parts.sink.giveUp(this.#write, error);
    this.#isBusy = false;
    this.#letGo();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#end(undefined);
    this.#settlers.resolve(this.copied);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#end(error);
    this.#settlers.reject(error);
  }

  #end(error: unknown): void {
    const { source, stop } = this.#parts;
    this.#isOver = true;
    stop?.removeEventListener('abort', this.#onStop);
    this.#withdraw(error);
    if (!this.#read.isWaiting) return;
    unpark(this.#read, source.reads);
    source.wakeReads();
  }
}
