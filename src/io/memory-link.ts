/**
 * Joins two memory pipes, for `copy()`: what the source has is on offer in the sink where it lies, in its writer's chunk or in
 * its ring, and counts as read by the bytes that the far reader has taken. So nothing is held in between, and no byte
 * copied or lost there. Both pipes see calls of their ends as they would without it, one after the other: a read of the
 * source, which waits its turn, and a write to the sink. But these are operations without promises: a message passes both
 * pipes inside the call that brings it, or that asks for it.
 */
import { memoryGone } from './arguments.js';
import { DeadlockError } from './errors.js';
import type { MemoryFlow } from './memory-flow.js';
import { MemoryPipe } from './memory-pipe.js';
import { MemoryReader } from './memory-reader.js';
import { MemoryWriter } from './memory-writer.js';
import { type Link, Operation } from './operation.js';
import { NONE } from './sides.js';
import type { Signal } from './types.js';
import { parkLinked, unpark } from './waiting.js';

export interface LinkOptions {
  /** Bytes of one piece at most. */
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
  if (source?.read !== MemoryPipe.prototype.read || sink === undefined) return undefined;
  const read = new Operation('read', source, from, undefined, 0);
  const write = new Operation('write', sink, to, undefined, 0);
  return new Promise((resolve, reject) => {
    new MemoryLink(source, sink, { ...options, read, write, resolve, reject }).start();
  });
}

interface Parts extends LinkOptions {
  /** A read of the source: it stays in the queue there while it is served, and those behind it wait. */
  readonly read: Operation;
  /** A write to the sink: it waits while something is on offer there. */
  readonly write: Operation;
  resolve(copied: number): void;
  reject(reason: unknown): void;
}

class MemoryLink implements Link {
  copied = 0; // bytes

  readonly #source: MemoryFlow;
  readonly #sink: MemoryFlow;
  readonly #parts: Parts;
  readonly #onStop = (): void => this.#end(this.#parts.stop?.reason);
  #lent: Operation | undefined; // the write of the source that is on offer; none of a ring
  #isBusy = false; // something moves right now, and one of these pipes may lead to the other
  #isOver = false;

