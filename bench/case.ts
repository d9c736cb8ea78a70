import type { Rival } from './rival.js';

/** One row of the comparison: what is done, with whom, and what one trial measures. Less is better, always. */
export interface Case {
  readonly name: string; // on the command line
  readonly title: string; // in the tables
  readonly unit: Unit;
  /** Bytes of each message, where a rate in MB/s makes sense. */
  readonly size?: number;
  /** Files in rivals/; the first is ours, which the others are compared with. */
  readonly rivals: readonly string[];
  /** How many rounds more than other cases this one needs, as a factor. */
  readonly rounds?: number;
  /** The trial may ask for a collection, and measures memory. */
  readonly collects?: boolean;
  /** The trial runs as an ordinary user, also when root runs the bench: root's pipes know no limit. */
  readonly unprivileged?: boolean;
  /** Makes what all trials need, once for each run. */
  prepare?(): void;
  run(rival: Rival): Promise<number>;
}

export type Unit =
  | 'ns/message'
  | 'ns/pipe'
  | 'ns/wake-up'
  | 'ns/turn'
  | 'wake-ups/s'
  | 'ms'
  | 'bytes'
  | 'bytes/pipe'
  | 'MiB'
  | 'descriptors'
  | '% of the CPU time'
  | '% of a core';

/** What a case that a rival cannot take part in throws: a mistake in the case's list. */
export function notFor(rival: Pick<Rival, 'title'>): Error {
  return new Error(`${rival.title} has nothing for this case`);
}
