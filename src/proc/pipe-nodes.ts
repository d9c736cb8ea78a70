/** The pipes that processes have open, with who has their ends and what is in them. */
import { type Fill, fillsOf } from './fill.js';
import type { PipeEnd, PipeNode } from './graph.js';
import { type Holder, inodeOf, isPipeLink } from './holder.js';

/** By the numbers of their inodes. */
export function pipeNodes(holders: readonly Holder[], asksForFill: boolean): PipeNode[] {
  const pipes = [...pipesOf(holders).values()].sort((a, b) => a.inode - b.inode);
  const fills = asksForFill ? fillsOf(pipes) : [];
  return pipes.map((pipe, index) => ({ ...pipe, ...(fills[index] ?? NOT_ASKED) }));
}

const NOT_ASKED: Fill = { noFill: 'not asked' };

/** A pipe whose ends are still being collected. */
interface Pipe extends Omit<PipeNode, keyof Fill> {
  readonly readers: PipeEnd[];
  readonly writers: PipeEnd[];
}

function pipesOf(holders: readonly Holder[]): Map<string, Pipe> {
  const all = new Map<string, Pipe>();
  for (const { pid, ends, paths } of holders) {
    for (const { descriptor, pipe: id, access } of ends) {
      let pipe = all.get(id);
      if (pipe === undefined) {
        pipe = newPipe(id, paths?.get(id));
        all.set(id, pipe);
      }
      const end = { pid, descriptor };
      if (access !== 'write') pipe.readers.push(end);
      if (access !== 'read') pipe.writers.push(end);
    }
  }
  return all;
}

function newPipe(id: string, path: string | undefined): Pipe {
  const pipe: Pipe = {
    id,
    kind: isPipeLink(id) ? 'pipe' : 'fifo',
    inode: inodeOf(id),
    readers: [],
    writers: [],
  };
  return path === undefined ? pipe : { ...pipe, path };
}
