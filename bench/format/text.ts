import type { Row } from '../result.js';
import { cellsOf, HEADINGS } from './cells.js';

/** The table for a terminal. */
export function textTable(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cellsOf)];
  // What a skipped rival's reason takes is no measure for the others.
  const sized = lines.filter((_, line) => line === 0 || rows[line - 1]?.skipped === undefined);
  const widths = HEADINGS.map((_, column) => Math.max(...sized.map((cells) => cells[column]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
