/**
 * A pipe of the kernel as this program knows it: both ends of one made here, or the one end that came from outside.
 *
 * Nobody but the kernel decides what moves and when an end is reached: every wait is a call that would have waited, made
 * again when there is reason to. While no descriptor of this pipe has left the program only its own calls can be that
 * reason, and each of them tries what waits on the other end; from then on epoll tells as well.
 */
import { AbandonedPipeError, BrokenPipeError, DeadlockError } from '../io/index.js';
import {
  type AbandonablePipe,
  abortReason,
  type Ends,
  NONE,
  type Operation,
  Sides,
  unwatchForAbandonment,
  type WaitedPipe,
  watchForAbandonment,
  watchForDeadlock,
} from '../io/internal.js';
import { binding } from './binding.js';
import { hold, unhold } from './hold.js';
import { holderOutside, keepLoop, releaseLoop } from './outside.js';
import { ReadSide } from './read-side.js';
import { EPIPE } from './system-error.js';
import { WriteSide } from './write-side.js';

export class KernelPipe extends Sides implements WaitedPipe, AbandonablePipe {
  readonly reading: ReadSide;
  readonly writing: WriteSide;

  private ends: Ends | undefined = undefined;
  private isPumping = false;
  private isPumpAsked = false;
  private isBreakAsked = false;

  /** The addon's slots of the two ends; -1 for the one that this program never had. */
  constructor(name: string | undefined, readSlot: number, writeSlot: number) {
    super(name);
    this.reading = new ReadSide(this, readSlot, readSlot === -1);
    this.writing = new WriteSide(this, writeSlot, writeSlot === -1);
  }

  /** Makes the ends known, once: those that outlive this turn are watched by the collector. */
  attach(ends: Ends): void {
    this.ends = ends;
    watchForAbandonment(this);
    watchForDeadlock();
  }

  releaseEnds(): Ends | undefined {
    const { ends } = this;
    this.ends = undefined;
    return ends;
  }

  // What the operations ask

  get capacity(): number {
    const slot = this.reading.slot === -1 ? this.writing.slot : this.reading.slot;
    return slot === -1 ? 0 : Math.max(0, binding().capacity(slot));
  }

  get fill(): number {
    const slot = this.reading.slot === -1 ? this.writing.slot : this.reading.slot;
    return slot === -1 ? 0 : Math.max(0, binding().available(slot));
  }

  refReader(isRefed: boolean): void {
    this.readerRefed = isRefed;
    this.holdWaits();
  }

  refWriter(isRefed: boolean): void {
    this.writerRefed = isRefed;
    this.holdWaits();
  }

  isRefed(operation: Operation): boolean {
    return operation.kind === 'read' ? this.readerRefed : this.writerRefed;
  }

  tryAgain(): boolean {
    return this.pump();
  }

  awaitsOutside(operation: Operation): boolean {
    if (!this.isHeldOutside(operation.kind)) return false;
    keepLoop();
    return true;
  }

  hint(operation: Operation): string | undefined {
    const other = operation.kind === 'read' ? this.writing : this.reading;
    if (other.slot === -1 || !other.isOutside) return undefined;
    const numbers = other.descriptors().join(' and ');
    const end = operation.kind === 'read' ? 'writer' : 'reader';
    return `nobody else has its ${end}, which this program itself still holds open as descriptor ${numbers}: close() it`;
  }

  giveUp(operation: Operation, error: unknown): void {
    releaseLoop();
    if (operation.kind === 'read') {
      this.reading.drop(operation, error);
      return;
    }
    const behind = this.writerState === 'closing' ? this.writing.queue.behind(operation) : [];
    this.writing.drop(operation, error);
    if (this.writerState !== 'closing') return;
    // Nobody will send the rest of what close() promised: the stream is cut off here, and must not look whole.
    this.failWriter(error);
    this.writing.rejectAll(behind, (done) => this.closedError('writer', done));
    this.writerClosed.reject(() => error);
    this.handOverIfDone();
    this.pump();
  }

