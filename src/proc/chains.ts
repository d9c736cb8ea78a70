/** Which processes belong together, and in which order. */
import type { PipeEnd, PipeNode, ProcessNode } from './graph.js';
import { type Index, isInward } from './waits.js';

/** Processes that pipes join, from those that only write to those that only read, and these pipes. */
export interface Members {
  readonly pids: readonly number[];
  readonly pipes: readonly string[];
}

/** Each process is in one; alone, without a pipe, when no pipe joins it to anybody. */
export function chainsIn(index: Index): Members[] {
  const groups = new Groups();
  const links: Link[] = [];
  for (const pipe of index.graph.pipes) {
    if (isInward(pipe)) continue;
    const writers = usersOf(pipe.writers, pipe, index);
    const readers = usersOf(pipe.readers, pipe, index);
    links.push({ id: pipe.id, writers, readers });
    groups.join(writers, groups.join(readers, undefined));
  }
  const byGroup = new Map<number, Link[]>();
  for (const link of links) {
    const first = link.writers[0] ?? link.readers[0];
    if (first === undefined) continue;
    const group = groups.of(first);
    const others = byGroup.get(group);
    if (others === undefined) byGroup.set(group, [link]);
    else others.push(link);
  }
  const chains = [...byGroup.values()].map((links) => ({
    pids: inOrder(links),
    pipes: links.map(({ id }) => id),
  }));
  const joined = new Set(chains.flatMap(({ pids }) => pids));
  const alone = index.graph.processes.filter(({ pid }) => !joined.has(pid));
  return [...chains, ...alone.map(({ pid }) => ({ pids: [pid], pipes: [] }))];
}

/** A pipe, and who uses it. */
interface Link {
  readonly id: string;
  readonly writers: readonly number[];
  readonly readers: readonly number[];
}

/**
 * Those at one side that use it, as far as can be told. Standard error joins nobody when something else does, and neither
 * does a descriptor beyond the standard ones that is a copy of the parent's: half a machine may write its complaints to one
 * pipe, or have got one from a common ancestor.
 */
function usersOf(side: readonly PipeEnd[], { id }: PipeNode, { processes }: Index): number[] {
  if (side.length === 1) return [(side[0] as PipeEnd).pid]; // most pipes have one
  const users = side.filter((end) => isUse(end, side, id, processes.get(end.pid)));
  return [...new Set((users.length > 0 ? users : side).map(({ pid }) => pid))];
}

function isUse(
  { descriptor }: PipeEnd,
  side: readonly PipeEnd[],
  id: string,
  node: ProcessNode | undefined,
): boolean {
  if (descriptor <= 1 || (node !== undefined && isAt(node, id))) return true;
  return descriptor > 2 && !side.some((end) => end.pid === node?.parent && end.descriptor === descriptor);
}

/** Whether it waits at that pipe, which is a use of it. */
function isAt({ state }: ProcessNode, id: string): boolean {
  return (state.kind === 'writing' || state.kind === 'reading') && state.on.some(({ pipe }) => pipe === id);
}

/** Numbers that belong together. */
class Groups {
  readonly #above = new Map<number, number>();

  /** The number that stands for the group. */
  of(pid: number): number {
    let top = pid;
    for (let above = this.#above.get(top); above !== undefined; above = this.#above.get(top)) top = above;
    // The way there is short from now on.
    for (let at = pid; at !== top; ) {
      const above = this.#above.get(at) as number;
      this.#above.set(at, top);
      at = above;
    }
    return top;
  }

  /** All of them, and `other` if there is one. @returns One of these. */
  join(pids: readonly number[], other: number | undefined): number | undefined {
    let last = other;
    for (const pid of pids) {
      if (last !== undefined) {
        const [one, two] = [this.of(last), this.of(pid)];
        if (one !== two) this.#above.set(two, one);
      }
      last = pid;
    }
    return last;
  }
}

/** Who writes comes before who reads; where they write in a ring, the least number comes first. */
function inOrder(links: readonly Link[]): number[] {
  const behind = new Map<number, Set<number>>();
  const ahead = new Map<number, number>(); // how many of those that write to it are not in the order yet
  for (const { writers, readers } of links) {
    for (const pid of [...writers, ...readers]) if (!behind.has(pid)) behind.set(pid, new Set());
    for (const writer of writers)
      for (const reader of readers) if (reader !== writer) behind.get(writer)?.add(reader);
  }
  for (const readers of behind.values())
    for (const reader of readers) ahead.set(reader, (ahead.get(reader) ?? 0) + 1);
  const left = new Set([...behind.keys()].sort((a, b) => a - b));
  const ordered: number[] = [];
  const ready = [...left].filter((pid) => !ahead.has(pid));
  while (left.size > 0) {
    const pid = ready.shift() ?? (left.values().next().value as number);
    if (!left.delete(pid)) continue;
    ordered.push(pid);
    for (const reader of behind.get(pid) ?? []) {
      const more = (ahead.get(reader) ?? 0) - 1;
      ahead.set(reader, more);
      if (more === 0) ready.push(reader);
    }
  }
  return ordered;
}
