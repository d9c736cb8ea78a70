/** The loop that every runtime runs: one case after the other, each told of before and after. */
import type { Line } from '../../scripts/runtimes/outcome.js';
import type { Suite } from '../../scripts/runtimes/suite.js';

export interface RunCasesOptions {
  /** Takes a line at once: the next thing may be a crash. */
  readonly tell: (line: Line) => void;
  /** What a case has failed with, in full. */
  readonly show: (error: unknown) => string;
}

/** @throws {RangeError} No suite has the name. */
export async function runCases(
  suites: readonly Suite[],
  suiteName: string | undefined,
  { tell, show }: RunCasesOptions,
): Promise<void> {
  const suite = suites.find(({ name }) => name === suiteName);
  if (suite === undefined) throw new RangeError(`SUITE must be the name of a suite, got ${suiteName}`);
  const cases = await suite.cases();
  tell({ cases: cases.length });
  for (const { name, skip, run } of cases) {
    if (skip !== undefined) {
      tell({ skipped: name, why: skip });
      continue;
    }
    tell({ begun: name });
    try {
      await run();
      tell({ passed: name });
    } catch (error) {
      tell({ failed: name, why: show(error) });
    }
  }
}
