import { isBytes, signalOf } from './arguments.js';
import { FedReader } from './fed-reader.js';
import type { TeeBranch } from './tee-branch.js';
import type { TeeSource } from './tee-source.js';
import type { CallOptions } from './types.js';

/** The reader of a branch: what can be known or had of the source without waiting, it asks the source for. */
export class TeeReader extends FedReader {
  readonly #branch: TeeBranch;
  readonly #source: TeeSource;

  constructor(branch: TeeBranch, source: TeeSource) {
    super(branch, source);
    this.#branch = branch;
    this.#source = source;
  }

  override read(into: Uint8Array, options?: CallOptions): Promise<number | null> {
    if (movesNothing(into, options)) this.#source.tryAdvance(0);
    return super.read(into, options);
  }

  override tryRead(into: Uint8Array): number | null {
    if (isBytes(into) && this.#branch.fill === 0) this.#source.tryAdvance(into.length);
    const count = super.tryRead(into);
    this.#source.pull();
    return count;
  }

  override ref(): this {
    super.ref();
    this.#source.followRefs();
    return this;
  }

  override unref(): this {
    super.unref();
    this.#source.followRefs();
    return this;
  }
}

/** Whether a read will settle at once, whatever there is. What is wrong with its arguments it says itself. */
function movesNothing(into: Uint8Array, options: CallOptions | undefined): boolean {
  try {
    return isBytes(into) && (into.length === 0 || signalOf(options)?.aborted === true);
  } catch {
    return false;
  }
}
