/** A process, and what it has open that matters here. */
import type { ProcessEnd } from './graph.js';

export interface Holder {
  readonly pid: number;
  /** Its ends of pipes, by descriptor. */
  readonly ends: readonly ProcessEnd[];
  /** The paths of those that are FIFOs, by the `id` of the pipe. */
  readonly paths: ReadonlyMap<string, string> | undefined;
  /** Its epoll descriptors. */
  readonly epolls: readonly number[];
}

/** Those ends that are open for `access`. */
export function endsFor({ ends }: Holder, access: 'read' | 'write'): ProcessEnd[] {
  return ends
    .filter((end) => end.access === access || end.access === 'both')
    .map((end) => ({ ...end, access }));
}

/** What /proc calls an epoll descriptor. */
export const EPOLL = 'anon_inode:[eventpoll]';

/** Whether that is what /proc calls a pipe without a path. */
export function isPipeLink(link: string): boolean {
  return link.startsWith('pipe:[');
}

/** The number of the inode, which both kinds of `id` end with. */
export function inodeOf(pipe: string): number {
  return Number(pipe.slice(Math.max(pipe.lastIndexOf('['), pipe.lastIndexOf(':')) + 1, -1));
}
