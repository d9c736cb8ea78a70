/**
 * One end of a worker pipe, in the thread that has it: who waits there, what is known of the other side, and how this
 * thread is told that it has moved. What is common to both ends; reading and writing are in read-end.ts and write-end.ts.
 *
 * Each end learns of the other from the shared memory alone. Two that were made together and are both still here are
 * linked besides: each lets the other go on at once, and a reason crosses as the very same value.
 */
import {
  AbandonedPipeError,
  ClosedPipeError,
  DeadlockError,
  type Signal,
  UnsupportedError,
} from '../io/index.js';
import {
  type AbandonablePipe,
  type Ends,
  NONE,
  nextTurn,
  type Operation,
  OperationQueue,
  park,
  Sides,
  Turns,
  unpark,
  unwatchForAbandonment,
  type WaitedPipe,
  watchForAbandonment,
  watchForDeadlock,
} from '../io/internal.js';
import { CorruptPipeError } from './corrupt-pipe-error.js';
import {
  endClosed,
  endIfGone,
  endOpened,
  guard,
  LOOK_EVERY,
  type MortalEnd,
  mayBeClaimed,
  otherMayBeHere,
  watchOthers,
} from './deaths.js';
import { holdLoop, letLoopGo } from './hold.js';
import { host } from './host.js';
import { holdLock, watchLock } from './locks.js';
import { CLOSED, DEAD, REASON_SIZE, type SharedMemory, type SideLayout } from './protocol.js';
import { Pump, type Pumped } from './pump.js';
import { decodeReason, encodeReason } from './reason.js';
import { Spinner } from './spinner.js';
import { mayBlock, ownThread } from './thread.js';

export abstract class SharedEnd extends Sides implements WaitedPipe, AbandonablePipe, Pumped, MortalEnd {
  readonly queue = new OperationQueue();
  readonly memory: SharedMemory;
  readonly kind: 'reader' | 'writer';
  readonly own: SideLayout;
  readonly other: SideLayout;

  protected readonly turns = new Turns();
  protected pump = new Pump([this]);
  /** The other end, when it was made with this one and both are still here. */
  protected linked: SharedEnd | undefined = undefined;
  private ends: Ends | undefined = undefined; // until the collector watches them
  private isMadeHere = false; // by pipe(), together with the other one
  private isSpent = false; // its handle was taken
  private ownReason: unknown = NONE; // what this side has failed with
  private isHolding = false; // the event loop
  private isArmed = false; // something waits for the word that this end sleeps on
  private isLooking = false; // again, in a later turn
  private isClosedAsked = false;
  private isWatching = false; // the other side's state
  private releaseLock: () => void = () => {};
  private stopWatching: () => void = () => {}; // whether the other side's thread lives
  private readonly spinner = new Spinner();

  constructor(
    name: string | undefined,
    memory: SharedMemory,
    kind: 'reader' | 'writer',
    own: SideLayout,
    other: SideLayout,
  ) {
    super(name);
    this.memory = memory;
    this.kind = kind;
    this.own = own;
    this.other = other;
  }

  /** Makes the end known, once: the collector watches one that outlives this turn. */
  attach(ends: Ends): void {
    this.ends = ends;
    endOpened(this);
    this.watchEachOther();
    if (this.linked === undefined) otherMayBeHere();
    watchForAbandonment(this);
    watchForDeadlock();
  }

  releaseEnds(): Ends | undefined {
    const { ends } = this;
    this.ends = undefined;
    return ends;
  }

  /** The two were made together. */
  link(other: SharedEnd): void {
    this.linked = other;
    other.linked = this;
    this.isMadeHere = true;
    other.isMadeHere = true;
    this.pump = new Pump([this, other]);
    other.pump = this.pump;
  }

  // What the operations ask

  get capacity(): number {
    return this.memory.capacity;
  }

  abstract get fill(): number;

  abstract isRefed(operation?: Operation): boolean;

  abstract giveUp(operation: Operation, error: unknown): void;

  tryAgain(): boolean {
    return this.pump.run();
  }

  awaitsOutside(): boolean {
    this.holdOrLetGo();
    return this.isHolding;
  }

  hint(): string | undefined {
    if (this.linked !== undefined || this.memory.isClaimed(this.other)) return undefined;
    return `the handle of its ${this.otherKind} was taken, and nobody has opened it`;
  }

  /** The collector took the end: this side alone is registered, whichever it is. */
  abandonReader(): void {
    this.abandon(`the ${this.kind} was collected as garbage without close()`);
  }

