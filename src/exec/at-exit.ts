/**
 * What still runs when this process ends is told to end as well: a synchronous SIGTERM to each pipeline's processes, at
 * 'exit', which an uncaught error reaches too. Signals are not handled unless somebody asked: then they are passed on
 * first, and this process ends by the same one.
 */
export interface EndsAtExit {
  /** Sends SIGTERM to all of its processes; synchronous. */
  terminate(): void;
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
  for (const job of jobs) job.terminate();
}

function passOn(signal: NodeJS.Signals): void {
  for (const job of jobs) if (job.killOnSignal) job.terminate();
  for (const each of SIGNALS) process.off(each, passOn);
  // Whoever else listens decides what the signal means.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