  constructor(source: MemoryFlow, sink: MemoryFlow, parts: Parts) {
    const { read, write, stop } = parts;
    this.#source = source;
    this.#sink = sink;
    this.#parts = parts;
    read.link = write.link = this;
    read.isWaiting = write.isWaiting = false; // before they are parked
    read.resolve = () => this.#end(NONE);
    read.reject = (error) => this.#end(error);
    write.resolve = () => this.#taken();
    write.reject = (error) => this.#refused(error);
    stop?.addEventListener('abort', this.#onStop);
  }

  get isLending(): boolean {
    return this.#parts.write.isWaiting;
  }

  start(): void {
    this.#read();
    this.wake();
  }

  pass(chunk: Uint8Array, start: number, end: number): number {
    if (this.isLending || this.#isBusy) return 0;
    const size = Math.min(end - start, this.#most);
    const count = this.#offer(chunk, start, start + size);
    this.#source.bytesWritten += count;
    this.#source.bytesRead += count;
    this.copied += count;
    if (count === size) this.#next();
    return count;
  }

  wake(): void {
    serveReads(this.#source);
  }

  take(): boolean {
    if (this.isLending || this.#isBusy) return false;
    const bytes = this.#front();
    const count = this.#offer(bytes, 0, bytes.length);
    if (this.#isOver) return true;
    this.#isBusy = true;
    this.moved(count);
    this.#isBusy = false;
    if (count === bytes.length) this.#next();
    else this.#lend(bytes, count);
    return !this.isLending;
  }

  moved(count: number): void {
    const source = this.#source;
    const { ring, writes } = source;
    this.copied += count;
    source.bytesRead += count;
    if (ring === undefined) source.move(writes.head as Operation, count);
    else {
      ring.skip(count);
      source.refill(ring);
    }
  }

  recall(write: Operation, error: unknown): void {
    if (write !== this.#lent) return;
    // The report has the write to the sink too, but this ends its wait before its turn comes.
    if (error instanceof DeadlockError) this.#end(error);
    else this.#withdraw(error);
  }

  /** The source is read: the next piece, or the end. */
  #read(): void {
    const source = this.#source;
    const { read, limit } = this.#parts;
    try {
      if (this.copied === limit || source.hasEnded()) this.#end(NONE);
    } catch (error) {
      this.#end(error);
    }
    if (this.#isOver) return;
    read.length = this.#most;
    source.watchEnds();
    parkLinked(read, source.reads, read);
  }

  /** What one read takes at most. */
  get #most(): number {
    const { size, limit } = this.#parts;
    return Math.min(size, limit - this.copied);
  }

  /** What a read gets now. */
  #front(): Uint8Array {
    const { ring, writes } = this.#source;
    if (ring !== undefined) return ring.front(this.#most);
    const { bytes, done, length } = writes.head as Operation & { readonly bytes: Uint8Array };
    const count = Math.min(length - done, this.#most);
    return count === bytes.length ? bytes : bytes.subarray(done, done + count);
  }

  /** Gives the sink what it takes now; returns how many bytes that were. */
  #offer(bytes: Uint8Array, start: number, end: number): number {
    let count = 0;
    this.#isBusy = true;
    try {
      count = this.#sink.offer(bytes, start, end);
    } catch (error) {
      this.#end(error);
    }
    this.#isBusy = false;
    return count;
  }

  /** A write to the sink, of whose bytes it has taken the first `done` already: the rest waits there. */
  #lend(bytes: Uint8Array, done: number): void {
    const sink = this.#sink;
    const { read, write } = this.#parts;
    write.bytes = bytes;
    write.length = bytes.length;
    write.done = done;
    this.#lent = this.#source.ring === undefined ? this.#source.writes.head : undefined;
    sink.watchEnds();
    parkLinked(write, sink.writes, read);
    sink.reads.head?.link?.wake();
  }

  /** The sink took all that was on offer. */
  #taken(): void {
    this.#letGo();
    this.#next();
    this.wake();
  }

  /** Nothing is on offer any more, and nothing is kept of what was lent. */
  #letGo(): void {
    this.#parts.write.bytes = undefined;
    this.#lent = undefined;
  }

  /** One read has been served. */
  #next(): void {
    if (this.#isOver) return;
    const { read, onProgress } = this.#parts;
    unpark(read, this.#source.reads);
    if (onProgress === undefined) this.#read();
    else void this.#report(onProgress);
  }

  /** Outside of the call that moved the piece, which is somebody else's. */
  async #report(onProgress: (copied: number) => void): Promise<void> {
    await undefined;
    if (this.#isOver) return;
    try {
      onProgress(this.copied);
    } catch (error) {
      this.#end(error);
    }
    if (!this.#isOver) this.start();
  }

  /** The sink will take no more of what is on offer. */
  #refused(error: unknown): void {
    if (this.#isBusy) return; // it was withdrawn
    const lent = this.#lent;
    const isGone = this.#parts.write.isShort;
    this.#letGo();
    // It is the source's writer who took the memory away, and the copy goes on behind that.
    if (lent !== undefined && isGone) this.#source.giveUp(lent, memoryGone('chunk', lent));
    else this.#end(error);
  }

  /** Takes back what is on offer. */
  #withdraw(error: unknown): void {
    const { write } = this.#parts;
    if (!write.isWaiting || write.done === write.length) return;
    this.#isBusy = true;
    this.#sink.giveUp(write, error);
    this.#isBusy = false;
    this.#letGo();
  }

  /** It is over, and failed unless `error` is `NONE`. */
  #end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { read, stop, resolve, reject } = this.#parts;
    stop?.removeEventListener('abort', this.#onStop);
    this.#withdraw(error);
    if (read.isWaiting) {
      unpark(read, this.#source.reads);
      this.wake();
    }
    if (error === NONE) resolve(this.copied);
    else reject(error);
  }
}

/** The reads of `pipe` get what is there, in their turn, or learn of the end. */
function serveReads(pipe: MemoryFlow): void {
  for (;;) {
    const { available } = pipe; // first, since a write that it gives up may wake them too
    const read = pipe.reads.head;
    if (read === undefined) return;
    if (available === 0) {
      if (pipe.writerState === 'ended' || pipe.writerState === 'failed') pipe.endReads();
      return;
    }
    if (read.link === undefined) fill(read, pipe, available);
    else if (!read.link.take()) return;
  }
}

/** Settles `read` with some of the `available` bytes. It settles first: to take them may end the reads behind it. */
function fill(read: Operation, pipe: MemoryFlow, available: number): void {
  if (read.isShort) {
    pipe.giveUp(read, memoryGone('into', read));
    return;
  }
  unpark(read, pipe.reads);
  const count = Math.min(read.length, available);
  const into = read.bytes ?? new Uint8Array(count);
  read.resolve(read.bytes === undefined ? into : count);
  pipe.take(into, count);
}
