import { contents } from '../os/proc-files.js';
import type { ThreadNode } from './graph.js';

/**
 * How long none of the threads of a process has run, in milliseconds; `undefined` where the scheduler does not say. It
 * notes when each thread was last on a processor, by a clock of its own: this thread, which is on one now, tells its time.
 */
export function idleTime(pid: number, threads: readonly ThreadNode[]): number | undefined {
  const places = threads.length === 0 ? [pid] : threads.map(({ tid }) => `${pid}/task/${tid}`);
  const now = lastRun('self');
  if (now === undefined) return undefined;
  let last = 0;
  for (const at of places) {
    const run = lastRun(at);
    if (run === undefined) return undefined;
    last = Math.max(last, run);
  }
  return Math.max(0, Math.round(now - last));
}

/** In milliseconds since about the boot. */
function lastRun(at: number | string): number | undefined {
  const time = /^se\.exec_start\s*:\s*([\d.]+)/m.exec(contents(at, 'sched') ?? '')?.[1];
  return time === undefined ? undefined : Number(time);
}
