/**
 * What a run found out, ready for a table or JSON. A ratio is taken round by round, between trials that ran next to
 * each other, and then summarized: what slows the machine for a while slows both sides of it.
 */
import type { Case, Unit } from './case.js';
import { type Summary, summarize } from './statistics.js';
import type { Target } from './targets.js';

export interface Entrant {
  readonly name: string; // file in rivals/
  readonly title: string;
  /** Why it did not take part. */
  readonly skipped?: string;
  /** One for each round, in the case's unit. */
  readonly values: readonly number[];
}

export interface Row {
  readonly case: string;
  readonly title: string;
  readonly rival: string;
  readonly rivalTitle: string;
  readonly unit: Unit;
  readonly skipped?: string;
  readonly measured?: Summary;
  readonly megabytesPerSecond?: number;
  /** How many times what ours needs the rival needs: above 1, ours is better. */
  readonly ratio?: Summary;
  readonly target?: string;
  readonly met?: boolean;
}

export function rowsOf(one: Case, entrants: readonly Entrant[], targets: readonly Target[]): Row[] {
  const [ours] = entrants;
  return entrants.map((entrant) => {
    const { name, title, skipped, values } = entrant;
    const about = { case: one.name, title: one.title, rival: name, rivalTitle: title, unit: one.unit };
    if (skipped !== undefined) return { ...about, skipped };
    const measured = summarize(values);
    const row = {
      ...about,
      measured,
      ...(one.size && { megabytesPerSecond: (one.size / measured.median) * 1000 }),
    };
    if (entrant === ours) return { ...row, ...judgeAlone(one, measured, targets) };
    const ratio = summarize(values.map((value, round) => value / (ours?.values[round] as number)));
    return { ...row, ratio, ...judgeRatio(one, name, ratio, targets) };
  });
}

type Verdict = Pick<Row, 'target' | 'met'>;

function judgeAlone(one: Case, measured: Summary, targets: readonly Target[]): Verdict {
  const target = targets.find((target) => target.case === one.name && 'atMost' in target);
  if (target === undefined || !('atMost' in target)) return {};
  return { target: `<= ${target.atMost}`, met: measured.median <= target.atMost };
}

function judgeRatio(one: Case, rival: string, ratio: Summary, targets: readonly Target[]): Verdict {
  const target = targets.find(
    (target) => target.case === one.name && 'rival' in target && target.rival === rival,
  );
  if (target === undefined || !('rival' in target)) return {};
  const { atLeast, hopedFor } = target;
  const more =
    hopedFor === undefined ? '' : ratio.median >= hopedFor ? ` (and ${hopedFor})` : ` (not ${hopedFor})`;
  return { target: `>= ${short(atLeast)}${more}`, met: ratio.median >= atLeast };
}

/** 1 / 0.9 is 1.11 to a reader, and 1 / 0.9 to the figures. */
function short(target: number): number {
  return Number(target.toPrecision(3));
}
