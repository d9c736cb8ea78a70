/**
 * Which processes belong to which stage: the stage's own, and all that descend from it. Who was there before the pipeline
 * is a stranger, and who was looked at once and is none of the family never becomes one, so that a look costs what is new
 * on the machine and not what there is.
 */
import { processNumbers, processStat } from '../../os/internal.js';

export class Families {
  readonly #strangers: Set<number>;
  /** The place of the stage, by process. */
  readonly #stages = new Map<number, number>();

  /** To be made before the pipeline is started. */
  constructor() {
    this.#strangers = new Set(numbers());
  }

  /**
   * The place of the stage, by process, of all that run.
   *
   * @param roots The stages' own processes, in the places of the stages; `undefined` for one that has ended.
   */
  look(roots: readonly (number | undefined)[]): ReadonlyMap<number, number> {
    const there = new Set(numbers());
    for (const known of [this.#strangers, this.#stages]) {
      for (const pid of known.keys()) if (!there.has(pid)) known.delete(pid);
    }
    for (const [index, pid] of roots.entries()) if (pid !== undefined) this.#stages.set(pid, index);
    let parents = new Map<number, number>();
    for (const pid of there) {
      if (this.#strangers.has(pid) || this.#stages.has(pid)) continue;
      const parent = processStat(pid)?.parent;
      if (parent !== undefined) parents.set(pid, parent);
    }
    // A child may be found before its parent is.
    for (let found = -1; found !== 0; ) {
      const rest = new Map<number, number>();
      for (const [pid, parent] of parents) {
        const stage = this.#stages.get(parent);
        if (stage === undefined) rest.set(pid, parent);
        else this.#stages.set(pid, stage);
      }
      found = parents.size - rest.size;
      parents = rest;
    }
    for (const pid of parents.keys()) this.#strangers.add(pid);
    return this.#stages;
  }
}

function numbers(): number[] {
  const all = processNumbers();
  return all === 'refused' ? [] : all;
}
