/** Who waits for whom, by the states of processes and the ends that they have. */
import type { Graph, PipeEnd, PipeNode, ProcessEnd, ProcessNode } from './graph.js';
import type { ElsewhereState, PollingState, ProcessState, ReadingState, WritingState } from './state.js';

/** Something that a process waits for, and that processes of the graph can bring about. */
export interface Wait {
  /** `ready`: for one of several ends, as event loops do. `child`: for the end of a process. */
  readonly kind: 'write' | 'read' | 'ready' | 'child';
  readonly ends: readonly ProcessEnd[];
  /** Who can end it, by number: all that have the other side, or its children. */
  readonly by: readonly number[];
  /** Those of them who are to: who has the other side as a standard stream, if anybody has. */
  readonly likely: readonly number[];
  /** Whether nothing else ends it: no time that passes, and nobody who was not seen. */
  readonly isClosed: boolean;
  /** Whether the kernel said what it waits for. */
  readonly isCertain: boolean;
}

/** A process, and what its threads wait for. */
export interface Waiter {
  readonly node: ProcessNode;
  /** What its state is. */
  readonly main: Activity;
  readonly waits: readonly Wait[];
  /** Whether one of its threads goes on, or may, with nobody's help. */
  readonly acts: boolean;
}

/**
 * `acts`: it goes on, or may, with nobody's help that is in the graph. `inward`: only its own process can help it.
 * `unknown`: nobody can say.
 */
export type Activity = Wait | 'acts' | 'inward' | 'unknown';

/** A graph whose nodes are found by name. */
export interface Index {
  readonly graph: Graph;
  readonly processes: ReadonlyMap<number, ProcessNode>;
  readonly pipes: ReadonlyMap<string, PipeNode>;
}

export function indexOf(graph: Graph): Index {
  return {
    graph,
    processes: new Map(graph.processes.map((node) => [node.pid, node])),
    pipes: new Map(graph.pipes.map((pipe) => [pipe.id, pipe])),
  };
}

/** Whether a pipe is for one process's own use, as event loops have them to wake themselves. */
export function isInward(pipe: PipeNode | undefined): boolean {
  const first = pipe?.readers[0]?.pid;
  if (pipe === undefined || first === undefined || pipe.writers.length === 0) return false;
  const isFirst = ({ pid }: PipeEnd): boolean => pid === first;
  return pipe.writers.every(isFirst) && pipe.readers.every(isFirst);
}

export function waiterOf(node: ProcessNode, index: Index): Waiter {
  const main = activityOf(node.state, node, index);
  const others = node.threads.filter(({ state }) => state !== node.state);
  const all = [main, ...others.map(({ state }) => activityOf(state, node, index))];
  return {
    node,
    main,
    waits: all.filter((activity): activity is Wait => typeof activity === 'object'),
    acts: all.some((activity) => activity === 'acts' || activity === 'unknown'),
  };
}

function activityOf(state: ProcessState, node: ProcessNode, index: Index): Activity {
  switch (state.kind) {
    case 'writing':
    case 'reading':
      return waitForSide(state, node, index);
    case 'polling':
      return waitUntilReady(state, node, index);
    case 'elsewhere':
      if (state.for === 'thread') return 'inward';
      return state.for === 'child' ? waitForChild(state) : 'acts';
    case 'asleep':
      return 'unknown';
    case 'ended':
      return 'inward';
    default:
      return 'acts';
  }
}

function waitForSide(state: WritingState | ReadingState, node: ProcessNode, index: Index): Activity {
  const kind = state.kind === 'writing' ? 'write' : 'read';
  return waitAt(kind, state.on, node, index, { isCertain: state.on.length === 1, isClosed: true });
}

/** An event loop that also watches what is no pipe, or nobody knows what, waits for nobody in particular. */
function waitUntilReady(state: PollingState, node: ProcessNode, index: Index): Activity {
  const { isKnown, hasTimeout, others } = state;
  if (!isKnown) return 'unknown';
  const ends = state.on.filter(({ pipe }) => !isInward(index.pipes.get(pipe)));
  const isInner = others.every((other) => INNER.test(other));
  if (ends.length === 0) return isInner && hasTimeout === false ? 'inward' : 'acts';
  if (!isInner) return 'unknown';
  const isClosed = hasTimeout === false && !others.some((other) => SOMETIMES.test(other));
  return waitAt('ready', ends, node, index, { isCertain: true, isClosed });
}

/** What an event loop watches for the sake of its own process. */
export const INNER = /^(pipe:|anon_inode:\[?(eventfd|io_uring|timerfd|signalfd|eventpoll))/;
/** What of that comes by itself. */
const SOMETIMES = /^anon_inode:\[?(timerfd|signalfd)/;

function waitForChild({ children }: ElsewhereState): Activity {
  if (children === undefined || children.length === 0) return 'acts';
  return { kind: 'child', ends: [], by: children, likely: children, isClosed: true, isCertain: true };
}

function waitAt(
  kind: 'write' | 'read' | 'ready',
  ends: readonly ProcessEnd[],
  node: ProcessNode,
  index: Index,
  { isCertain, isClosed }: Pick<Wait, 'isCertain' | 'isClosed'>,
): Wait {
  const by = new Set<number>();
  const likely = new Set<number>();
  let isSeen = true;
  for (const end of ends) {
    const others = otherSide(end, index);
    if (others.length === 0) isSeen = false;
    for (const { pid } of others) by.add(pid);
    for (const pid of likelyOf(others, node.pid)) likely.add(pid);
  }
  return { kind, ends, by: [...by], likely: [...likely], isClosed: isClosed && isSeen, isCertain };
}

/** Who has the side that `end` waits for. */
export function otherSide({ pipe, access }: ProcessEnd, { pipes }: Index): readonly PipeEnd[] {
  const node = pipes.get(pipe);
  if (node === undefined) return [];
  if (access === 'both') return [...node.readers, ...node.writers];
  return access === 'write' ? node.readers : node.writers;
}

/** Whoever uses it as a standard stream means to use it; another may have got it by inheritance. */
function likelyOf(ends: readonly PipeEnd[], self: number): number[] {
  const others = ends.filter(({ pid }) => pid !== self);
  const standard = others.filter(({ descriptor }) => descriptor <= 2);
  const likely = standard.length > 0 ? standard : others.length > 0 ? others : ends;
  return likely.map(({ pid }) => pid);
}
