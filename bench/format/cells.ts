import type { Row } from '../result.js';
import type { Summary } from '../statistics.js';

export const HEADINGS = ['case', 'rival', 'median', 'min..max', 'MB/s', 'ratio', 'min..max', 'target', ''];

/** `row` as both tables show it. */
export function cellsOf(row: Row): string[] {
  const { title, rivalTitle, unit, skipped, measured, megabytesPerSecond, ratio, target, met } = row;
  if (measured === undefined) return [title, rivalTitle, `skipped: ${skipped}`, '', '', '', '', '', ''];
  return [
    title,
    rivalTitle,
    `${short(measured.median)} ${unit}`,
    spread(measured),
    megabytesPerSecond === undefined ? '' : short(megabytesPerSecond),
    ratio === undefined ? '' : short(ratio.median),
    ratio === undefined ? '' : spread(ratio),
    target ?? '',
    met === undefined ? '' : met ? 'met' : 'missed',
  ];
}

function spread({ least, most }: Summary): string {
  return `${short(least)}..${short(most)}`;
}

/** Three digits tell all that such a measurement knows. */
function short(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
