import type { Row } from '../result.js';
import { cellsOf, HEADINGS } from './cells.js';

/** The table as it stands in README.md. */
export function markdownTable(rows: readonly Row[]): string {
  const lines = [HEADINGS, HEADINGS.map(() => '---'), ...rows.map(cellsOf)];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