  abandonWriter(): void {
    this.abandonReader();
  }

  /** Fails with an `AbandonedPipeError` that says `what` happened to this end. */
  abandon(what: string): void {
    this.abort(new AbandonedPipeError(`${this.name}: ${what}`));
  }

  abstract abort(reason: unknown): void;

  // Waiting

  abstract step(): boolean;

  /** Whether no call waits: those that do go first, as far as they get. */
  protected isFree(): boolean {
    if (this.queue.head !== undefined) this.pump.run();
    return this.queue.head === undefined;
  }

  /** Makes a call wait, unless its turn comes at once. */
  protected park<Value>(operation: Operation, signal: Signal | undefined): Promise<Value> {
    const promise = park<Value>(operation, this.queue, signal);
    this.pump.run();
    return this.turns.behind(promise);
  }

  /** But for one that a signal of somebody's own, let go by an earlier one, has ended. */
  protected drop(operation: Operation, error: unknown): void {
    if (!operation.isWaiting) return;
    unpark(operation, this.queue);
    operation.reject(error);
  }

  /** As the ring's; `undefined` when there is something to look at first. */
  protected abstract fallAsleep(): number | undefined;

  protected abstract hasNews(): boolean;

  /** Looks whether the other side has ended, if that is not known yet, and what that makes of this one. */
  abstract notice(): void;

  rest(): boolean {
    this.holdOrLetGo();
    if (this.queue.head === undefined || this.linked !== undefined) return true;
    const waitAsync = host.Atomics?.waitAsync;
    if (waitAsync === undefined) {
      this.refuseToWait();
      return true;
    }
    const word = this.fallAsleep();
    if (word === undefined) return false;
    watchOthers();
    if (this.isArmed) return true;
    const wait = waitAsync(this.memory.words, this.other.index, word);
    if (!wait.async) return false;
    this.isArmed = true;
    void wait.value.then(this.woken);
    return true;
  }

  lookLater(): void {
    if (this.queue.head === undefined || this.isLooking) return;
    this.isLooking = true;
    nextTurn(() => {
      this.isLooking = false;
      this.pump.run();
    });
  }

  /** Whether what waits here holds the event loop may have changed. */
  holdOrLetGo(): void {
    const isHolding = this.queue.head !== undefined && this.isRefed() && this.isOtherOutside();
    if (isHolding === this.isHolding) return;
    this.isHolding = isHolding;
    if (isHolding) holdLoop();
    else letLoopGo();
  }

  /** For `closed`, which tells of the other side's end also while nothing waits. */
  watchOther(): void {
    this.isClosedAsked = true;
    this.notice();
    if (this.linked !== undefined || this.isWatching || this.isOver) return;
    const ended = this.memory.whenEnded(this.other);
    if (ended === undefined) {
      this.notice(); // it may have ended since
      return;
    }
    this.isWatching = true;
    void ended.then(() => {
      this.isWatching = false;
      this.watchOther();
      this.pump.run();
    });
  }

  /** Whether there is something new within the time that is worth spinning for another thread. */
  protected spin(): boolean {
    return this.linked === undefined && this.spinner.spin(() => this.hasNews());
  }

  /**
   * Blocks this thread until there is something new, or for a while.
   *
   * @throws {DeadlockError} Only this thread could end the wait; it had moved `done` bytes.
   */
  protected block(done: number): void {
    if (this.linked !== undefined) {
      if (this.pump.run()) return;
      throw this.blocksForEver(done);
    }
    if (this.isOtherHere()) throw this.blocksForEver(done);
    if (this.spin()) return;
    const word = this.fallAsleep();
    if (word === undefined) return;
    if (Atomics.wait(this.memory.words, this.other.index, word, LOOK_EVERY) === 'timed-out') {
      endIfGone(this.memory, this.other);
    }
  }

  /** @throws {UnsupportedError} This thread must not block. */
  protected checkBlocking(): void {
    if (mayBlock()) return;
    throw new UnsupportedError(
      `${this.name}: the window of a page must not block: await ${this.kind === 'reader' ? 'read' : 'write'}() there, and block in a worker`,
    );
  }

  private readonly woken = (): void => {
    this.isArmed = false;
    this.pump.run();
  };

  private refuseToWait(): void {
    for (const operation of this.queue.all()) {
      if (!operation.isWaiting) continue;
      this.giveUp(
        operation,
        new UnsupportedError(
          `${this.name}: this runtime has no Atomics.waitAsync, so that only blocking calls can wait`,
        ),
      );
    }
  }

