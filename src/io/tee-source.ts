import { copyBytes } from './copy-bytes.js';
import { DeadlockError } from './deadlock-error.js';
import { LimitError } from './limit-error.js';
import type { Failure } from './taken-source.js';
import { TeeBranch } from './tee-branch.js';

/** Where a tee's bytes come from: a source, or what is made of several. */
export interface TeeInput {
  read(into: Uint8Array): Promise<number | null>;
  tryRead(into: Uint8Array): number | null;
  /** Says whether its waits count. */
  refer(counts: boolean): void;
  onFailure(listener: (reason: unknown) => void): void;
  /** Nobody reads it any more: it has ended or failed, or all branches have left. */
  end(failure: Failure | undefined): unknown;
}

export interface TeeLimits {
  /** The most that is asked of the input at once, in bytes. */
  readonly piece: number;
  /** No more is asked of it than the read asks for that waits. */
  readonly isExact?: boolean;
  /** How many bytes a branch may be behind the fastest before it is dropped; without it, the fastest waits. */
  readonly capacity?: number;
  /** Holds `capacity` and a piece. */
  readonly buffer?: Uint8Array;
}

/**
 * What the branches of a tee share: one buffer, and the input that fills it. It is read when a branch waits. In lockstep
 * that is when every branch has taken all that was read before: so the slowest sets the pace, and nothing piles up. With a
 * capacity it is when the fastest has, and a branch that is further behind than that is dropped.
 */
export class TeeSource {
  /** Bytes read of the input so far; each branch knows how far it has come. */
  position = 0;

  readonly #input: TeeInput;
  readonly #limits: TeeLimits;
  readonly #size: number; // bytes
  #buffer: Uint8Array | undefined;
  /** The position of the first byte of the buffer; those behind its end go on at its start. */
  #start = 0;
  /** The branches that have not left. */
  #open: readonly TeeBranch[];
  #isReading = false;
  #tries = 0; // in a row that gave something
  #hasEnded = false;
  /** Which deadlock the branches know of. */
  #known: unknown;

