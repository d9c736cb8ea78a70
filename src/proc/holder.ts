/** A process, and what it has open that matters here. */
import type { ProcessEnd } from './graph.js';

/** A descriptor of a process that is a pipe, as it was found. */
export interface OpenPipe extends ProcessEnd {
  readonly inode: number;
  /** Of a FIFO. */
  readonly path: string | undefined;
}

export interface Holder {
  readonly pid: number;
  /** Its pipes, by descriptor. */
  readonly pipes: ReadonlyMap<number, OpenPipe>;
  /** Its epoll descriptors. */
  readonly epolls: readonly number[];
}

/** As graphs have it; `access` is what it is used for just now. */
export function endOf({ descriptor, pipe, access }: OpenPipe, as: ProcessEnd['access'] = access): ProcessEnd {
  return { descriptor, pipe, access: as };
}

/** Those ends of a process that are open for `access`. */
export function endsFor({ pipes }: Holder, access: 'read' | 'write'): ProcessEnd[] {
  return [...pipes.values()]
    .filter((pipe) => pipe.access === access || pipe.access === 'both')
    .map((pipe) => endOf(pipe, access));
}

/** What /proc calls an epoll descriptor. */
export const EPOLL = 'anon_inode:[eventpoll]';

/** Whether that is what /proc calls a pipe without a path. */
export function isPipeLink(link: string): boolean {
  return link.startsWith('pipe:[');
}
