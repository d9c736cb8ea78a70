import { checkWhole } from './arguments.js';
import type { ByteSource } from './byte-ends.js';
import { CHUNK_MAX } from './chunk-iterator.js';
import { onlyBranch } from './only-branch.js';
import { type Failure, TakenSource } from './taken-source.js';
import type { TeeInput } from './tee-source.js';
import type { PipeReader } from './types.js';

/**
 * A reader of the next so many bytes of another one, and then of the end: one part of a stream that has several. Not a byte
 * more is read, and at the limit the source is left as it is, open and unlocked, to go on with. A source that ends before ends
 * this reader too; when this one is closed or aborted before its end, so is the source, which would stand in the middle.
 *
 * What `copy` says of the rest of a chunk holds here too: with an iterable it is lost, and a stream of whole chunks (no BYOB)
 * stays locked. What `concat` cannot keep of the contract, this cannot either; a failure behind the limit is none of this reader;
 * and waits of a source that was unref'd count again at the limit.
 *
 * @param reader Any reader, Web stream or iterable of bytes; leave it alone until the limit.
 * @param bytes How many, at most.
 * @returns A reader of them.
 * @throws {TypeError} A wrong argument, or a locked stream. A source that breaks its contract fails the reader.
 * @throws {RangeError} `bytes` is no whole number from 0 up.
 * @example A message whose length goes first
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('\x05hello\x03you');
 * const length = new Uint8Array(1);
 * for (let i = 0; i < 2; i++) {
 *   await io.readFull(reader, length);
 *   console.log(await io.text(io.limit(reader, length[0] ?? 0))); // prints hello you
 * }
 * ```
 */
export function limit(reader: ByteSource, bytes: number): PipeReader {
  checkWhole('bytes', bytes, 0);
  const source = new TakenSource('reader', reader);
  const name = source.name === undefined ? 'limit' : `${source.name}, limited`;
  return onlyBranch(new LimitInput(source, bytes), name, Math.min(bytes, CHUNK_MAX));
}

class LimitInput implements TeeInput {
  readonly #source: TakenSource;
  #left: number; // bytes
  #isReading = false;
  #counts = true; // whether waits of the source do
  /** Once the source has failed: tells it, unless there is something to read before. */
  #tell = (): void => {};

  constructor(source: TakenSource, bytes: number) {
    this.#source = source;
    this.#left = bytes;
    this.#took(0);
  }

  async read(into: Uint8Array): Promise<number | null> {
    if (this.#left === 0) return null;
    this.#isReading = true;
    try {
      return this.#took(await this.#source.read(into.subarray(0, this.#left)));
    } finally {
      this.#isReading = false;
      this.#tell();
    }
  }

  tryRead(into: Uint8Array): number | null {
    if (this.#left === 0) return null;
    const count = this.#took(this.#source.tryRead(into.subarray(0, this.#left)));
    this.#tell();
    return count;
  }

  refer(counts: boolean): void {
    if (this.#left === 0) return;
    this.#counts = counts;
    this.#source.refer(counts);
  }

  /** What lies behind the limit is nothing to this reader: so only if there is nothing before, nor on its way. */
  onFailure(listener: (reason: unknown) => void): void {
    this.#source.onFailure(() => {
      this.#tell = () => {
        if (this.#isReading || this.#left === 0) return;
        try {
          this.#source.tryRead(NOTHING);
        } catch (reason) {
          listener(reason);
        }
      };
      this.#tell();
    });
  }

  end(failure: Failure | undefined): void {
    if (this.#left > 0) void this.#source.end(failure);
  }

  /** At the limit the source is its owner's again. */
  #took(count: number | null): number | null {
    this.#left -= count ?? 0;
    if (this.#left === 0) {
      if (!this.#counts) this.#source.refer(true);
      this.#source.release();
    }
    return count;
  }
}

const NOTHING = new Uint8Array(0);
