/**
 * Web Locks, which tell that a thread has died where nothing else does: in pages. Each end holds one while it is
 * open, named after the pipe; who depends on it asks for the same lock, and gets it when the other one is gone.
 *
 * A lock that is asked for before its holder has it would be given at once, so it is asked for only when the holder says, in
 * the shared memory, that it has it. A thread that blocks, or dies, in the turn in which it opens an end does not get as far:
 * it goes unwatched (docs/worker.md).
 */
import { host, type Locks } from './host.js';
import type { SharedMemory, SideLayout } from './protocol.js';

/** Holds the lock of `side`, which this thread has claimed; returns what lets it go. */
export function holdLock(memory: SharedMemory, side: SideLayout): () => void {
  const locks = locksOf();
  if (locks === undefined) return nothing;
  let release = nothing;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const claim = memory.claimOf(side);
  const hold = (): Promise<void> => {
    memory.locked(side, claim);
    return released;
  };
  locks.request(lockName(memory, side, claim), hold).catch(nothing);
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
    memory.dismissLocked(side);
  };
}

/** Of a page that can be told when a lock is held, and need not ask all the time. Newer Nodes never give one that a terminated thread has held, and in Deno any one holds the event loop. */
function locksOf(): Locks | undefined {
  if (host.process !== undefined || host.Atomics?.waitAsync === undefined) return undefined;
  return host.navigator?.locks;
}

function nothing(): void {}

function lockName(memory: SharedMemory, side: SideLayout, claim: number): string {
  return `pipework/worker ${memory.id} ${side.claim} ${claim}`;
}

async function watch(
  locks: Locks,
  memory: SharedMemory,
  side: SideLayout,
  signal: InstanceType<typeof host.AbortController>['signal'],
): Promise<void> {
  while (!signal.aborted && memory.isOpen(side)) {
    const claim = memory.lockedClaim(side);
    if (typeof claim !== 'number') {
      await claim;
      continue;
    }
    await locks.request(lockName(memory, side, claim), { signal }, nothing);
    // Else it was given up, and is somebody's else by now or soon.
    if (memory.claimOf(side) === claim) memory.declareDead(side);
  }
}
