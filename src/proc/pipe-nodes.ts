/** The pipes that processes have open, with who has their ends and what is in them. */
import { type Fill, fillsOf, type Place } from './fill.js';
import type { NoFill, PipeEnd, PipeNode } from './graph.js';
import type { Holder, OpenPipe } from './holder.js';

/** By the numbers of their inodes. */
export function pipeNodes(holders: readonly Holder[], asksForFill: boolean): PipeNode[] {
  const sides = [...sidesOf(holders).values()].sort((a, b) => a.first.inode - b.first.inode);
  const fills = asksForFill
    ? fillsOf(sides.map(({ readers: [reader], writers: [writer] }) => ({ reader, writer })))
    : [];
  return sides.map((side, index) => node(side, fills[index] ?? 'not asked'));
}

interface Sides {
  readonly first: OpenPipe;
  readonly readers: Place[];
  readonly writers: Place[];
}

function sidesOf(holders: readonly Holder[]): Map<string, Sides> {
  const all = new Map<string, Sides>();
  for (const { pid, pipes } of holders) {
    for (const end of pipes.values()) {
      const sides = all.get(end.pipe) ?? { first: end, readers: [], writers: [] };
      all.set(end.pipe, sides);
      if (end.access !== 'write') sides.readers.push({ pid, end });
      if (end.access !== 'read') sides.writers.push({ pid, end });
    }
  }
  return all;
}

function node({ first, readers, writers }: Sides, fill: Fill | NoFill): PipeNode {
  const { pipe, inode, path } = first;
  return {
    id: pipe,
    kind: path === undefined ? 'pipe' : 'fifo',
    inode,
    ...(path !== undefined && { path }),
    ...(typeof fill === 'string' ? { noFill: fill } : fill),
    readers: readers.map(endIn),
    writers: writers.map(endIn),
  };
}

function endIn({ pid, end: { descriptor } }: Place): PipeEnd {
  return { pid, descriptor };
}
