/**
 * What one process, or one page, made of its suite. It tells each case before and after it runs, so that a hang or a crash
 * has the name of a case; and a case that nobody told of, a count that is another elsewhere, or an end that is not a clean
 * one, is a failure.
 */
export interface Outcome {
  readonly passed: number;
  readonly failed: readonly Told[];
  readonly skipped: readonly Told[];
}

export interface Told {
  readonly name: string;
  readonly why: string;
}

/** A line of the report, as JSON. The first one is `cases`. */
export type Line =
  | { readonly cases: number }
  | { readonly begun: string }
  | { readonly passed: string }
  | { readonly failed: string; readonly why: string }
  | { readonly skipped: string; readonly why: string };

/** How it ended. */
export interface Ended {
  /** By itself, and without an error. */
  readonly isClean: boolean;
  /** A clause: `the process ended with status 1`. */
  readonly how: string;
  /** All that it printed. A suite prints nothing. */
  readonly printed: string;
}

/**
 * @param report The lines that it wrote; the last may be cut off.
 * @param cases How many the suite has.
 */
export function outcomeOf(report: string, ended: Ended, cases: number): Outcome {
  let planned: number | undefined;
  let begun: string | undefined;
  let passed = 0;
  const failed: Told[] = [];
  const skipped: Told[] = [];
  for (const text of report.split('\n').slice(0, -1)) {
    const line = JSON.parse(text) as Line;
    if ('cases' in line) planned = line.cases;
    else if ('begun' in line) begun = line.begun;
    else {
      begun = undefined;
      if ('passed' in line) passed++;
      else if ('failed' in line) failed.push({ name: line.failed, why: line.why });
      else skipped.push({ name: line.skipped, why: line.why });
    }
  }
  const told = passed + failed.length + skipped.length;
  const isComplete = told === planned && told > 0;
  if (!isComplete || !ended.isClean || ended.printed !== '') {
    const name = begun ?? (planned === undefined ? BEFORE : isComplete ? AFTER : BETWEEN);
    const left = (planned ?? 0) - told - (begun === undefined ? 0 : 1);
    failed.push({ name, why: explain(ended) + (left > 0 ? `\n${left} cases were left` : '') });
  } else if (planned !== cases) {
    failed.push({ name: ALL, why: `there were ${planned}, where the suite has ${cases}` });
  }
  return { passed, failed, skipped };
}

const BEFORE = '(before the first case)';
const BETWEEN = '(between two cases)';
const AFTER = '(after the last case)';
const ALL = '(the count of cases)';

function explain({ how, printed }: Ended): string {
  return printed === '' ? how : `${how}, and had printed\n${printed.trimEnd()}`;
}
