import { chainsIn, type Members } from './chains.js';
import { ringsAmong, stuckAmong } from './deadlocks.js';
import type { Graph } from './graph.js';
import { type HeldEnd, heldEndsIn } from './held-ends.js';
import { checkGraph } from './options.js';
import { doing, labelOf } from './sentences.js';
import type { Evidence } from './state.js';
import { type Activity, type Index, indexOf, type Waiter, waiterOf } from './waits.js';

/** What stands still in a graph, and because of whom. */
export interface Verdict {
  /** Processes that pipes join, each pipeline by itself; who is joined to nobody is a chain of one, without pipes. */
  readonly chains: readonly Chain[];
  /** Processes that wait for each other, so that none of them ever goes on. */
  readonly deadlocks: readonly Deadlock[];
  /** Write ends that keep a reader from the end of what it reads, and which probably nobody means to write to. */
  readonly heldEnds: readonly HeldEnd[];
}

/** Processes that pipes join. */
export interface Chain {
  /** From those that only write to those that only read. */
  readonly stages: readonly StageVerdict[];
  /** The `id`s of its pipes. */
  readonly pipes: readonly string[];
  /** The stages with that role, by number; none when nobody waits, or all are stuck, or nobody can say. */
  readonly bottlenecks: readonly number[];
}

/** One process of a chain. */
export interface StageVerdict {
  readonly pid: number;
  readonly role: Role;
  /** Who is to act for it to go on, by number; they need not be in the graph. */
  readonly waitsFor: readonly number[];
  /** Whom it waits for in the end, from one to the next: these wait for nobody in the graph, or are stuck. */
  readonly because: readonly number[];
  /** Whether the kernel said so; else it is what the pipes look like. */
  readonly isCertain: boolean;
  /** What sentences call it: the beginning of its command line, and its number. */
  readonly label: string;
  /** What it does, in a plain sentence that begins with the label; without control characters. */
  readonly says: string;
  readonly evidence: readonly Evidence[];
}

/**
 * `bottleneck`: others wait for it, and it for none of them. `blocked`: waits until there is room in a pipe. `starved`:
 * waits for bytes. `waiting`: waits for another process to end. `stuck`: part of a deadlock, or waits for one. `free`: it
 * waits for nobody here, and nobody is seen to wait for it. `unknown`: nobody can say what it waits for, or it waits for several things of
 * which some are not to be seen; it may be the bottleneck.
 */
export type Role = 'bottleneck' | 'blocked' | 'starved' | 'waiting' | 'stuck' | 'free' | 'unknown';

/** A ring of processes of which each waits for the next, and the last for the first. */
export interface Deadlock {
  /** By number, in the order of the ring. */
  readonly ring: readonly number[];
  /** One sentence for each: what it waits for, and whom. */
  readonly says: readonly string[];
  /** Whether the kernel said so for each of them. */
  readonly isCertain: boolean;
  readonly evidence: readonly Evidence[];
}

/**
 * Judges a look: who is the bottleneck of each chain, who waits for whom, who waits in a ring, and whose write end keeps a
 * reader from its end. A process that waits for another is never blamed; what the look does not say is not guessed.
 *
 * @param graph What `scan()` gave. One look catches one moment: in a pipeline that is well, everybody waits now and then.
 * @returns Plain data, the caller's own.
 * @throws {TypeError} `graph` is none.
 * @example Who keeps a pipeline waiting
 * ```ts
 * import { spawn } from 'node:child_process';
 * import * as proc from 'pipework/proc';
 *
 * const child = spawn('sh', ['-c', 'yes | sleep 1000'], { stdio: 'ignore', detached: true });
 * const look = () => proc.verdict(proc.scan({ pid: child.pid, follow: 'children' })).chains;
 * let chain: proc.Chain | undefined;
 * do chain = look().find(({ bottlenecks }) => bottlenecks.length > 0);
 * while (chain === undefined); // until the pipe is full
 * console.log(chain.stages.at(0)?.role, chain.stages.at(-1)?.role); // prints blocked bottleneck
 * process.kill(-(child.pid as number));
 * ```
 */