  // Moving

  /** Whether the pipe is empty, without asking: nobody else has ever been able to write to it or read from it. */
  get isKnownEmpty(): boolean {
    const { reading, writing } = this;
    if (reading.isOutside || writing.isOutside || writing.slot === -1) return false;
    return reading.bytesRead === writing.bytesWritten;
  }

  /** Makes the calls that wait once more, on both ends, until none of them gets any further; whether any did. */
  pump(): boolean {
    if (this.isPumping) {
      this.isPumpAsked = true;
      return false;
    }
    this.isPumping = true;
    let hasMoved = false;
    do {
      this.isPumpAsked = false;
      if (this.writing.step()) this.isPumpAsked = true;
      if (this.reading.step()) this.isPumpAsked = true;
      if (this.isPumpAsked) hasMoved = true;
    } while (this.isPumpAsked);
    this.isPumping = false;
    return hasMoved;
  }

  // Blocking

  /** Only this thread could end the wait, and it would be blocked. */
  blocksForEver(kind: 'read' | 'write', done: number): DeadlockError {
    const other = kind === 'read' ? 'write to' : 'read from';
    return new DeadlockError(
      `${this.name}: a blocking ${kind} would wait for ever: nobody but this thread could ${other} the pipe`,
      { bytesWritten: done },
    );
  }

  /**
   * A descriptor of `side` is about to be given out: what waits on the other end may be ended by whoever gets it.
   *
   * @throws A system error: it cannot be watched.
   */
  watchWaitsFor(side: ReadSide | WriteSide): void {
    if (side === this.writing) {
      if (this.reading.queue.head !== undefined) this.reading.watch();
    } else if (this.writing.queue.head !== undefined || this.isBreakAsked) this.writing.watch();
  }

  /** Whether what waits already holds the event loop has changed. */
  holdWaits(): void {
    releaseLoop();
    for (const [own, other] of [
      [this.reading, this.writing],
      [this.writing, this.reading],
    ] as const) {
      for (const operation of own.queue.all()) {
        unhold(operation);
        if (other.isOutside) hold(operation);
      }
    }
  }

  /** Somebody wants to know when the last reader goes, without writing. */
  watchForBreak(): void {
    this.isBreakAsked = true;
    if (!this.reading.isOutside || this.writing.slot === -1) return;
    this.writing.watch();
    this.writing.noticeBreak();
  }

  /** Whether somebody outside may end the wait of a `kind`: only the one who has the other end. */
  isHeldOutside(kind: 'read' | 'write'): boolean {
    const [own, other] = kind === 'read' ? [this.reading, this.writing] : [this.writing, this.reading];
    if (!other.isOutside) return false;
    return holderOutside(this, own.number, kind === 'read' ? 'write' : 'read', other.descriptors());
  }

  // Closing

  /**
   * @throws {ClosedPipeError} `end` was closed by its own side, though writes may still wait behind that.
   * @throws The writer was disconnected.
   */
  checkOpen(end: 'reader' | 'writer'): void {
    if ((end === 'reader' ? this.readerState : this.writerState) !== 'open') throw this.closedError(end, 0);
    if (end === 'writer' && this.writing.slot === -1) throw this.readerGone(0);
  }

  closeReader(): void {
    this.endReader('closed', NONE);
  }

  abortReader(reason: unknown): void {
    this.endReader('aborted', abortReason(reason));
  }

  closeWriter(): void {
    if (this.writerState !== 'open') return;
    this.writerState = 'closing';
    this.noticeLate();
    this.handOverIfDone();
    this.pump();
  }

  abortWriter(given: unknown): void {
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    releaseLoop();
    this.failWriter(abortReason(given));
    this.writerState = 'closing';
    this.writing.rejectAll(this.writing.queue.all(), (done) => this.closedError('writer', done));
    this.noticeLate();
    this.writerClosed.resolve();
    this.handOverIfDone();
    this.pump();
  }

