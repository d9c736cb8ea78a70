/** The pipes that processes have open, with who has their ends and what is in them. */
import { type Fill, fillOf, type Place } from './fill.js';
import type { NoFill, PipeEnd, PipeNode } from './graph.js';
import type { Holder, OpenPipe } from './open-pipe.js';

/** In the order of their numbers. */
export function pipeNodes(holders: readonly Holder[], asksForFill: boolean): PipeNode[] {
  const all = new Map<string, Sides>();
  for (const { pid, pipes } of holders) {
    for (const end of pipes.values()) {
      const sides = all.get(end.pipe) ?? newSides(all, end);
      if (end.access !== 'write') sides.readers.push({ pid, end });
      if (end.access !== 'read') sides.writers.push({ pid, end });
    }
  }
  return [...all.values()].map((sides) => node(sides, asksForFill)).sort((a, b) => a.inode - b.inode);
}

interface Sides {
  readonly first: OpenPipe;
  readonly readers: Place[];
  readonly writers: Place[];
}

function newSides(all: Map<string, Sides>, first: OpenPipe): Sides {
  const sides: Sides = { first, readers: [], writers: [] };
  all.set(first.pipe, sides);
  return sides;
}

function node({ first, readers, writers }: Sides, asksForFill: boolean): PipeNode {
  const isFifo = first.link !== first.pipe;
  const fill: Fill | NoFill = asksForFill ? fillOf(readers[0], writers[0]) : 'not asked';
  return {
    id: first.pipe,
    kind: isFifo ? 'fifo' : 'pipe',
    inode: first.inode,
    ...(isFifo && { path: first.link }),
    ...(typeof fill === 'string' ? { noFill: fill } : fill),
    readers: readers.map(endIn),
    writers: writers.map(endIn),
  };
}

function endIn({ pid, end: { descriptor } }: Place): PipeEnd {
  return { pid, descriptor };
}
