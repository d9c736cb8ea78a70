import type { ByteSource } from './byte-ends.js';
import { onlyBranch } from './only-branch.js';
import { type Failure, type TakenSource, takeAll } from './taken-source.js';
import type { TeeInput } from './tee-source.js';
import type { PipeReader } from './types.js';

/**
 * One reader of several, one after the other. Each is read only when its turn has come and a read waits, and for what that
 * read asks for; it is closed at its end.
 *
 * The first of them to fail fails the reader by that very reason, behind all that came before, and those that are left are
 * aborted with it. When the reader is closed or aborted, so are all that are left.
 *
 * What such a reader cannot keep of the contract: a source that was closed tells nothing of what its writer does after; and,
 * unbuffered, it is asked for one read at a time, and what comes for a read that was given up is kept for the next one.
 *
 * @param readers Readers, Web streams or iterables of bytes, in an array; they are the reader's from then on.
 * @returns A reader of all their bytes; of no readers, one that has ended.
 * @throws {TypeError} `readers` is no array, one of them is nothing to read from, or a locked stream; none was taken then. A
 * source that breaks its contract fails the reader.
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('body');
 * writer.close();
 * const page = io.concat([[new TextEncoder().encode('head, ')], reader, new Blob([', foot']).stream()]);
 * console.log(await io.text(page)); // prints head, body, foot
 * ```
 */
export function concat(readers: readonly ByteSource[]): PipeReader {
  return onlyBranch(new ConcatInput(takeAll(readers)), 'concat');
}

class ConcatInput implements TeeInput {
  /** Those that have not ended; it is the turn of the first. */
  readonly #sources: TakenSource[];
  #counts = true;

  constructor(sources: TakenSource[]) {
    this.#sources = sources;
  }

  async read(into: Uint8Array): Promise<number | null> {
    for (let source = this.#sources[0]; source !== undefined; source = this.#next(source)) {
      const count = await source.read(into);
      if (count !== null) return count;
    }
    return null;
  }

  tryRead(into: Uint8Array): number | null {
    for (let source = this.#sources[0]; source !== undefined; source = this.#next(source)) {
      const count = source.tryRead(into);
      if (count !== null) return count;
    }
    return null;
  }

  refer(counts: boolean): void {
    this.#counts = counts;
    this.#sources[0]?.refer(counts);
  }

  onFailure(listener: (reason: unknown) => void): void {
    for (const source of this.#sources) source.onFailure(listener);
  }

  end(failure: Failure | undefined): void {
    for (const source of this.#sources.splice(0)) void source.end(failure);
  }

  /** The first has ended. */
  #next(ended: TakenSource): TakenSource | undefined {
    void ended.end(undefined);
    this.#sources.shift();
    this.refer(this.#counts);
    return this.#sources[0];
  }
}
