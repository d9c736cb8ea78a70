/** What processes have open, listed without opening any of it. */
import type { ProcessEnd } from './graph.js';
import { EPOLL, type Holder, isPipeLink } from './holder.js';
import { askMany } from './native.js';

/** Of each process, in their order; 'refused' when it is somebody else's to see. Who is gone has nothing. */
export function holdersAmong(pids: readonly number[]): (Holder | 'refused')[] {
  const answers = askMany(pids, (native, numbers) => native.listDescriptors(numbers));
  return answers.map((answer, index) =>
    answer === null ? 'refused' : holderOf(pids[index] as number, answer ?? ''),
  );
}

/** Whether a process still has the same pipes. */
export function isUnchanged({ pid, ends }: Holder): boolean {
  const [now] = holdersAmong([pid]);
  if (now === undefined || now === 'refused' || now.ends.length !== ends.length) return false;
  return now.ends.every(
    ({ descriptor, pipe }, i) => descriptor === ends[i]?.descriptor && pipe === ends[i].pipe,
  );
}

/** Of what native/look.h says of a process: each item is a number, a letter, and what it is. */
function holderOf(pid: number, listed: string): Holder {
  const ends: ProcessEnd[] = [];
  const epolls: number[] = [];
  let paths: Map<string, string> | undefined;
  for (let at = 0; at < listed.length; ) {
    const end = listed.indexOf('\0', at);
    let letter = at;
    while (listed.charCodeAt(letter) <= DIGIT_MAX) letter++;
    const descriptor = Number(listed.slice(at, letter));
    const access = ACCESS[listed[letter] as string] ?? 'both';
    const link = listed.slice(letter + 1, end);
    if (isPipeLink(link)) ends.push({ descriptor, pipe: link, access });
    else if (link === EPOLL) epolls.push(descriptor);
    else {
      // A FIFO, with its path behind it.
      const pipe = link.slice(0, link.indexOf(']') + 1);
      ends.push({ descriptor, pipe, access });
      paths ??= new Map();
      paths.set(pipe, link.slice(pipe.length));
    }
    at = end + 1;
  }
  return { pid, ends, paths, epolls };
}

const DIGIT_MAX = '9'.charCodeAt(0);
const ACCESS: Readonly<Record<string, ProcessEnd['access']>> = { r: 'read', w: 'write' };
