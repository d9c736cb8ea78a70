/** What is said of a pipeline that has ended, to people. */
import type { StageResult } from '../../exec/index.js';
import { printable } from '../../proc/index.js';
import { bytes, duration } from '../format/amounts.js';
import { paddedLeft } from '../format/columns.js';
import type { Ending } from './run-stages.js';
import { howItEnded, statusOf } from './status.js';

/** One line for each stage: how it ended, what it took, what it moved. */
export function summaryOf(results: readonly StageResult[], names: readonly string[]): string {
  const rows = results.map((result) => [String(result.index + 1), ...facts(result)]);
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] as string).length)));
  return rows
    .map((row, index) => {
      const cells = row.map((cell, i) => paddedLeft(cell, widths[i] as number));
      return `${cells.join('  ')}  ${printable(names[index] as string)}\n`;
    })
    .join('');
}

/** Why the exit status is not 0, when that needs saying. */
export function failureOf(
  { failure, isLate, signal, results, elapsed }: Ending,
  names: readonly string[],
): string {
  if (isLate) return `pipework run: timed out after ${duration(elapsed)}\n`;
  // Whoever was to read the output had seen enough.
  if (failure === undefined || signal !== undefined || statusOf(failure) === SIGPIPE) return '';
  const name = printable(names[failure.index] as string);
  const where = results.length === 1 ? name : `stage ${failure.index + 1} of ${results.length}, ${name},`;
  return `pipework run: ${where} ${howItEnded(failure)}\n`;
}

/** What a shell makes of a command that SIGPIPE ended. */
const SIGPIPE = 141;

function facts({ code, signal, forgiven, startedAt, endedAt, ...usage }: StageResult): string[] {
  // A shell gives it as 141.
  const ending = forgiven ? 'SIGPIPE' : (signal ?? (code === null ? 'not run' : `exit ${code}`));
  const { userTime, systemTime, bytesIn, bytesOut, isSampled } = usage;
  const cpu = userTime === undefined || systemTime === undefined ? undefined : userTime + systemTime;
  const took = startedAt === undefined || endedAt === undefined ? undefined : endedAt - startedAt;
  const moved = (count: number | undefined): string =>
    count === undefined ? '-' : `${isSampled ? '>= ' : ''}${bytes(count)}`;
  return [
    forgiven ? `${ending}, forgiven` : ending,
    took === undefined ? '-' : duration(took),
    `${cpu === undefined ? '-' : duration(cpu)} CPU`,
    `${moved(bytesIn)} in`,
    `${moved(bytesOut)} out`,
  ];
}
