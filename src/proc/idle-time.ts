import { contents } from '../os/proc-files.js';
import type { ThreadNode } from './graph.js';

/**
 * How long none of the threads of a process has run, in milliseconds; `undefined` where the scheduler does not say, or has
 * forgotten: it notes 0 for a thread that it has moved to another processor, until that runs there.
 *
 * @param lastRun Of the first thread, as the scheduler writes it.
 * @param now By the scheduler's clock: `schedulerTime()`.
 */
export function idleTime(
  pid: number,
  lastRun: string,
  threads: readonly ThreadNode[],
  now: number,
): number | undefined {
  const first = Number.parseFloat(lastRun);
  if (Number.isNaN(now) || Number.isNaN(first)) return undefined; // nobody asked: a file for each thread takes its time
  const others = threads.filter(({ tid }) => tid !== pid).map(({ tid }) => lastRunOf(`${pid}/task/${tid}`));
  const all = [first, ...others];
  const last = Math.max(...all);
  return Number.isNaN(last) || all.includes(0) ? undefined : Math.max(0, Math.round(now - last));
}

/** The scheduler notes when a thread was last on a processor, by a clock of its own: this thread is on one now. */
export function schedulerTime(): number {
  return lastRunOf('self');
}

/** In milliseconds since about the boot; NaN when nobody says. */
function lastRunOf(at: string): number {
  return Number.parseFloat(/^se\.exec_start\s*:\s*([\d.]+)/m.exec(contents(at, 'sched') ?? '')?.[1] ?? '');
}