export function verdict(graph: Graph): Verdict {
  checkGraph('graph', graph);
  const index = indexOf(graph);
  const waiters = new Map(graph.processes.map((node) => [node.pid, waiterOf(node, index)]));
  const stuck = stuckAmong(waiters);
  const judge: Judge = { index, waiters, stuck };
  return {
    chains: chainsIn(index).map((members) => judgeChain(members, judge)),
    deadlocks: ringsAmong(stuck, waiters).map((ring) => deadlock(ring, judge)),
    heldEnds: heldEndsIn(index, waiters),
  };
}

/** What all judgements need. */
interface Judge {
  readonly index: Index;
  readonly waiters: ReadonlyMap<number, Waiter>;
  readonly stuck: ReadonlySet<number>;
}

function judgeChain({ pids, pipes }: Members, judge: Judge): Chain {
  const because = new Map(pids.map((pid) => [pid, becauseOf(pid, judge)]));
  // Whoever started a process and waits for its end is not held up by it.
  const heldUp = pids.filter((pid) => isAtPipe(judge.waiters.get(pid)?.main));
  const awaited = new Set(heldUp.flatMap((pid) => because.get(pid) ?? []));
  const stages = pids.map((pid) => judgeStage(pid, because.get(pid) ?? [], awaited.has(pid), judge));
  return {
    stages,
    pipes,
    bottlenecks: stages.filter(({ role }) => role === 'bottleneck').map(({ pid }) => pid),
  };
}

function isAtPipe(activity: Activity | undefined): boolean {
  return typeof activity === 'object' && activity.kind !== 'child';
}

function judgeStage(pid: number, because: readonly number[], isAwaited: boolean, judge: Judge): StageVerdict {
  const { index, waiters, stuck } = judge;
  const { node, main } = waiters.get(pid) as Waiter;
  const wait = typeof main === 'object' ? main : undefined;
  return {
    pid,
    role: stuck.has(pid) ? 'stuck' : roleOf(main, isAwaited),
    waitsFor: wait?.likely ?? [],
    because,
    isCertain: main !== 'unknown' && (wait?.isCertain ?? true),
    label: labelOf(pid, index),
    says: `${labelOf(pid, index)} ${doing(pid, node.state, index)}.`,
    evidence: node.state.evidence,
  };
}

function roleOf(activity: Activity, isAwaited: boolean): Role {
  if (activity === 'unknown') return 'unknown';
  if (typeof activity === 'string') return isAwaited ? 'bottleneck' : 'free';
  switch (activity.kind) {
    case 'write':
      return 'blocked';
    case 'read':
      return 'starved';
    case 'ready':
      return activity.ends.some(({ access }) => access !== 'read') ? 'blocked' : 'starved';
    case 'child':
      return 'waiting';
  }
}

/** From one to the next of those that are to act, down to who waits for nobody in the graph. */
function becauseOf(pid: number, { waiters, stuck }: Judge): number[] {
  const seen = new Set<number>();
  const ends = new Set<number>();
  const queue = [pid];
  for (const at of queue) {
    const main = waiters.get(at)?.main;
    const next = typeof main === 'object' ? main.likely : [];
    if (at !== pid && (next.length === 0 || stuck.has(at))) ends.add(at);
    for (const other of next) {
      if (seen.has(other)) continue;
      seen.add(other);
      queue.push(other);
    }
  }
  return [...ends];
}

function deadlock(ring: readonly number[], { index, waiters }: Judge): Deadlock {
  const members = ring.map((pid) => waiters.get(pid) as Waiter);
  return {
    ring,
    says: members.map(({ node }) => `${labelOf(node.pid, index)} ${doing(node.pid, node.state, index)}.`),
    isCertain:
      index.graph.isComplete &&
      members.every(({ acts, waits }) => !acts && waits.every(({ isCertain }) => isCertain)),
    evidence: members.flatMap(({ node }) => node.state.evidence),
  };
}
