/**
 * What each runtime runs, in a process of its own: `run.js SUITE REPORT` runs the cases of a suite and appends to the
 * file REPORT what became of each. It ends by itself, as any program, when nothing holds it.
 */
import { appendFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { runCases } from './run-cases.js';
import { suites } from './suites.js';

const [, , suiteName, report = ''] = process.argv;

// Not awaited at the top level, where Bun and Deno do not let a deadlock be found (docs/deadlocks.md).
void runCases(suites, suiteName, {
  tell: (line) => appendFileSync(report, `${JSON.stringify(line)}\n`),
  show: inspect,
});
