/** What each stage of a pipeline does, and who keeps the others waiting, in sentences for a log. */
import type { Job } from 'pipework/exec';
import * as proc from 'pipework/proc';

export function whoWaits(job: Job): string[] {
  const running = job.stats().flatMap(({ pid, endedAt }) => (endedAt === undefined && pid ? [pid] : []));
  const { chains, deadlocks, heldEnds } = proc.verdict(proc.scan({ pid: running }));
  const stages = chains.flatMap(({ stages }) => stages).filter(({ pid }) => running.includes(pid));
  return [
    ...stages.map(({ role, says }) => `${role}: ${says}`),
    ...deadlocks.map(({ says }) => `deadlock: ${says.join(' ')}`),
    ...heldEnds.map(({ says }) => `still open: ${says}`),
  ];
}
