/** Write ends that somebody has probably forgotten, and that keep a reader from the end of what it reads. */
import type { PipeEnd, PipeNode, ProcessNode } from './graph.js';
import { labelOf, listed } from './sentences.js';
import { type Index, isInward, type Waiter } from './waits.js';

/** A write end that is still open in a process that has probably forgotten it. */
export interface HeldEnd {
  /** The `id` of the pipe. */
  readonly pipe: string;
  /** Who has the write end. */
  readonly pid: number;
  readonly descriptor: number;
  /** Who waits for bytes from the pipe, or for its end. */
  readonly readers: readonly number[];
  /**
   * `reader`: it is the reader's own. `parent`: an ancestor of the reader that has the read end as well, so it made the pipe
   * and kept both ends. `orphan`: whoever started the holder has ended. `spare`: it is none of the holder's standard streams,
   * while for another process it is one.
   */
  readonly why: 'reader' | 'parent' | 'orphan' | 'spare';
  /** In a plain sentence without control characters. */
  readonly says: string;
}

/** Of the pipes from which somebody waits to read: a pipe that has bytes has a slow reader, which is another matter. */
export function heldEndsIn(index: Index, waiters: ReadonlyMap<number, Waiter>): HeldEnd[] {
  return [...waitingReaders(waiters)].flatMap(([id, readers]) => {
    const pipe = index.pipes.get(id);
    if (pipe === undefined || (pipe.queued ?? 0) > 0) return [];
    return pipe.writers.flatMap((end): HeldEnd[] => {
      const why = whyHeld(end, pipe, readers, index);
      if (why === undefined) return [];
      const { pid, descriptor } = end;
      return [{ pipe: id, pid, descriptor, readers, why, says: say(end, why, readers, index) }];
    });
  });
}

/** By the `id` of the pipe. */
function waitingReaders(waiters: ReadonlyMap<number, Waiter>): Map<string, number[]> {
  const readers = new Map<string, number[]>();
  for (const [pid, { waits }] of waiters) {
    const pipes = new Set(
      waits.flatMap(({ ends }) => ends.flatMap((end) => (end.access === 'read' ? [end.pipe] : []))),
    );
    for (const pipe of pipes) readers.set(pipe, [...(readers.get(pipe) ?? []), pid]);
  }
  return readers;
}

function whyHeld(
  { pid, descriptor }: PipeEnd,
  pipe: PipeNode,
  readers: readonly number[],
  { processes }: Index,
): HeldEnd['why'] | undefined {
  const holder = processes.get(pid);
  if (holder === undefined) return undefined;
  if (readers.includes(pid)) return isInward(pipe) && holder.threads.length > 0 ? undefined : 'reader';
  const hasBoth = pipe.readers.some((end) => end.pid === pid);
  if (hasBoth && readers.some((reader) => isAncestor(pid, reader, processes))) return 'parent';
  if (holder.state.kind !== 'running' && isLeftBehind(holder, readers, processes)) return 'orphan';
  const isOthersStandard = pipe.writers.some((end) => end.pid !== pid && end.descriptor <= 2);
  return descriptor > 2 && isOthersStandard ? 'spare' : undefined;
}

function isAncestor(pid: number, of: number, processes: Index['processes']): boolean {
  const seen = new Set<number>(); // a look is not one moment: numbers may have been used again, and in a ring
  for (
    let at = processes.get(of)?.parent;
    at !== undefined && !seen.has(at);
    at = processes.get(at)?.parent
  ) {
    if (at === pid) return true;
    seen.add(at);
  }
  return false;
}

/** Where the reader has been left behind as well, nobody says that the holder was not meant to stay. */
function isLeftBehind(
  holder: ProcessNode,
  readers: readonly number[],
  processes: Index['processes'],
): boolean {
  if (!isAlone(holder)) return false;
  return readers.some((pid) => {
    const reader = processes.get(pid);
    return reader !== undefined && !isAlone(reader);
  });
}

/** Process 1 inherits orphans in its own session too, where there is one session only, as in a container. */
function isAlone({ isOrphan, parent }: ProcessNode): boolean {
  return isOrphan || parent === 1;
}

function say(
  { pid, descriptor }: PipeEnd,
  why: HeldEnd['why'],
  readers: readonly number[],
  index: Index,
): string {
  const reader = listed(readers.map((pid) => labelOf(pid, index)));
  const holder = labelOf(pid, index);
  const end = `as descriptor ${descriptor}`;
  const until = `${reader} sees no end of it before that is closed`;
  switch (why) {
    case 'reader':
      return `${holder} has the write end of the very pipe that it reads, ${end}: it sees no end of it before it closes that.`;
    case 'parent':
      return `${holder} made the pipe that ${reader} reads and has kept its write end, ${end}: ${until}.`;
    case 'orphan':
      return `${holder}, whose starter has ended, still has the write end of the pipe that ${reader} reads, ${end}: ${until}.`;
    case 'spare':
      return `${holder} also has the write end of the pipe that ${reader} reads, ${end}, which is none of its standard streams: ${until}.`;
  }
}
