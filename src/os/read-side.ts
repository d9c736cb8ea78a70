import type { CallOptions, Signal } from '../io/index.js';
import {
  CHUNK_MAX,
  checkBytes,
  memoryGone,
  NONE,
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
import { unwatch, watch } from './readiness.js';
import { SMALL, scratch } from './scratch.js';
import { EAGAIN, systemError } from './system-error.js';

/** How long a blocked thread sleeps before it looks whether anybody is left who could wake it. */
export const BLOCKING_SLICE = 1000; // milliseconds

/** Reading from the kernel's pipe: the calls of its read end, and what waits there. */
export class ReadSide {
  /** The addon's number for our descriptor; -1 when this program has no read end, or has closed it. */
  slot: number;
  /** Whether somebody outside this program may hold this end as well. */
  isOutside: boolean;
  /** Whether `fd` was taken: then it is not the collector's to close. */
  isGiven = false;
  bytesRead = 0;
  readonly queue = new OperationQueue();

  readonly #pipe: KernelPipe;
  readonly #turns = new Turns();
  #hasEnded = false; // a read gave 0 bytes

  constructor(pipe: KernelPipe, slot: number, isOutside: boolean) {
    this.#pipe = pipe;
    this.slot = slot;
    this.isOutside = isOutside;
  }

  read(end: object, into: Uint8Array, options: CallOptions | undefined): Promise<number | null> {
    try {
      checkBytes('into', into);
      const signal = signalOf(options);
      this.#checkOpen();
      if (this.#knowsEnd(into.length === 0 || signal?.aborted)) return Promise.resolve(this.#ended());
      if (signal?.aborted) throw signal.reason;
      if (into.length === 0) return settled(0);
      if (this.queue.head === undefined) {
        const count = this.#pull(into, into.length);
        if (count === null) return Promise.resolve(null);
        if (count > 0) {
          this.#madeRoom();
          return this.#endsByItself ? settled(count) : this.#turns.settleCount(count);
        }
      }
      return this.#park(new Operation('read', this.#pipe, end, into, into.length), signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** A read into a chunk that fits what is there; the caller owns it. */
  readChunk(end: object): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      this.#checkOpen();
      if (this.#knowsEnd()) return Promise.resolve(this.#ended());
      if (this.queue.head === undefined) {
        const count = this.#pull(scratch, CHUNK_MAX);
        if (count === null) return Promise.resolve(null);
        if (count > 0) {
          const chunk = scratch.slice(0, count); // now: a write that goes on may need the scratch memory
          this.#madeRoom();
          return this.#endsByItself ? Promise.resolve(chunk) : this.#turns.settle(chunk);
        }
      }
      return this.#park(new Operation('read', this.#pipe, end, undefined, CHUNK_MAX), undefined);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  tryRead(into: Uint8Array): number | null {
    checkBytes('into', into);
    this.#checkOpen();
    if (this.#knowsEnd(into.length === 0)) return this.#ended();
    if (into.length === 0 || this.queue.head !== undefined) return 0;
    const count = this.#pull(into, into.length);
    if (this.#pipe.writing.queue.head !== undefined) this.#pipe.pump();
    return count;
  }

  readBlocking(into: Uint8Array): number | null {
    checkBytes('into', into);
    this.#checkOpen();
    let isLastTry = false; // nobody else is left: what they did before they went is in the pipe by now
    for (;;) {
      if (this.#knowsEnd(into.length === 0)) return this.#ended();
      if (into.length === 0) return 0;
      // Calls that wait already go first.
      if (this.queue.head !== undefined) this.#pipe.pump();
      if (this.queue.head === undefined) {
        const count = this.#pull(into, into.length);
        if (count === null) return null;
        if (count > 0) {
          this.#pipe.pump();
          return count;
        }
      }
      if (isLastTry) throw this.#pipe.blocksForEver('read', 0);
      isLastTry = !this.#pipe.isHeldOutside('read');
      if (!isLastTry) binding().wait(this.slot, BLOCKING_SLICE);
    }
  }

  /** Makes the calls that wait once more, in their order; whether any of them settled. */
  step(): boolean {
    let hasMoved = false;
    for (let read = this.queue.head; read !== undefined && this.slot !== -1; read = this.queue.head) {
      if (read.isShort) {
        this.drop(read, memoryGone('into', read));
        continue;
      }
      try {
        const count = this.#hasEnded ? this.#ended() : this.#pull(read.bytes ?? scratch, read.length);
        if (count === 0) break;
        this.#unpark(read);
        read.resolve(count !== null && read.bytes === undefined ? scratch.slice(0, count) : count);
      } catch (error) {
        this.drop(read, error);
      }
      hasMoved = true;
    }
    return hasMoved;
  }

  /** A write has passed `count` bytes into the memory of `read`, or into `scratch` when they are few. What it gets. */
  takePassed(read: Operation, count: number, isSmall: boolean): number | Uint8Array {
    this.bytesRead += count;
    if (count === 0) return 0;
    const into = read.bytes;
    if (into === undefined) return scratch.slice(0, count); // now: the write may need the scratch memory
    if (isSmall) for (let i = 0; i < count; i++) into[i] = scratch[i] as number;
    return count;
  }

  settlePassed(read: Operation, got: number | Uint8Array): void {
    this.#unpark(read);
    read.resolve(got);
  }

  /** Ends one wait. */
  drop(read: Operation, error: unknown): void {
    this.#unpark(read);
    read.reject(error);
  }

  rejectAll(error: () => unknown): void {
    for (let read = this.queue.head; read !== undefined; read = this.queue.head) this.drop(read, error());
  }

  /** The descriptors of this end that this program itself has. */
  descriptors(): number[] {
    return this.slot === -1 ? [] : descriptorsOf(this.slot);
  }

  get number(): number {
    return binding().number(this.slot);
  }

  /** The write end may have left this program: from now on the kernel has to tell when there is something to read. */
  watch(): void {
    if (this.slot !== -1) watch(this.slot, this.#pipe.name, this);
  }

  retry(): void {
    this.#pipe.pump();
    if (this.queue.head !== undefined) this.watch();
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

  /** A read that did not wait: now a write that does may go on. */
  #madeRoom(): void {
    if (this.#pipe.writing.queue.head !== undefined) this.#pipe.pump();
  }

  /**
   * Whether only this program writes. Then it is the writes that give others their turn: while one is put off, the reads
   * go on, and soon wait, since there is nothing left. So the next write meets a read that waits and is passed to it.
   */
  get #endsByItself(): boolean {
    return !this.#pipe.writing.isOutside;
  }

  #park<Value>(operation: Operation, signal: Signal | undefined): Promise<Value> {
    const { isOutside } = this.#pipe.writing;
    if (isOutside) this.watch(); // may throw (EMFILE): nothing must be parked then
    const promise = park<Value>(operation, this.queue, signal);
    if (isOutside) {
      hold(operation);
      this.#pipe.pump(); // what came between the try and the registration is reported to nobody
    }
    return this.#turns.behind(promise);
  }

  /** One read: bytes, 0 when it would wait, `null` at the end. @throws The reason of the end, or a system error. */
  #pull(into: Uint8Array, length: number): number | null {
    if (this.#pipe.isKnownEmpty) return 0;
    const isSmall = length <= SMALL;
    const count = binding().read(this.slot, isSmall ? scratch : into, 0, length);
    if (count === EAGAIN) return 0;
    if (count < 0) throw systemError(count, 'read', this.#pipe.name);
    if (count === 0) {
      this.#hasEnded = true;
      return this.#ended();
    }
    if (isSmall && into !== scratch) for (let i = 0; i < count; i++) into[i] = scratch[i] as number;
    this.bytesRead += count;
    return count;
  }

  /** Whether this side knows that nothing comes any more. A call that will not read `asks` the kernel, which knows. */
  #knowsEnd(asks?: boolean): boolean {
    const { writing } = this.#pipe;
    if (asks && !this.#hasEnded && writing.isOutside) {
      const events = binding().wait(this.slot, 0);
      this.#hasEnded = events > 0 && (events & (POLLIN | POLLHUP)) === POLLHUP;
    }
    // Nobody else has ever had an end, the writer is closed, and everything it wrote was read.
    if (
      !this.isOutside &&
      !writing.isOutside &&
      writing.slot === -1 &&
      writing.bytesWritten === this.bytesRead
    ) {
      this.#hasEnded = true;
    }
    return this.#hasEnded;
  }

  #ended(): null {
    if (this.#pipe.writerReason !== NONE) throw this.#pipe.writerReason;
    this.#pipe.readerClosed.resolve();
    return null;
  }

  #unpark(read: Operation): void {
    unpark(read, this.queue);
    unhold(read);
  }

  #checkOpen(): void {
    if (this.#pipe.readerState !== 'open') throw this.#pipe.closedError('reader', 0);
  }
}

/** The same on Linux and macOS. */
const POLLIN = 1;
const POLLHUP = 16;
