import type { CallOptions, Signal } from '../io/index.js';
import {
  checkBytes,
  encode,
  memoryGone,
  Operation,
  OperationQueue,
  park,
  settled,
  signalOf,
  Turns,
  unpark,
} from '../io/internal.js';
import { binding, descriptorsOf } from './binding.js';
import { hold, unhold } from './hold.js';
import type { KernelPipe } from './kernel-pipe.js';
import { BLOCKING_SLICE } from './read-side.js';
import { unwatch, watch } from './readiness.js';
import { SMALL, scratch } from './scratch.js';
import { EAGAIN, EPIPE, systemError } from './system-error.js';

/** Writing to the kernel's pipe: the calls of its write end, and what waits there. */
export class WriteSide {
  /** The addon's number for our descriptor; -1 when this program has no write end, or has closed it. */
  slot: number;
  /** Whether somebody outside this program may hold this end as well. */
  isOutside: boolean;
  /** Whether `fd` was taken: then it is not the collector's to close. */
  isGiven = false;
  bytesWritten = 0;
  /** The kernel said EPIPE: no reader is left. */
  isBroken = false;
  readonly queue = new OperationQueue();

  readonly #pipe: KernelPipe;
  readonly #turns = new Turns();

  constructor(pipe: KernelPipe, slot: number, isOutside: boolean) {
    this.#pipe = pipe;
    this.slot = slot;
    this.isOutside = isOutside;
  }

