/** What processes have open, listed without opening any of it. */
import type { ProcessEnd } from './graph.js';
import { EPOLL, type Holder, isPipeLink, type OpenPipe } from './holder.js';
import { askMany } from './native.js';

/** Of each process, in their order; 'refused' when it is somebody else's to see. Who is gone has nothing. */
export function holdersAmong(pids: readonly number[]): (Holder | 'refused')[] {
  const answers = askMany(pids, (native, numbers) => native.listDescriptors(numbers));
  return answers.map((answer, index) =>
    answer === null ? 'refused' : holderOf(pids[index] as number, answer ?? ''),
  );
}

/** Whether a process still has the same pipes. */
export function isUnchanged({ pid, pipes }: Holder): boolean {
  const [now] = holdersAmong([pid]);
  if (now === undefined || now === 'refused' || now.pipes.size !== pipes.size) return false;
  return [...pipes].every(([descriptor, { pipe }]) => now.pipes.get(descriptor)?.pipe === pipe);
}

/** Of what native/look.h says of a process: each item is a number, a letter, and what it is. */
function holderOf(pid: number, listed: string): Holder {
  const pipes = new Map<number, OpenPipe>();
  const epolls: number[] = [];
  for (let at = 0; at < listed.length; ) {
    const end = listed.indexOf('\0', at);
    let letter = at;
    while (listed.charCodeAt(letter) <= DIGIT_MAX) letter++;
    const descriptor = Number(listed.slice(at, letter));
    const link = listed.slice(letter + 1, end);
    if (link === EPOLL) epolls.push(descriptor);
    else pipes.set(descriptor, openPipe(descriptor, ACCESS[listed[letter] as string] ?? 'both', link));
    at = end + 1;
  }
  return { pid, pipes, epolls };
}

const DIGIT_MAX = '9'.charCodeAt(0);
const ACCESS: Readonly<Record<string, ProcessEnd['access']>> = { r: 'read', w: 'write' };

/** @param link `pipe:[INODE]`, or `fifo:[MAJOR:MINOR:INODE]` with its path behind it. */
function openPipe(descriptor: number, access: ProcessEnd['access'], link: string): OpenPipe {
  if (isPipeLink(link)) {
    return {
      descriptor,
      access,
      pipe: link,
      inode: Number(link.slice('pipe:['.length, -1)),
      path: undefined,
    };
  }
  const end = link.indexOf(']') + 1;
  const pipe = link.slice(0, end);
  const inode = Number(pipe.slice(pipe.lastIndexOf(':') + 1, -1));
  return { descriptor, access, pipe, inode, path: link.slice(end) };
}
