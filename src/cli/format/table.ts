import { columnsOf, padded, paddedLeft } from './columns.js';

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** Numbers end at the right edge. */
  readonly isRight?: boolean;
}

/**
 * Rows of cells as lines, each column as wide as what is in it. The last column is not filled up, and cells are counted in
 * columns of a terminal, so that wide characters do not push others aside. For text that `printable()` has been through.
 */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, i) => Math.max(...all.map((row) => columnsOf(row[i] ?? ''))));
  return all.map((row) =>
    columns
      .map(({ isRight }, i) => {
        const cell = row[i] ?? '';
        if (isRight) return paddedLeft(cell, widths[i] ?? 0);
        return i === columns.length - 1 ? cell : padded(cell, widths[i] ?? 0);
      })
      .join(' ')
      .trimEnd(),
  );
}
