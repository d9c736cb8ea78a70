/** What a look says of one process. */
import { commandOf, ownerOf, type ProcessStat, processStat, TICK, trafficOf } from '../os/proc-files.js';
import { type Descriptors, holderOf, type Listing } from './descriptors.js';
import type { ProcessNode, Refused } from './graph.js';
import { idleTime } from './idle-time.js';
import { endOf, type Holder } from './open-pipe.js';
import { activityOf } from './process-state.js';
import type { Member } from './selection.js';
import { lookAtCall } from './thread-state.js';

/** A process, and where its pipes are to be found. */
export interface Looked {
  readonly node: ProcessNode;
  readonly holder: Holder;
}

/** What is the same for all processes of one look. */
export interface LookOptions {
  readonly descriptors: Descriptors;
  /** When the look began, in the kernel's ticks since boot. */
  readonly since: number;
  readonly asleep: boolean;
  /** The sessions of processes that have been looked at, by number. */
  readonly sessions: Map<number, number>;
}

/** `undefined`: it has ended. */
export function lookAt({ pid, listing }: Member, options: LookOptions): Looked | undefined {
  const call = lookAtCall(pid);
  const stat = processStat(pid);
  const command = commandOf(pid);
  const user = ownerOf(pid);
  if (stat === undefined || command === undefined || user === undefined) return undefined;
  const listed = listing === 'refused' ? undefined : sameListing(stat, listing, options);
  const holder = holderOf(listed ?? { pid, pipes: [], epolls: [] });
  const { state, threads, isCallRefused } = activityOf(stat, call, holder);
  const traffic = trafficOf(pid);
  const asleepFor = options.asleep && state.kind !== 'running' ? idleTime(pid, threads) : undefined;
  const refused: Refused[] = [];
  if (listing === 'refused') refused.push('descriptors');
  if (isCallRefused) refused.push('call');
  if (traffic === null) refused.push('traffic');
  const node: ProcessNode = {
    pid,
    parent: stat.parent,
    isOrphan: isOrphan(stat, options),
    group: stat.group,
    user,
    started: stat.started,
    name: stat.name,
    command,
    state,
    threads,
    ends: [...holder.pipes.values()].map((pipe) => endOf(pipe)),
    cpuTime: (stat.userTicks + stat.systemTicks) * TICK,
    ...traffic,
    ...(asleepFor !== undefined && { asleepFor }),
    refused,
  };
  return { node, holder };
}

/**
 * A process that began after the descriptors were listed has the number of another, whose they are: then its own.
 */
function sameListing(
  stat: ProcessStat,
  listing: Listing,
  { descriptors, since }: LookOptions,
): Listing | undefined {
  if (stat.started < since) return listing;
  const again = descriptors.list(stat.pid);
  return again === 'refused' || processStat(stat.pid)?.started !== stat.started ? undefined : again;
}

/** Only who begins a session of its own is in another than its parent, so long as that is the one that started it. */
function isOrphan({ pid, parent, session }: ProcessStat, { sessions }: LookOptions): boolean {
  sessions.set(pid, session);
  if (session === pid || parent === 0) return false;
  const known = sessions.get(parent) ?? processStat(parent)?.session;
  if (known === undefined) return false;
  sessions.set(parent, known);
  return known !== session;
}