  constructor(input: TeeInput, names: readonly string[], limits: TeeLimits) {
    this.#input = input;
    this.#limits = limits;
    this.#buffer = limits.buffer;
    this.#size = limits.buffer?.length ?? limits.piece;
    this.#open = names.map((name) => new TeeBranch(name, this));
    // Branches that nobody reads hear at once of an input that failed, too.
    input.onFailure((reason) => {
      for (const branch of this.#open) branch.failWriter(reason);
    });
  }

  /** Bytes that a branch may have left to take while others wait for more; what reports call its capacity. */
  get capacity(): number {
    const { piece, isExact, capacity } = this.#limits;
    return capacity ?? (isExact ? 0 : piece);
  }

  /** Those that have not left. */
  get branches(): readonly TeeBranch[] {
    return this.#open;
  }

  /** Copies what was read from `position` on to the start of `into`; it is all in the buffer. */
  copy(into: Uint8Array, position: number, count: number): void {
    const buffer = this.#buffer as Uint8Array;
    const slot = (position - this.#start) % this.#size;
    const first = Math.min(count, this.#size - slot);
    copyBytes(into, 0, buffer, slot, first);
    if (first < count) copyBytes(into, first, buffer, 0, count - first);
  }

  /** A branch has come to `position`: those that are too far behind it now are dropped. */
  dropBehind(position: number): void {
    const { capacity } = this.#limits;
    if (capacity === undefined) return;
    for (const other of this.#open) {
      const lag = position - other.position;
      if (lag <= capacity) continue;
      this.#remove(other);
      other.drop(
        new LimitError(
          `${other.name}: fell ${lag} bytes behind the fastest branch, more than its capacity of ${capacity} bytes`,
          { max: capacity },
        ),
      );
    }
  }

  /** A branch waits, has taken all there is, or has left: there may be reason to read on. */
  pull(): void {
    if (this.#isReading) {
      this.followRefs();
      return;
    }
    if (!this.#isWanted || !this.#open.some((branch) => branch.wanted > 0)) return;
    const { piece, isExact } = this.#limits;
    const length = isExact ? (this.#open[0] as TeeBranch).wanted : piece;
    // What need not wait is had at once. But a kernel's pipe may always have more, and then only a read lets timers and
    // signals have their turn.
    if (this.#tries++ < TRIES_MAX && this.tryAdvance(length)) return;
    this.#tries = 0;
    void this.#read(length);
  }

  /**
   * Takes at most `length` bytes that the input has now, without waiting, if it can be asked; with 0 only an end that it
   * knows of. Returns whether anything came.
   */
  tryAdvance(length: number): boolean {
    if (this.#isReading || !this.#isWanted) return false;
    this.#isReading = true; // whatever a source of somebody's own does in its turn
    let count: number | null;
    try {
      count = this.#input.tryRead(this.#room(length));
    } catch (error) {
      this.#isReading = false;
      this.#fail(error);
      return true;
    }
    this.#isReading = false;
    if (count === 0) return false;
    this.#got(count);
    return true;
  }

  /** A wait on the input counts as long as one of those who wait for it does. */
  followRefs(): void {
    if (!this.#isReading) return;
    this.#input.refer(this.#open.some((branch) => branch.wanted > 0 && branch.readerRefed));
  }

  /** A branch was told of a deadlock. */
  knows(error: DeadlockError): void {
    this.#known = error.waits;
  }

  /** Who the others wait for, if they wait for anybody. */
  get awaited(): TeeBranch | undefined {
    return this.#limits.capacity === undefined ? this.slowest : undefined;
  }

  /** The first branch that has not taken all. */
  get slowest(): TeeBranch | undefined {
    return this.#open.find((branch) => branch.fill > 0);
  }

  /** A branch reads no more. The last one takes the input along. */
  leave(branch: TeeBranch, failure: Failure | undefined): void {
    this.#remove(branch);
    if (this.#open.length > 0) this.pull();
    else this.#end(failure);
  }

  /** Whether a branch that waits may be read for: it has taken all there is. */
  get #isWanted(): boolean {
    return !this.#hasEnded && this.awaited === undefined;
  }

  /** Where the next bytes go. Each branch has its own left behind there, and none has more than the capacity. */
  #room(length: number): Uint8Array {
    this.#buffer ??= new Uint8Array(this.#size);
    if (this.slowest === undefined) this.#start = this.position;
    const slot = (this.position - this.#start) % this.#size;
    const end = Math.min(slot + Math.min(length, this.#limits.piece), this.#size);
    return end - slot === this.#size ? this.#buffer : this.#buffer.subarray(slot, end);
  }

  #remove(branch: TeeBranch): void {
    this.#open = this.#open.filter((other) => other !== branch);
  }

  async #read(length: number): Promise<void> {
    this.#isReading = true;
    let count: number | null;
    try {
      this.followRefs();
      count = await this.#input.read(this.#room(length));
    } catch (error) {
      this.#isReading = false;
      if (!(error instanceof DeadlockError)) this.#fail(error);
      else this.#giveUp(error);
      return;
    }
    this.#isReading = false;
    this.#got(count);
  }

  #got(count: number | null): void {
    if (this.#hasEnded) return;
    if (count === null) {
      for (const branch of this.#open) branch.closeWriter();
      this.#end(undefined);
    } else {
      this.position += count;
      for (const branch of this.#open) branch.offer();
      this.pull();
    }
  }

  #fail(reason: unknown): void {
    if (this.#hasEnded) return;
    for (const branch of this.#open) branch.fail(reason);
    this.#end({ reason });
  }

  /** Only the wait was given up: the input is open, and so are the branches. */
  #giveUp(error: DeadlockError): void {
    // Whoever waits though the branches were told began after that, or is not meant to count.
    if (error.waits !== this.#known) for (const branch of this.#open) branch.giveUpAll(error);
    this.pull();
  }

  #end(failure: Failure | undefined): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    void this.#input.end(failure);
  }
}

const TRIES_MAX = 16; // at most 1 MiB
