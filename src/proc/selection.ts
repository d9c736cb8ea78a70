/** Which processes a look is about, with their descriptors, and which are not to be seen. */
import { contents, ownerOf, processNumbers, processStat } from '../os/proc-files.js';
import { holdersAmong } from './descriptors.js';
import type { HiddenProcess, ProcessEnd } from './graph.js';
import type { Holder } from './holder.js';
import type { Wanted } from './options.js';

export interface Selection {
  /** By number. */
  readonly members: readonly Member[];
  readonly hidden: readonly HiddenProcess[];
  readonly isComplete: boolean;
  readonly limits: readonly string[];
}

/** A process to say more of; only one that was asked for by its number may be one that nobody may look into. */
export interface Member {
  readonly pid: number;
  readonly holder: Holder | 'refused';
}

export function select(wanted: Wanted): Selection {
  const { pids, follow } = wanted;
  const looksAround = follow === 'pipes' || pids === undefined;
  const limits = looksAround ? limitsOfProc() : [];
  const everyone = looksAround ? processesIn(limits) : [];
  const asked = askedFor(wanted, everyone);
  const looked = follow === 'pipes' ? [...new Set([...asked, ...everyone])] : asked;
  const found = holdersAmong(looked);
  const holders = new Map(looked.map((pid, index) => [pid, found[index] as Holder | 'refused']));
  const reached = follow === 'pipes' && asked !== everyone ? joined(asked, holders) : looked;
  const named = new Set(pids);
  const refused = looked.filter((pid) => holders.get(pid) === 'refused' && !named.has(pid));
  const hidden = refused.filter((pid) => processStat(pid)?.isKernelThread !== true);
  return {
    members: [...reached]
      .map((pid): Member => ({ pid, holder: holders.get(pid) as Holder | 'refused' }))
      .filter(({ pid, holder }) => named.has(pid) || (holder !== 'refused' && holder.ends.length > 0))
      .sort((a, b) => a.pid - b.pid),
    hidden: hidden.map(hiddenProcess),
    isComplete: follow === 'pipes' && hidden.length === 0 && limits.length === 0,
    limits,
  };
}

/** What keeps /proc from showing all processes. */
function limitsOfProc(): string[] {
  if (process.geteuid?.() === 0) return [];
  // 36 35 0:3 / /proc options [tags] - proc proc options; of several mounts on it the last is to be seen.
  const mounts = [
    ...(contents('self', 'mountinfo') ?? '').matchAll(/^\d+ \d+ \S+ \S+ \/proc .* - proc \S+ (\S+)$/gm),
  ];
  const hidepid = /(?:^|,)hidepid=([^,]+)/.exec(mounts.at(-1)?.[1] ?? '')?.[1];
  if (hidepid === undefined || hidepid === '0' || hidepid === 'off') return [];
  return [`/proc is mounted with hidepid=${hidepid}: processes of other users are not to be seen`];
}

function processesIn(limits: string[]): number[] {
  const all = processNumbers();
  if (all !== 'refused') return all;
  limits.push('the list of all processes could not be read');
  return [];
}

/** Those that are to be the start of the look. */
function askedFor({ pids, user, follow }: Wanted, everyone: readonly number[]): readonly number[] {
  const all = pids ?? everyone;
  const asked = user === undefined ? all : all.filter((pid) => ownerOf(pid) === user);
  return follow === 'children' ? withDescendants(asked) : asked;
}

function withDescendants(pids: readonly number[]): number[] {
  const all = processNumbers();
  const children = new Map<number, number[]>();
  for (const pid of all === 'refused' ? [] : all) {
    const parent = processStat(pid)?.parent;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [pid]);
    else siblings.push(pid);
  }
  const family = new Set(pids);
  for (const pid of family) for (const child of children.get(pid) ?? []) family.add(child);
  return [...family];
}

/** Those, and all whom pipes join to them, by however many others. */
function joined(pids: readonly number[], holders: ReadonlyMap<number, Holder | 'refused'>): Set<number> {
  const reached = new Set(pids);
  const others = new Map<string, number[]>(); // who else has a pipe
  for (const [pid, holder] of holders) {
    if (reached.has(pid)) continue;
    for (const { pipe } of endsOf(holder)) {
      const known = others.get(pipe);
      if (known === undefined) others.set(pipe, [pid]);
      else known.push(pid);
    }
  }
  for (const pid of reached) {
    for (const { pipe } of endsOf(holders.get(pid))) {
      for (const other of others.get(pipe) ?? []) reached.add(other);
    }
  }
  return reached;
}

function endsOf(holder: Holder | 'refused' | undefined): readonly ProcessEnd[] {
  return holder === undefined || holder === 'refused' ? [] : holder.ends;
}

function hiddenProcess(pid: number): HiddenProcess {
  const user = ownerOf(pid);
  return user === undefined ? { pid } : { pid, user };
}
