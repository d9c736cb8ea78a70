import { UnsupportedError } from '../../io/unsupported-error.js';
import { processOf } from '../../os/internal.js';
import { type Graph, type ScanOptions, scan } from '../../proc/index.js';
import { CommandError } from '../command-error.js';
import { Looked } from './looked.js';

/** @throws {CommandError} There is no /proc here. */
export function look(options: ScanOptions): Looked {
  try {
    return new Looked(scan(options));
  } catch (cause) {
    if (!(cause instanceof UnsupportedError)) throw cause;
    throw new CommandError(cause.message, { isUsage: false, cause });
  }
}

/** Names on stderr those that were asked for in vain. @returns The exit status. */
export function reportMissing(graph: Graph, pids: readonly number[], command: string): number {
  const missing = missingOf(graph, pids);
  for (const pid of new Set(missing))
    process.stderr.write(`pipework ${command}: ${whyMissing(pid, graph)}\n`);
  return missing.length === 0 ? 0 : 1;
}

/** Those that were asked for and are not in the look. */
export function missingOf({ gone, hidden }: Graph, pids: readonly number[]): number[] {
  return pids.filter((asked) => gone.includes(asked) || hidden.some(({ pid }) => pid === asked));
}

function whyMissing(pid: number, { gone }: Graph): string {
  if (!gone.includes(pid)) return `process ${pid} is another user's, and nothing of it is to be seen`;
  const whole = processOf(pid);
  return whole === undefined || whole === pid
    ? `there is no process ${pid}`
    : `${pid} is a thread of process ${whole}`;
}
