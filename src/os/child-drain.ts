import { binding, WRITE } from './binding.js';
import { type ChildEnd, openSlots, pipeId } from './child-pipe.js';
import { unwatch, watch } from './readiness.js';
import { scratch } from './scratch.js';
import { EAGAIN, EIO, systemError } from './system-error.js';

/**
 * A pipe that a child writes to and that is emptied as it fills, whoever else is busy: through one buffer for all of
 * them, since thousands may be open.
 */
export class ChildDrain {
  /** The child's end. */
  readonly given: ChildEnd;
  /** What /proc calls the pipe; `undefined` where the system does not say. */
  readonly id: string | undefined;
  /** Bytes that have come. */
  bytesRead = 0;
  /** Settles when nobody can write any more, or after `cut()`; rejects with a system error. */
  readonly ended: Promise<void>;

  #slot: number;
  readonly #name: string;
  readonly #take: (bytes: Uint8Array) => void;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;

  /**
   * @param take Gets what has come, lent for the call.
   * @param slots Ends to use instead of a new pipe's: ours and the child's.
   * @throws A system error; nothing is left open.
   */
  constructor(
    name: string,
    take: (bytes: Uint8Array) => void,
    slots: readonly [reader: number, writer: number] = openSlots(name, WRITE),
  ) {
    this.#name = name;
    this.#take = take;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const [reader, writer] = slots;
    this.#slot = reader;
    this.given = { slot: writer };
    this.id = pipeId(reader);
    try {
      this.#watch();
    } catch (error) {
      binding().close(reader);
      binding().close(writer);
      throw error;
    }
  }

  /** Bytes that wait to be taken. */
  get available(): number {
    return this.#slot === -1 ? 0 : Math.max(0, binding().available(this.#slot));
  }

  /** Whether somebody may still write. */
  get isHeld(): boolean {
    return this.#slot !== -1;
  }

  /** Takes no more. */
  cut(): void {
    if (this.#slot === -1) return;
    unwatch(this.#slot);
    binding().close(this.#slot);
    this.#slot = -1;
    this.#resolve();
  }

  #watch(): void {
    watch(this.#slot, this.#name, this);
  }

  /** Something came, or nothing will any more. */
  retry(): void {
    for (let reads = 0; reads < READS_MAX; reads++) {
      if (this.#slot === -1) return;
      const count = binding().read(this.#slot, scratch, 0, scratch.length);
      if (count > 0) {
        this.bytesRead += count;
        this.#take(scratch.subarray(0, count));
        continue;
      }
      if (count === EAGAIN) this.#watch();
      else {
        if (count < 0 && count !== EIO) this.#reject(systemError(count, 'read', this.#name));
        this.cut();
      }
      return;
    }
    // One that brings more and more must not keep the loop from everything else.
    setImmediate(() => this.retry());
  }
}

/** Reads in a row, each of at most 64 KiB. */
const READS_MAX = 16;
