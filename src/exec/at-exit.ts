/**
 * What still runs when this process ends is told to end as well: a synchronous SIGTERM to the pipelines' processes, at
 * 'exit', which an uncaught error reaches too. Signals are not handled unless somebody asked: then they are passed on
 * first, and this process ends by the same one.
 */
import { type Family, terminate } from './tree.js';

export interface EndsAtExit {
  /** What still runs of it. */
  readonly family: Family;
  readonly killOnSignal: boolean;
}

export function terminateAtExit(job: EndsAtExit): void {
  if (jobs.size === 0) process.on('exit', terminateAll);
  jobs.add(job);
  if (job.killOnSignal && handled++ === 0) for (const signal of SIGNALS) process.on(signal, passOn);
}

export function hasEnded(job: EndsAtExit): void {
  if (!jobs.delete(job)) return;
  if (jobs.size === 0) process.off('exit', terminateAll);
  if (job.killOnSignal && --handled === 0) for (const signal of SIGNALS) process.off(signal, passOn);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const jobs = new Set<EndsAtExit>();
let handled = 0; // jobs that asked for it

function terminateAll(): void {
  terminate(union([...jobs]));
}

function passOn(signal: NodeJS.Signals): void {
  terminate(union([...jobs].filter(({ killOnSignal }) => killOnSignal)));
  // Whoever else listens decides what the signal means.
  if (process.listenerCount(signal) > 1) return;
  process.off(signal, passOn);
  process.kill(process.pid, signal);
}

/** One look finds them all. */
function union(all: readonly EndsAtExit[]): Family {
  return {
    children: all.flatMap(({ family }) => family.children),
    pipeIds: new Set(all.flatMap(({ family }) => [...family.pipeIds])),
  };
}
