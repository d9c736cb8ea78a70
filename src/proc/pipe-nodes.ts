/** The pipes that processes have open, with who has their ends and what is in them. */
import { askForFill, type Pipe } from './fill.js';
import type { PipeNode } from './graph.js';
import { type Holder, inodeOf, isPipeLink } from './holder.js';

/** In the order in which their first ends are found. */
export function pipeNodes(holders: readonly Holder[], asksForFill: boolean): PipeNode[] {
  const pipes = [...pipesOf(holders).values()];
  if (asksForFill) askForFill(pipes);
  else for (const pipe of pipes) pipe.noFill = 'not asked';
  return pipes;
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
  if (path !== undefined) pipe.path = path;
  return pipe;
}
