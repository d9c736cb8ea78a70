/**
 * What processes have open that matters here: pipes, FIFOs and epoll descriptors. A descriptor's link names it, and is read
 * without opening anything.
 */
import { accessOf, descriptorNumbers, linkOf } from '../os/proc-files.js';
import { FifoFinder } from './fifos.js';
import { EPOLL, type Holder, inodeOfPipe, isPipeLink, type OpenPipe } from './open-pipe.js';

/** A pipe among the descriptors of a process, before it is known what it is open for. */
export interface Found {
  readonly descriptor: number;
  /** The `id` of the pipe. */
  readonly pipe: string;
  readonly inode: number;
  readonly link: string;
}

/** The descriptors of one process. */
export interface Listing {
  readonly pid: number;
  readonly pipes: readonly Found[];
  readonly epolls: readonly number[];
}

/** Lists descriptors, for one look. */
export class Descriptors {
  readonly #fifos = new FifoFinder();

  /** 'refused' when they are somebody else's to see; empty when the process is gone. */
  list(pid: number): Listing | 'refused' {
    const numbers = descriptorNumbers(pid);
    if (numbers === 'refused') return 'refused';
    const pipes: Found[] = [];
    const epolls: number[] = [];
    for (const descriptor of numbers) {
      const link = linkOf(pid, descriptor);
      if (link === undefined) continue; // closed since
      if (isPipeLink(link)) {
        pipes.push({ descriptor, pipe: link, inode: inodeOfPipe(link), link });
      } else if (link === EPOLL) {
        epolls.push(descriptor);
      } else if (link.startsWith('/')) {
        const fifo = this.#fifos.identify(pid, descriptor, link);
        if (fifo !== undefined) pipes.push({ descriptor, ...fifo, link });
      }
    }
    return { pid, pipes, epolls };
  }
}

/** Whether the process has the same pipes as when they were listed, as far as that is told without a path. */
export function isUnchanged({ pid, pipes }: Holder): boolean {
  const numbers = descriptorNumbers(pid);
  if (numbers === 'refused') return false;
  let known = 0;
  for (const descriptor of numbers) {
    const link = linkOf(pid, descriptor);
    const pipe = pipes.get(descriptor);
    if (pipe !== undefined && pipe.link === link) known++;
    else if (pipe !== undefined || (link !== undefined && isPipeLink(link))) return false;
  }
  return known === pipes.size;
}

/** With what each is open for. */
export function holderOf({ pid, pipes, epolls }: Listing): Holder {
  const open = new Map<number, OpenPipe>();
  for (const found of pipes) {
    const access = accessOf(pid, found.descriptor);
    if (access !== undefined) open.set(found.descriptor, { ...found, access });
  }
  return { pid, pipes: open, epolls };
}
