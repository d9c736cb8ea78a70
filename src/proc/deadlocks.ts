/** Processes that wait for each other, so that none of them ever goes on. */
import type { Waiter } from './waits.js';

/**
 * Those that nobody can set going: all that each of them waits for could only be done by others of them. Found by letting go
 * whoever somebody else can set going, and then those that wait for one that was let go.
 */
export function stuckAmong(waiters: ReadonlyMap<number, Waiter>): Set<number> {
  const stuck = new Set<number>();
  const behind = new Map<number, number[]>(); // who waits for a process
  for (const [pid, { main, waits }] of waiters) {
    if (typeof main !== 'object') continue;
    stuck.add(pid);
    for (const { by } of waits)
      for (const other of by) behind.set(other, [...(behind.get(other) ?? []), pid]);
  }
  const canGoOn = (pid: number): boolean =>
    (waiters.get(pid)?.waits ?? []).some(
      ({ by, isClosed }) => !isClosed || by.some((other) => !stuck.has(other)),
    );
  const free = [...stuck].filter(canGoOn);
  for (const pid of free) {
    if (stuck.delete(pid)) free.push(...(behind.get(pid) ?? []));
  }
  return stuck;
}

/**
 * The rings among them, each from its least number on. Of several through the same processes only the shortest is given;
 * who merely waits for a ring is in none.
 */
export function ringsAmong(stuck: ReadonlySet<number>, waiters: ReadonlyMap<number, Waiter>): number[][] {
  const rings: number[][] = [];
  const told = new Set<number>();
  for (const pid of [...stuck].sort((a, b) => a - b)) {
    if (told.has(pid)) continue;
    const from = pathsFrom(pid, waiters);
    if (!from.has(pid)) continue;
    rings.push(ringBack(pid, from));
    for (const other of from.keys()) if (pathsFrom(other, waiters).has(pid)) told.add(other);
  }
  return rings;
}

/** All that a process waits for, and those wait for, each with the one before it on a shortest way there. */
function pathsFrom(pid: number, waiters: ReadonlyMap<number, Waiter>): Map<number, number> {
  const before = new Map<number, number>();
  const queue = [pid];
  for (const at of queue) {
    for (const { by } of waiters.get(at)?.waits ?? []) {
      for (const next of by) {
        if (before.has(next)) continue;
        before.set(next, at);
        queue.push(next);
      }
    }
  }
  return before;
}

function ringBack(pid: number, before: ReadonlyMap<number, number>): number[] {
  const ring = [pid];
  for (let at = before.get(pid); at !== undefined && at !== pid; at = before.get(at)) ring.unshift(at);
  ring.unshift(ring.pop() as number);
  return ring;
}
