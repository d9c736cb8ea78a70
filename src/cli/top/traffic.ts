import type { ProcessNode } from '../../proc/index.js';

/** What a process did lately. */
export interface ProcessRates {
  /** Processors in use: 1 is one of them all the time. */
  readonly cpu: number;
  /** Bytes a second. */
  readonly bytesIn: number | undefined;
  readonly bytesOut: number | undefined;
}

/** What processes did between two looks at each, which need not be the same moments for all. */
export class Traffic {
  readonly rates = new Map<number, ProcessRates>();
  readonly #last = new Map<number, { readonly node: ProcessNode; readonly at: number }>();

  /**
   * @param looked Those that were looked at just now.
   * @param all Those that are there.
   * @param now When the look began, in milliseconds.
   */
  count(looked: readonly ProcessNode[], all: readonly ProcessNode[], now: number): void {
    for (const node of looked) {
      const last = this.#last.get(node.pid);
      this.#last.set(node.pid, { node, at: now });
      if (last === undefined || last.node.started !== node.started) this.rates.delete(node.pid);
      else this.rates.set(node.pid, ratesOf(last.node, node, now - last.at));
    }
    const there = new Set(all.map(({ pid }) => pid));
    for (const pid of this.#last.keys()) {
      if (there.has(pid)) continue;
      this.#last.delete(pid);
      this.rates.delete(pid);
    }
  }
}

function ratesOf(last: ProcessNode, node: ProcessNode, over: number): ProcessRates {
  return {
    cpu: (node.cpuTime - last.cpuTime) / over,
    bytesIn: each(last.bytesIn, node.bytesIn, over),
    bytesOut: each(last.bytesOut, node.bytesOut, over),
  };
}

function each(last: number | undefined, now: number | undefined, over: number): number | undefined {
  return last === undefined || now === undefined ? undefined : ((now - last) * 1000) / over;
}
