/** What a thread does that waits until one of several descriptors is ready. */
import { contents, linkOf } from '../os/proc-files.js';
import type { ProcessEnd } from './graph.js';
import { EPOLL, type Holder, inodeOf } from './holder.js';
import type { Evidence, PollingState } from './state.js';

/** By poll or select: what they watch stands in the memory of the process, which is not looked at. */
export function pollState(holder: Holder, hasTimeout: boolean | undefined, evidence: Evidence): PollingState {
  return polling(holder.ends, [], false, hasTimeout, [evidence]);
}

/** By that epoll descriptor, which says what it watches. */
export function epollState(
  holder: Holder,
  descriptor: number,
  hasTimeout: boolean,
  evidence: Evidence,
): PollingState {
  const watched = watchedBy(holder, descriptor);
  if (watched === undefined) return pollState(holder, hasTimeout, evidence);
  return polling(watched.on, watched.others, true, hasTimeout, [
    evidence,
    sayWhat(holder, descriptor, watched),
  ]);
}

/** By one of its epoll descriptors: which one is known only when there is no other. */
export function someEpollState(holder: Holder, evidence: Evidence): PollingState {
  const all = holder.epolls.map((descriptor) => ({ descriptor, watched: watchedBy(holder, descriptor) }));
  const seen = all.flatMap(({ watched }) => watched ?? []);
  if (seen.length === 0 || seen.length < all.length) return pollState(holder, undefined, evidence);
  const says = all.flatMap(({ descriptor, watched }) =>
    watched ? [sayWhat(holder, descriptor, watched)] : [],
  );
  const on = new Map(seen.flatMap(({ on }) => on.map((end) => [`${end.descriptor} ${end.access}`, end])));
  const others = new Set(seen.flatMap(({ others }) => others));
  return polling([...on.values()], [...others], all.length === 1, undefined, [evidence, ...says]);
}

function polling(
  on: readonly ProcessEnd[],
  others: readonly string[],
  isKnown: boolean,
  hasTimeout: boolean | undefined,
  evidence: readonly Evidence[],
): PollingState {
  return { kind: 'polling', on, isKnown, others, ...(hasTimeout !== undefined && { hasTimeout }), evidence };
}

/** What an epoll descriptor watches. */
interface Watched {
  readonly on: readonly ProcessEnd[];
  readonly others: readonly string[];
}

/** With what the epoll descriptors that it watches watch in their turn; `seen` has those. */
function watchedBy(holder: Holder, epoll: number, seen = new Set<number>()): Watched | undefined {
  seen.add(epoll);
  const info = contents(holder.pid, `fdinfo/${epoll}`);
  if (info === undefined || linkOf(holder.pid, epoll) !== EPOLL) return undefined;
  const on: ProcessEnd[] = [];
  const others: string[] = [];
  const ends = new Map(holder.ends.map((end) => [end.descriptor, end]));
  for (const [, number, events, inode] of info.matchAll(TARGET)) {
    const descriptor = Number(number);
    const wants = Number.parseInt(events as string, 16);
    const end = ends.get(descriptor);
    // The descriptor may be closed by now, and its number another's.
    if (end !== undefined && inodeOf(end.pipe) === Number.parseInt(inode as string, 16)) {
      const access = accessFor(wants);
      if (access !== undefined) on.push({ ...end, access });
      continue;
    }
    const link = linkOf(holder.pid, descriptor) ?? 'what is closed by now';
    const inner = link === EPOLL && !seen.has(descriptor) ? watchedBy(holder, descriptor, seen) : undefined;
    on.push(...(inner?.on ?? []));
    others.push(...(inner?.others ?? [link]));
  }
  return { on, others };
}

/** As the kernel writes it: a descriptor in decimal, the events and the inode in hexadecimal. */
const TARGET = /^tfd:\s*(\d+)\s+events:\s*([\da-f]+).*\bino:([\da-f]+)/gm;

/** Whoever asks for neither wants to know of nothing but the other side's end. */
function accessFor(events: number): ProcessEnd['access'] | undefined {
  const reads = (events & EPOLLIN) !== 0;
  const writes = (events & EPOLLOUT) !== 0;
  if (reads && writes) return 'both';
  return reads ? 'read' : writes ? 'write' : undefined;
}

const EPOLLIN = 1;
const EPOLLOUT = 4;

function sayWhat(holder: Holder, descriptor: number, { on, others }: Watched): Evidence {
  const watches = on.map(({ descriptor, access }) => `descriptor ${descriptor} for ${FOR[access]}`);
  return {
    file: `/proc/${holder.pid}/fdinfo/${descriptor}`,
    says: `watches ${[...watches, ...others].join(', ') || 'nothing'}`,
  };
}

const FOR = { read: 'reading', write: 'writing', both: 'reading and writing' } as const;
