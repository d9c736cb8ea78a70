import type { ByteSource } from './byte-ends.js';
import { copyBytes } from './copy-bytes.js';
import { DeadlockError } from './deadlock-error.js';
import { onlyBranch } from './only-branch.js';
import { type Failure, type TakenSource, takeAll } from './taken-source.js';
import type { TeeInput } from './tee-source.js';
import type { PipeReader } from './types.js';

/**
 * One reader of several at once: bytes come as the sources give them, those of one read of a source together. It ends when all
 * of them have ended.
 *
 * Whoever waits for the first of several has asked them all: so what the others give meanwhile, at most one read of each, is
 * kept for the next reads. A source whose bytes are not taken yet is not asked for more.
 *
 * The first of them to fail fails the reader by that very reason, behind what had come before, and the others are aborted with
 * it. When the reader is closed or aborted, so are all of them. What `concat` cannot keep of the contract, this cannot either.
 *
 * @param readers Readers, Web streams or iterables of bytes, in an array; they are the reader's from then on.
 * @returns A reader of all their bytes; of no readers, one that has ended.
 * @throws {TypeError} `readers` is no array, one of them is nothing to read from, or a locked stream; none was taken then. A
 * source that breaks its contract fails the reader.
 * @example Two writers, one reader
 * ```ts
 * import * as io from 'pipework';
 *
 * const [left, right] = [io.pipe(), io.pipe()];
 * const both = io.merge([left.reader, right.reader]);
 * const received = io.text(both);
 * await right.writer.write('first, ');
 * await left.writer.write('second');
 * left.writer.close();
 * right.writer.close();
 * console.log(await received); // prints first, second
 * ```
 */
export function merge(readers: readonly ByteSource[]): PipeReader {
  return onlyBranch(new MergeInput(takeAll(readers)), 'merge');
}

/** One of the sources, and what came of it that is not given out yet: `bytes[from, to)`. */
interface Entrant {
  readonly source: TakenSource;
  bytes: Uint8Array;
  from: number;
  to: number;
}

class MergeInput implements TeeInput {
  /** Those that have not ended. */
  readonly #open: Set<Entrant>;
  /** Those of them that are not asked for anything and have given out what came; who waits longest is first. */
  readonly #idle: Set<Entrant>;
  /** Those of whom something came, in that order. */
  readonly #came: Entrant[] = [];
  #failure: Failure | undefined;
  /** For the read that waits. */
  #wake = (): void => {};
  #giveUp = (_error: DeadlockError): void => {};

  constructor(sources: readonly TakenSource[]) {
    this.#open = new Set(sources.map((source) => ({ source, bytes: NOTHING, from: 0, to: 0 })));
    this.#idle = new Set(this.#open);
  }

  async read(into: Uint8Array): Promise<number | null> {
    try {
      for (;;) {
        for (const one of this.#idle) void this.#ask(one, into.length);
        const count = this.#give(into);
        if (count !== 0) return count;
        await new Promise<void>((resolve, reject) => {
          this.#wake = resolve;
          this.#giveUp = reject;
        });
      }
    } finally {
      this.refer(false); // those that are still asked wait for nobody
    }
  }

  tryRead(into: Uint8Array): number | null {
    if (this.#came.length > 0) return this.#give(into);
    for (const one of this.#idle) {
      const count = one.source.tryRead(into);
      if (count === null) this.#close(one);
      else if (count > 0) {
        this.#idle.delete(one);
        this.#idle.add(one);
        return count;
      }
    }
    return this.#give(into);
  }

  refer(counts: boolean): void {
    for (const { source } of this.#open) source.refer(counts);
  }

  onFailure(listener: (reason: unknown) => void): void {
    for (const { source } of this.#open) source.onFailure(listener);
  }

  end(failure: Failure | undefined): void {
    for (const { source } of this.#open) void source.end(failure);
    this.#open.clear();
    this.#idle.clear();
  }

  /** Copies what came first to `into`; 0 when there is nothing yet. */
  #give(into: Uint8Array): number | null {
    const [first] = this.#came;
    if (first === undefined) {
      if (this.#failure !== undefined) throw this.#failure.reason;
      return this.#open.size === 0 ? null : 0;
    }
    const count = Math.min(into.length, first.to - first.from);
    copyBytes(into, 0, first.bytes, first.from, count);
    first.from += count;
    if (first.from === first.to) {
      this.#came.shift();
      if (this.#open.has(first)) this.#idle.add(first);
    }
    return count;
  }

  async #ask(one: Entrant, length: number): Promise<void> {
    this.#idle.delete(one);
    if (one.bytes.length < length) one.bytes = new Uint8Array(length);
    try {
      const count = await one.source.read(one.bytes.subarray(0, length));
      if (!this.#open.has(one)) return;
      if (count === null) this.#close(one);
      else {
        one.from = 0;
        one.to = count;
        this.#came.push(one);
      }
    } catch (reason) {
      if (!this.#open.has(one)) return;
      if (reason instanceof DeadlockError) {
        this.#idle.add(one);
        this.#giveUp(reason);
      } else {
        this.#failure = { reason };
        this.end(this.#failure);
      }
    }
    this.#wake();
  }

  /** It has ended. */
  #close(one: Entrant): void {
    this.#open.delete(one);
    this.#idle.delete(one);
    void one.source.end(undefined);
  }
}

const NOTHING = new Uint8Array(0);
