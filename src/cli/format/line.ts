import { columnsOf, fit } from './columns.js';
import type { Style, Styler } from './styles.js';

/** A piece of a line, with a style if it has one. */
export type Cell = string | readonly [style: Style, text: string];

/** Cells one behind the other, cut where the line ends. */
export function lineOf(cells: readonly Cell[], columns: number, styler: Styler): string {
  let left = columns;
  let line = '';
  for (const cell of cells) {
    const [style, text] = typeof cell === 'string' ? [undefined, cell] : cell;
    const shown = fit(text, left);
    line += style === undefined ? shown : styler(style, shown);
    left -= columnsOf(text);
    if (left <= 0) break;
  }
  return line;
}
