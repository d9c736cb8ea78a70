/** What a process does, by what its threads do. */
import { guardedContents, type ProcessStat, processStat, threadNumbers } from '../os/proc-files.js';
import type { ThreadNode } from './graph.js';
import type { Holder } from './holder.js';
import type { ProcessState } from './state.js';
import { type CallLook, parseCall, threadState } from './thread-state.js';

export interface Activity {
  readonly state: ProcessState;
  /** Empty when there is one only. */
  readonly threads: readonly ThreadNode[];
}

/** @param call Of its first thread, asked for before `stat`. */
export function activityOf(stat: ProcessStat, call: CallLook, holder: Holder): Activity {
  const first = threadState(stat.pid, call, stat.state, holder);
  if (stat.threads <= 1) return { state: first, threads: [] };
  const threads = threadNumbers(stat.pid).flatMap((tid): ThreadNode[] => {
    if (tid === stat.pid) return [{ tid, name: stat.name, state: first }];
    const at = `${stat.pid}/task/${tid}`;
    const call = parseCall(guardedContents(at, 'syscall'));
    const thread = processStat(at);
    return thread ? [{ tid, name: thread.name, state: threadState(at, call, thread.state, holder) }] : [];
  });
  const states = [first, ...threads.map(({ state }) => state)];
  return { state: foremost(states, holder), threads };
}

/**
 * The state of a process is that of the thread which says most of it: of one that runs, else of one that a pipe holds up,
 * else of the first, unless that merely waits for others of them.
 */
function foremost(states: readonly ProcessState[], holder: Holder): ProcessState {
  return states.reduce((best, state) => (rank(state, holder) < rank(best, holder) ? state : best));
}

function rank(state: ProcessState, holder: Holder): number {
  return isInward(state, holder) ? ORDER.length : ORDER.indexOf(state.kind);
}

/** Whether it waits for another thread: on a lock, or by a pipe of which the process has the other end too. */
function isInward(state: ProcessState, { ends }: Holder): boolean {
  if (state.kind === 'elsewhere') return state.for === 'thread';
  if (state.kind !== 'reading') return false;
  const own = new Set(ends.flatMap(({ pipe, access }) => (access === 'read' ? [] : [pipe])));
  return state.on.every(({ pipe }) => own.has(pipe));
}

/** A first thread that has ended leaves the process to the others. */
const ORDER: readonly ProcessState['kind'][] = [
  'running',
  'stopped',
  'writing',
  'reading',
  'opening',
  'polling',
  'elsewhere',
  'asleep',
  'ended',
];
