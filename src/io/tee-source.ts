import { abortEnd, type CheckedReader, closeEnd } from './checked-ends.js';
import { DeadlockError } from './deadlock-error.js';
import { TeeBranch } from './tee-branch.js';
import type { Reader } from './types.js';

/**
 * What the branches of a tee share: one buffer, and the source that fills it. The source is read when a branch waits, and
 * only when every branch has taken all that was read before: so the slowest sets the pace, and nothing piles up.
 */
export class TeeSource {
  /** What was read last; each branch knows how much of it is still to take. */
  readonly buffer = new Uint8Array(TEE_SIZE);
  /** Bytes in it. */
  fill = 0;

  readonly #reader: Reader;
  readonly #source: CheckedReader;
  readonly #open = new Set<TeeBranch>();
  #isReading = false;
  #hasEnded = false;
  /** A deadlock was found while the source was read, and branches know of it. */
  #isKnownStuck = false;

  constructor(reader: Reader, source: CheckedReader, count: number) {
    this.#reader = reader;
    this.#source = source;
    const given: unknown = (reader as { name?: unknown }).name;
    const name = typeof given === 'string' ? given : 'tee';
    for (let i = 1; i <= count; i++) this.#open.add(new TeeBranch(`${name}, branch ${i} of ${count}`, this));
    this.#watchClosed();
  }

  /** Those that have not left. */
  branches(): TeeBranch[] {
    return [...this.#open];
  }

  /** A branch waits, has taken the last of the buffer, or has left: there may be reason to read on. */
  advance(): void {
    if (this.#isReading) this.followRefs();
    else if (this.#isAllTaken && this.#isAnyWaiting) void this.#read();
  }

  /**
   * Takes what the source has now, without waiting, if it can be asked; with `length` 0 only an end that it knows of. Not
   * for reads that may wait: a source that always has something would never let timers have their turn.
   */
  tryAdvance(length = this.buffer.length): void {
    if (this.#isReading || !this.#isAllTaken) return;
    try {
      this.#got(this.#source.tryRead(this.buffer.subarray(0, length)));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A wait on the source counts as long as one of those who wait for it does. */
  followRefs(): void {
    if (!this.#isReading) return;
    const { ref, unref } = this.#reader as { ref?: unknown; unref?: unknown };
    const follow = this.branches().some((branch) => branch.isWaiting && branch.readerRefed) ? ref : unref;
    if (typeof follow === 'function') follow.call(this.#reader);
  }

  /** A branch was told of a deadlock. */
  knowsStuck(): void {
    if (this.#isReading) this.#isKnownStuck = true;
  }

  /** Who the others wait for: the first branch that has not taken all. */
  get slowest(): TeeBranch | undefined {
    return this.branches().find((branch) => branch.fill > 0);
  }

  /** A branch reads no more. The last one takes the source along. */
  leave(branch: TeeBranch, failure: { readonly reason: unknown } | undefined): void {
    this.#open.delete(branch);
    if (this.#open.size > 0) {
      this.advance();
    } else if (!this.#hasEnded) {
      this.#hasEnded = true;
      void this.#endSource(failure);
    }
  }

  get #isAllTaken(): boolean {
    return !this.#hasEnded && this.slowest === undefined;
  }

  get #isAnyWaiting(): boolean {
    return this.branches().some((branch) => branch.isWaiting);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    this.#isKnownStuck = false;
    this.followRefs();
    let count: number | null;
    try {
      count = await this.#source.read(this.buffer, undefined);
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
      this.#hasEnded = true;
      for (const branch of this.#open) branch.end();
      void this.#endSource(undefined);
    } else {
      this.fill = count;
      for (const branch of this.#open) branch.offer();
      this.advance();
    }
  }

  #fail(reason: unknown): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const branch of this.#open) branch.fail(reason);
    void this.#endSource({ reason });
  }

  /** Only the wait was given up: the source is open, and so are the branches. */
  #giveUp(error: DeadlockError): void {
    // Whoever waits though the branches were told began after that, or is not meant to count.
    if (!this.#isKnownStuck) for (const branch of this.#open) branch.rejectReads(() => error);
    this.advance();
  }

  /** There is nobody left who could be told that it fails. */
  async #endSource(failure: { readonly reason: unknown } | undefined): Promise<void> {
    try {
      if (failure === undefined) await closeEnd(this.#reader);
      else await abortEnd(this.#reader, failure.reason);
    } catch {}
  }

  /** Branches that nobody reads hear at once of a source that failed, too. */
  #watchClosed(): void {
    const { closed } = this.#reader as { closed?: unknown };
    if (!(closed instanceof Promise)) return;
    closed.catch((reason) => {
      for (const branch of this.#open) branch.failWriter(reason);
    });
  }
}

/** What a tee reads ahead at most. */
const TEE_SIZE = 65536; // bytes
