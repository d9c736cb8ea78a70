/**
 * Web Locks, which tell that a thread has died where nothing else does: browsers, and Deno. Each end holds one while it is
 * open, named after the pipe; who depends on it asks for the same lock, and gets it when the other one is gone.
 *
 * A lock that is asked for before its holder has asked would be given at once, so it is asked for only when it is there. A
 * thread that blocks in the turn in which it opens an end may not have got as far: it goes unwatched (docs/worker.md).
 */
import { nextTurn } from '../io/internal.js';
import { host, type Locks } from './host.js';
import { DEAD, type SharedMemory, type SideLayout } from './protocol.js';

/** Holds the lock of `side`, which this thread has claimed; returns what lets it go. */
export function holdLock(memory: SharedMemory, side: SideLayout): () => void {
  const locks = locksOf();
  if (locks === undefined) return nothing;
  let release = nothing;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  locks.request(lockName(memory, side, memory.claimOf(side)), () => released).catch(nothing);
  return release;
}

/** Ends `side` when the thread that has it dies, whichever it is by then; returns what stops that. */
export function watchLock(memory: SharedMemory, side: SideLayout): () => void {
  const locks = locksOf();
  if (locks === undefined) return nothing;
  const stop = new host.AbortController();
  void watch(locks, memory, side, stop.signal).catch(nothing);
  return () => {
    stop.abort();
    memory.dismissClaims(side);
  };
}

/** Node has locks too, but its newer versions never give one that a terminated thread has held. */
function locksOf(): Locks | undefined {
  const isNode = host.process?.versions?.node !== undefined && host.Deno === undefined;
  return isNode ? undefined : host.navigator?.locks;
}

function nothing(): void {}

function lockName(memory: SharedMemory, { claim }: SideLayout, ticket: number): string {
  return `pipework/worker ${memory.id} ${claim} ${ticket}`;
}

async function watch(
  locks: Locks,
  memory: SharedMemory,
  side: SideLayout,
  signal: InstanceType<typeof host.AbortController>['signal'],
): Promise<void> {
  while (!signal.aborted && memory.isOpen(side)) {
    const ticket = memory.claimOf(side);
    if (!memory.isClaimed(side)) {
      await memory.whenClaimed(side, ticket);
      continue;
    }
    const name = lockName(memory, side, ticket);
    if (!(await isThere(locks, name))) return;
    await locks.request(name, { signal }, nothing);
    if (memory.claimOf(side) === ticket) memory.end(side, DEAD);
  }
}

/** Whether somebody has the lock, or has asked for it. That takes a moment after an end was claimed. */
async function isThere(locks: Locks, name: string): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const { held = [], pending = [] } = await locks.query();
    if ([...held, ...pending].some((lock) => lock.name === name)) return true;
    await new Promise<void>((resolve) =>
      tries < TURNS ? nextTurn(resolve) : host.setTimeout(resolve, PAUSE),
    );
  }
  return false;
}

const TURNS = 3;
const TRIES_MAX = 13;
const PAUSE = 100; // milliseconds
