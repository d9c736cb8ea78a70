import { binding } from './binding.js';
import { ChildDrain } from './child-drain.js';
import { closeChildEnd } from './child-pipe.js';

/**
 * A terminal for children to write to, and to nobody else: whatever tells that it writes to one, by colours, by columns or by
 * handing over each line at once, does so. What they write is taken as it is.
 */
export class ChildTerminal {
  readonly drain: ChildDrain;
  readonly #slot: number;

  private constructor(name: string, take: (bytes: Uint8Array) => void, ours: number, theirs: number) {
    this.drain = new ChildDrain(name, take, [ours, theirs]);
    this.#slot = ours;
  }

  /**
   * @param like The descriptor of a terminal, whose size it gets.
   * @param take Gets what has come, lent for the call.
   * @returns `undefined` where there is none to be had.
   */
  static open(name: string, like: number, take: (bytes: Uint8Array) => void): ChildTerminal | undefined {
    const slots = new Int32Array(new ArrayBuffer(8));
    const result = binding().openTerminal?.(like, slots);
    if (result !== 0) return undefined;
    return new ChildTerminal(name, take, slots[0] as number, slots[1] as number);
  }

  /** The descriptor that a child is to have. */
  get number(): number {
    return binding().number(this.drain.given.slot);
  }

  /** The children have it. */
  given(): void {
    closeChildEnd(this.drain.given);
  }

  /** The other terminal has another size now. */
  resize(like: number): void {
    if (this.drain.isHeld) binding().resizeTerminal?.(this.#slot, like);
  }
}

/** Whether a terminal is as a shell's commands find it; not so when some program has it for itself, or asks for a password. */
export function isPlainTerminal(fd: number): boolean {
  return binding().isPlainTerminal?.(fd) === 1;
}