  get isWaiting(): boolean {
    return this.queue.head !== undefined && this.linked === undefined;
  }

  /** Whether another thread has the other end, or may still claim it. */
  private isOtherOutside(): boolean {
    if (this.linked !== undefined) return false;
    return this.memory.isClaimed(this.other) ? !this.isOtherHere() : mayBeClaimed();
  }

  private isOtherHere(): boolean {
    return this.memory.readThread(this.other).realm === ownThread().realm;
  }

  private blocksForEver(done: number): DeadlockError {
    const [kind, other] = this.kind === 'reader' ? ['read', 'write to'] : ['write', 'read from'];
    return new DeadlockError(
      `${this.name}: a blocking ${kind} would wait for ever: nobody but this thread could ${other} the pipe`,
      { bytesWritten: done },
    );
  }

  protected get otherKind(): 'reader' | 'writer' {
    return this.kind === 'reader' ? 'writer' : 'reader';
  }

  // Ending

  /** Whether neither `close()` nor `abort()` was called here. */
  protected abstract get isOwnOpen(): boolean;

  /** Whether the other side's end does not matter any more, or is known. */
  protected abstract get isOver(): boolean;

  /** This side ends in the shared memory, with `reason` or NONE: the other one is told, and nothing is watched any longer. */
  protected retire(reason: unknown): void {
    this.ownReason = reason;
    if (reason === NONE) this.memory.end(this.own, CLOSED);
    else this.memory.fail(this.own, encodeReason(reason, REASON_SIZE));
    this.memory.dismissWatches(this.other);
    this.dismiss();
    if (this.linked !== undefined) {
      this.linked.notice();
      this.pump.run();
    }
  }

  /** Nothing that becomes of this end in this thread matters to anybody any more. */
  protected dismiss(): void {
    endClosed(this);
    this.releaseLock();
    this.stopWatching();
    if (this.ends === undefined) unwatchForAbandonment(this);
    this.ends = undefined;
  }

  /** Gives this end up for whoever gets the handle with the number that is returned. @throws {ClosedPipeError} */
  spend(): number {
    if (!this.isOwnOpen) throw this.closedError(this.kind, 0);
    this.isSpent = true;
    const number = this.memory.giveUp(this.own);
    this.dismiss();
    const { linked } = this;
    if (this.isMadeHere && linked === undefined) guard(this.memory);
    this.linked = undefined;
    this.pump = new Pump([this]);
    this.endSpent();
    this.holdOrLetGo();
    linked?.otherSpent();
    return number;
  }

  /** What waits here is not for whoever gets the handle to finish: it rejects, and `closed` resolves. */
  protected abstract endSpent(): void;

  /** Each side sees whether the other's thread lives; two that are linked have the same, and one that ended does not matter. */
  private watchEachOther(): void {
    if (this.linked !== undefined || this.isOver) return;
    this.releaseLock = holdLock(this.memory, this.own);
    this.stopWatching = watchLock(this.memory, this.other);
  }

  private otherSpent(): void {
    this.linked = undefined;
    this.watchEachOther();
    this.pump = new Pump([this]);
    if (this.isClosedAsked) this.watchOther();
    this.pump.run();
  }

  override closedError(end: 'reader' | 'writer', bytesWritten: number): ClosedPipeError {
    if (!this.isSpent) {
      this.notice(); // of who gave the first reason
      return super.closedError(end, bytesWritten);
    }
    return new ClosedPipeError(`${this.name}: the ${end} was handed over by its handle`, { bytesWritten });
  }

  /** The memory has `what` in place of what the other side may write there: the pipe fails, on both sides. */
  protected readonly corrupt = (what: string): CorruptPipeError => {
    const error = new CorruptPipeError(`${this.name}: the shared memory was spoilt: it has ${what}`);
    this.otherFailed(error);
    this.retire(error);
    return error;
  };

  /** The other side is to be taken for failed with `reason`. */
  protected abstract otherFailed(reason: unknown): void;

  /** What the other side has failed with, by its state, which is not OPEN; NONE when it has simply ended. */
  protected reasonOfOther(state: number): unknown {
    if (state === CLOSED) return NONE;
    if (state === DEAD) {
      return new AbandonedPipeError(
        `${this.name}: the thread that had the ${this.otherKind} ended without close()`,
      );
    }
    if (this.linked !== undefined) return this.linked.ownReason;
    return decodeReason(this.memory.readReason(this.other, this.corrupt));
  }
}
