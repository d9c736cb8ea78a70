/** Compares docs/runtimes.md with what has run, or writes it. */
import { columnsOf, differences, type IsOurs, PAGE_FILE, readPage, replaced, writePage } from './page.js';
import type { Result } from './text-report.js';

export interface JudgePageOptions {
  /** Which columns are those of `results`. */
  readonly isOurs: IsOurs;
  /** Writes it instead. */
  readonly write: boolean;
}

/** @returns Whether the page is true now; says on stderr why not. */
export function judgePage(results: readonly Result[], { isOurs, write }: JudgePageOptions): boolean {
  const columns = columnsOf(results);
  const rows = [...new Set(results.map(({ suite }) => suite))];
  if (write) {
    writePage(replaced(readPage(), rows, columns, isOurs));
    return true;
  }
  const wrong = differences(readPage(), rows, columns, isOurs);
  if (wrong.length === 0) return true;
  console.error(`${PAGE_FILE} is not true any more; with '-- --write' this command writes it:`);
  for (const line of wrong) console.error(`  ${line}`);
  return false;
}
