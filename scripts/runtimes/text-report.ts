/**
 * What `npm run test:runtimes` prints: the table, then what was skipped, by reason, then every failure in full, and the
 * count of all.
 */
import type { Outcome } from './outcome.js';

export interface Result {
  readonly engine: string; // a column
  readonly suite: string; // a row
  readonly outcome: Outcome;
}

/** Rows and columns are in the order of `results`. */
export function textReport(results: readonly Result[]): string {
  const parts = [table(results), skips(results), failures(results), summary(results)];
  return parts.filter((part) => part !== '').join('\n\n');
}

function table(results: readonly Result[]): string {
  const engines = [...new Set(results.map(({ engine }) => engine))];
  const suites = [...new Set(results.map(({ suite }) => suite))];
  const lines = [['passed, FAILED, skipped', ...engines]];
  for (const suite of suites) {
    const cells = engines.map((engine) => {
      const found = results.find((result) => result.engine === engine && result.suite === suite);
      return found === undefined ? '' : countsOf(found.outcome);
    });
    lines.push([suite, ...cells]);
  }
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What there is none of is not named, except that nothing has passed. */
function countsOf({ passed, failed, skipped }: Outcome): string {
  const parts = passed > 0 || failed.length + skipped.length === 0 ? [`${passed}`] : [];
  if (failed.length > 0) parts.push(`${failed.length} FAILED`);
  if (skipped.length > 0) parts.push(`${skipped.length} skipped`);
  return parts.join(', ');
}

function skips(results: readonly Result[]): string {
  const byReason = new Map<string, string[]>();
  for (const { engine, suite, outcome } of results) {
    for (const reason of new Set(outcome.skipped.map(({ why }) => why))) {
      const names = outcome.skipped.filter(({ why }) => why === reason).map(({ name }) => name);
      const what = names.length === 1 ? names[0] : `${names.length} cases`;
      byReason.set(reason, [...(byReason.get(reason) ?? []), `${engine}, ${suite}: ${what}`]);
    }
  }
  const groups = [...byReason].map(([reason, places]) => `  ${reason}\n${indent(places.join('\n'))}`);
  return groups.length === 0 ? '' : `Skipped:\n${groups.join('\n')}`;
}

function failures(results: readonly Result[]): string {
  const all = results.flatMap(({ engine, suite, outcome }) =>
    outcome.failed.map(({ name, why }) => `  ${engine}, ${suite}: ${name}\n${indent(why)}`),
  );
  return all.length === 0 ? '' : `Failed:\n${all.join('\n')}`;
}

function summary(results: readonly Result[]): string {
  const sum = (count: (outcome: Outcome) => number) =>
    results.reduce((total, { outcome }) => total + count(outcome), 0);
  const passed = sum((outcome) => outcome.passed);
  const failed = sum((outcome) => outcome.failed.length);
  const skipped = sum((outcome) => outcome.skipped.length);
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
