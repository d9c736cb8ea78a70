/** What a look says of processes. */
import { READ_IO, READ_SCHED } from '../os/binding.js';
import { type ProcessStat, parseIo, parseStat, processOf, processStat, TICK } from '../os/proc-files.js';
import { holdersAmong } from './descriptors.js';
import type { ProcessNode, Refused } from './graph.js';
import type { Holder } from './holder.js';
import { idleTime, schedulerTime } from './idle-time.js';
import { askMany } from './native.js';
import { activityOf } from './process-state.js';
import type { Member } from './selection.js';
import { parseCall } from './thread-state.js';

/** A process, and where its pipes are to be found. */
export interface Looked {
  readonly node: ProcessNode;
  readonly holder: Holder;
}

/** What is the same for all processes of one look. */
export interface LookOptions {
  /** When the look began, in the kernel's ticks since boot. */
  readonly since: number;
  readonly traffic: boolean;
  readonly asleep: boolean;
}

/** At all that have not ended meanwhile. */
export function lookAtAll(members: readonly Member[], options: LookOptions): Looked[] {
  const more = (options.traffic ? READ_IO : 0) | (options.asleep ? READ_SCHED : 0);
  const pids = members.map(({ pid }) => pid);
  const files = askMany(pids, (native, numbers) => native.readProcesses(numbers, more));
  const now = options.asleep ? schedulerTime() : Number.NaN;
  const about: About = { since: options.since, now, sessions: new Map() };
  return members.flatMap((member, index) => lookAt(member, files[index] ?? '', about) ?? []);
}

/** What one needs of all. */
interface About {
  readonly since: number;
  /** By the scheduler's clock, in milliseconds. */
  readonly now: number;
  readonly sessions: Map<number, number>;
}

/** @param files As native/look.h has them. */
function lookAt({ pid, holder: found }: Member, files: string, about: About): Looked | undefined {
  const [user, syscall = '', statText = '', io = '', lastRun = '', command] = files.split('\0');
  if (command === undefined || statText === '' || statText === REFUSED) return undefined;
  const stat = parseStat(statText);
  if (stat.threads > 1 && (processOf(pid) ?? pid) !== pid) return undefined; // the number is that of a thread
  const call = parseCall(syscall === REFUSED ? null : syscall);
  const holder = found === 'refused' ? NOTHING : stillOf(stat, found, about);
  const { state, threads } = activityOf(stat, call, holder);
  const traffic = io === REFUSED ? undefined : parseIo(io);
  const asleepFor = state.kind === 'running' ? undefined : idleTime(pid, lastRun, threads, about.now);
  const refused: Refused[] = [];
  if (found === 'refused') refused.push('descriptors');
  if (call === 'refused') refused.push('call');
  if (io === REFUSED) refused.push('traffic');
  const node: ProcessNode = {
    pid,
    parent: stat.parent,
    isOrphan: isOrphan(stat, about),
    group: stat.group,
    user: Number(user),
    started: stat.started,
    name: stat.name,
    command: command === '' || command === REFUSED ? `[${stat.name}]` : command,
    state,
    threads,
    ends: holder.ends,
    cpuTime: (stat.userTicks + stat.systemTicks) * TICK,
    ...traffic,
    ...(asleepFor !== undefined && { asleepFor }),
    refused,
  };
  return { node, holder };
}

/** Of a file that may not be read. */
const REFUSED = '!';
const NOTHING: Holder = { pid: 0, ends: [], paths: undefined, epolls: [] };

/** A process that began after the descriptors were listed has the number of another, whose they are: then its own. */
function stillOf({ pid, started }: ProcessStat, found: Holder, { since }: About): Holder {
  if (started < since) return found;
  const [again] = holdersAmong([pid]);
  const isSame = again !== undefined && again !== 'refused' && processStat(pid)?.started === started;
  return isSame ? again : NOTHING;
}

/** Only who begins a session of its own is in another than its parent, so long as that is the one that started it. */
function isOrphan({ pid, parent, session }: ProcessStat, { sessions }: About): boolean {
  sessions.set(pid, session);
  if (session === pid || parent === 0) return false;
  const known = sessions.get(parent) ?? processStat(parent)?.session;
  if (known === undefined) return false;
  sessions.set(parent, known);
  return known !== session;
}