  write(end: object, chunk: Uint8Array | string, options: CallOptions | undefined): Promise<number> {
    try {
      const bytes = typeof chunk === 'string' ? encode(chunk) : chunk;
      checkBytes('chunk', bytes, ' or a string');
      const signal = signalOf(options);
      const { length } = bytes;
      this.#checkWritable(length === 0 || signal?.aborted);
      if (signal?.aborted) throw signal.reason;
      if (length === 0) return settled(0);
      let done = 0; // bytes
      if (this.queue.head === undefined) {
        done = this.#passAndPush(bytes, length);
        if (done === length) {
          if (this.#pipe.reading.queue.head !== undefined) this.#pipe.pump();
          return this.#turns.settleCount(length);
        }
      }
      const operation = new Operation('write', this.#pipe, end, bytes, length);
      operation.done = done;
      return this.#park(operation, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryWrite(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    this.#checkWritable(chunk.length === 0);
    if (chunk.length === 0 || this.queue.head !== undefined) return 0;
    const count = this.#pushAtOnce(chunk, 0, chunk.length);
    if (this.#pipe.reading.queue.head !== undefined) this.#pipe.pump();
    return count;
  }

  writeBlocking(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    this.#checkWritable(chunk.length === 0);
    let done = 0; // bytes
    let isLastTry = false; // nobody else is left: what they did before they went has made its room by now
    for (;;) {
      // Calls that wait already go first.
      if (this.queue.head !== undefined) this.#pipe.pump();
      if (this.queue.head === undefined) {
        done = this.#pushAtOnce(chunk, done, chunk.length);
        if (this.#pipe.reading.queue.head !== undefined && this.#pipe.pump()) continue;
        if (done === chunk.length) return done;
      }
      if (isLastTry) throw this.#pipe.blocksForEver('write', done);
      isLastTry = !this.#pipe.isHeldOutside('write');
      if (!isLastTry) binding().wait(this.slot, BLOCKING_SLICE);
      if (this.isBroken) throw this.#pipe.readerGone(done);
    }
  }

  /** Makes the calls that wait once more, in their order; whether any of them got further. */
  step(): boolean {
    let hasMoved = false;
    for (let write = this.queue.head; write !== undefined && this.slot !== -1; write = this.queue.head) {
      if (write.isShort) {
        this.#pipe.giveUp(write, memoryGone('chunk', write));
        continue;
      }
      const before = write.done;
      try {
        write.done = this.#push(write.bytes as Uint8Array, before, write.length);
      } catch (error) {
        if (!this.isBroken) this.#pipe.giveUp(write, error);
        else {
          this.drop(write, error);
          this.#pipe.breakWriter();
        }
        return true;
      }
      if (write.done !== before) hasMoved = true;
      if (write.done < write.length) break;
      this.#unpark(write);
      write.resolve(write.length);
    }
    this.#pipe.handOverIfDone();
    return hasMoved;
  }

  /** Ends one wait. */
  drop(write: Operation, error: unknown): void {
    this.#unpark(write);
    write.reject(error);
  }

  /** Ends the waits of `writes`, but for those that a signal of somebody's own, let go by an earlier one, has ended. */
  rejectAll(writes: readonly Operation[], error: (done: number) => unknown): void {
    for (const write of writes) if (write.isWaiting) this.drop(write, error(write.done));
  }

  /** The descriptors of this end that this program itself has. */
  descriptors(): number[] {
    return this.slot === -1 ? [] : descriptorsOf(this.slot);
  }

  get number(): number {
    return binding().number(this.slot);
  }

  /** The read end may have left this program: from now on the kernel has to tell when there is room, or no reader. */
  watch(): void {
    if (this.slot !== -1) watch(this.slot, this.#pipe.name, this);
  }

  retry(): void {
    this.#pipe.pump();
    this.noticeBreak();
    if (this.slot !== -1 && !this.isBroken) this.watch();
  }

  /** Whether all readers have gone, which a write would be told by EPIPE, without writing anything. */
  noticeBreak(): void {
    if (this.slot !== -1 && !this.isBroken && binding().wait(this.slot, 0) & POLLERR)
      this.#pipe.breakWriter();
  }

  /** Keeps the twin open, which is the caller's now; returns its number. */
  release(): number {
    const { slot } = this;
    this.slot = -1;
    unwatch(slot);
    return binding().release(slot);
  }

  /** Closes the descriptor, and the twin with it. What waits here is the caller's to settle first. */
  close(): void {
    if (this.slot === -1) return;
    const { slot } = this;
    this.slot = -1;
    unwatch(slot);
    binding().close(slot);
  }

  #park(operation: Operation, signal: Signal | undefined): Promise<number> {
    const { isOutside } = this.#pipe.reading;
    if (isOutside) this.watch(); // may throw (EMFILE): nothing must be parked then
    const promise = park<number>(operation, this.queue, signal);
    if (isOutside) hold(operation);
    // What waits on the other end may go on with what was written, and make room; and what came between the try and
    // the registration is reported to nobody. Neither is so where only this program reads, and does not wait.
    if (isOutside || this.#pipe.reading.queue.head !== undefined) this.#pipe.pump();
    return this.#turns.wait(promise);
  }

  /** Writes what fits, and settles the read that waits first: last of all, since to let it go may run somebody's code. */
  #passAndPush(chunk: Uint8Array, length: number): number {
    const { reading } = this.#pipe;
    const read = reading.queue.head;
    if (read === undefined || read.isShort) return this.#pushAtOnce(chunk, 0, length);
    const got = this.#pass(chunk, read);
    const [written] = moved as unknown as [number];
    try {
      return written < length ? this.#pushAtOnce(chunk, written, length) : written;
    } finally {
      if (got !== 0) reading.settlePassed(read, got);
    }
  }

  /**
   * Writes, and reads for the read that waits, in one call, a few pages at a time, so that the kernel has to find and give
   * back no others. Returns what the read gets. What goes wrong is left to the next write and the next read to find.
   */
  #pass(chunk: Uint8Array, read: Operation): number | Uint8Array {
    const { reading } = this.#pipe;
    const length = Math.min(chunk.length, read.length);
    const isSmall = length <= SMALL;
    if (isSmall) for (let i = 0; i < length; i++) scratch[i] = chunk[i] as number;
    const from = isSmall ? scratch : chunk;
    const into = isSmall ? scratch : (read.bytes ?? scratch);
    moved[0] = 0;
    if (binding().pass(this.slot, from, reading.slot, into, length, moved) < 0) return 0;
    this.bytesWritten += moved[0] as number;
    return reading.takePassed(read, moved[1] as number, isSmall);
  }

  /** For a call that nothing waits before: when it finds that the reader has gone, `closed` is told too. */
  #pushAtOnce(chunk: Uint8Array, start: number, end: number): number {
    try {
      return this.#push(chunk, start, end);
    } catch (error) {
      if (this.isBroken) this.#pipe.breakWriter();
      throw error;
    }
  }

  /** Writes what fits of `chunk[done, end)`; returns how far it got. @throws The reader has gone, or a system error. */
  #push(chunk: Uint8Array, start: number, end: number): number {
    let done = start;
    while (done < end) {
      const isSmall = end - done <= SMALL;
      if (isSmall) for (let i = 0; i < end - done; i++) scratch[i] = chunk[done + i] as number;
      const count = isSmall
        ? binding().write(this.slot, scratch, 0, end - done)
        : binding().write(this.slot, chunk, done, end - done);
      if (count > 0) {
        done += count;
        this.bytesWritten += count;
      } else if (count === EAGAIN) break;
      else if (count === EPIPE) {
        this.isBroken = true;
        throw this.#pipe.readerGone(done);
      } else throw systemError(count, 'write', this.#pipe.name);
    }
    return done;
  }

  #unpark(write: Operation): void {
    unpark(write, this.queue);
    unhold(write);
  }

  /** A call that will not get as far as the kernel, which knows who has gone, asks it. */
  #checkWritable(asks: boolean | undefined): void {
    if (this.#pipe.writerState !== 'open') throw this.#pipe.closedError('writer', 0);
    if (asks && this.#pipe.reading.isOutside) this.noticeBreak();
    if (this.isBroken) throw this.#pipe.readerGone(0);
  }
}

const POLLERR = 8;

/** Where the addon puts bytes written and bytes read: one for all, as `slots` of pipe.ts. */
const moved = new Int32Array(new ArrayBuffer(8));