  /** The collector took an end. One whose descriptor was given away is not ours to close. */
  abandonReader(): void {
    if (this.reading.isGiven) return;
    this.abortReader(
      new AbandonedPipeError(`${this.name}: the reader was collected as garbage without close()`),
    );
  }

  abandonWriter(): void {
    if (this.writing.isGiven) return;
    this.abortWriter(
      new AbandonedPipeError(`${this.name}: the writer was collected as garbage without close()`),
    );
  }

  disposeWriter(): void {
    if (this.writerState !== 'open') return;
    this.abortWriter(new AbandonedPipeError(`${this.name}: the writer left its scope without close()`));
  }

  /** After `close()`: with everything in the kernel, our descriptor goes, and the reader can see the end. */
  handOverIfDone(): void {
    if (this.writerState !== 'closing' || this.writing.queue.head !== undefined) return;
    this.writerState = this.writerReason === NONE ? 'ended' : 'failed';
    this.writing.close();
    this.writerClosed.resolve();
    this.retireIfDone();
  }

  /** The last moment at which the kernel can say that nobody is left to hand over to. */
  private noticeLate(): void {
    if (this.reading.isOutside) this.writing.noticeBreak();
  }

  /** The kernel said EPIPE, or would: no reader is left. */
  breakWriter(): void {
    this.writing.isBroken = true;
    this.writing.rejectAll(this.writing.queue.all(), (done) => this.readerGone(done));
    if (this.writerState === 'open' || this.writerState === 'closing') {
      this.writerClosed.reject(() => this.readerGone(0));
    }
    this.handOverIfDone();
  }

  /** Nobody will read, whoever has the reader: as if the kernel had said so, and our descriptor goes. */
  disconnectWriter(): void {
    releaseLoop();
    this.breakWriter();
    this.writing.close();
    this.retireIfDone();
  }

  override failWriter(reason: unknown): void {
    if (this.firstReason === NONE) this.firstReason = reason;
    if (this.writerReason !== NONE) return;
    this.writerReason = reason;
    // Somebody else may write on: then the reader learns of it when the kernel says that all have gone.
    if (!this.writing.isOutside) this.readerClosed.reject(() => reason);
  }

  override readerGone(bytesWritten: number): unknown {
    if (this.readerReason !== NONE) return this.readerReason;
    return new BrokenPipeError(`${this.name}: the reader was closed`, {
      bytesWritten,
      errno: EPIPE,
      syscall: 'write',
    });
  }

  /** The reader's descriptor is somebody else's now, and so is what they read. Returns its number. */
  spendReader(): number {
    this.readerState = 'closed';
    this.readerClosed.resolve();
    this.reading.rejectAll(() => this.closedError('reader', 0));
    const number = this.reading.release();
    this.retireIfDone();
    return number;
  }

  /** The writer's descriptor is somebody else's now. Writes that wait are not theirs to finish: they reject. */
  spendWriter(): number {
    this.writerState = 'ended';
    this.writing.rejectAll(this.writing.queue.all(), (done) => this.closedError('writer', done));
    this.writerClosed.resolve();
    const number = this.writing.release();
    this.retireIfDone();
    return number;
  }

  private endReader(state: 'closed' | 'aborted', reason: unknown): void {
    if (this.readerState !== 'open') return;
    releaseLoop();
    this.readerState = state;
    this.readerReason = reason;
    if (this.firstReason === NONE) this.firstReason = reason;
    this.readerClosed.resolve();
    this.reading.rejectAll(() => this.closedError('reader', 0));
    this.reading.close();
    if (!this.reading.isOutside) this.breakWriter();
    else {
      this.pump();
      this.writing.noticeBreak();
    }
    this.retireIfDone();
  }

  private retireIfDone(): void {
    if (this.reading.slot !== -1 || this.writing.slot !== -1) return;
    if (this.ends === undefined) unwatchForAbandonment(this);
    this.ends = undefined;
  }
}
