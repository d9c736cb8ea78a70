/**
 * What each runtime runs, in a process of its own: `run.js SUITE REPORT` runs the cases of a suite and appends to the
 * file REPORT what became of each. It ends by itself, as any program, when nothing holds it.
 */
import { appendFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { Line } from '../../scripts/runtimes/outcome.js';
import { suites } from './suites.js';

const [, , suiteName, report = ''] = process.argv;

// Not awaited at the top level, where Bun and Deno do not let a deadlock be found (docs/deadlocks.md).
void run();

async function run(): Promise<void> {
  const suite = suites.find(({ name }) => name === suiteName);
  if (suite === undefined) throw new RangeError(`SUITE must be the name of a suite, got ${suiteName}`);
  const cases = suite.cases();
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
      tell({ failed: name, why: inspect(error) });
    }
  }
}

/** At once: the next thing may be a crash. */
function tell(line: Line): void {
  appendFileSync(report, `${JSON.stringify(line)}\n`);
}
