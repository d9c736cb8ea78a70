/**
 * The processes of a pipeline, found in /proc: its stages' descendants, and whoever holds one of its pipes. No group of
 * processes is made, since that would take the terminal away from a stage that needs it.
 */
import { constants } from 'node:os';
import { binding, descriptorNumbers, linkOf, processNumbers, processStat } from '../os/internal.js';
import type { Child } from './start/child.js';

/** What belongs to a pipeline. */
export interface Family {
  /** Its stages that have not been reaped: their numbers are certainly still theirs. */
  readonly children: readonly Child[];
  /** What /proc calls its pipes. */
  readonly pipeIds: ReadonlySet<string>;
}

/** Sends SIGTERM to all that is found in one look; synchronous. */
export function terminate(family: Family): void {
  const found = new Found();
  signalAll(family.children, constants.signals.SIGTERM);
  found.signal(found.look(family), constants.signals.SIGTERM);
  found.release();
}

/**
 * Ends a pipeline: SIGTERM, then after `grace` milliseconds SIGKILL, to everything that is found until nothing new is.
 * Resolves when nothing of it runs any more, or nothing more can be done.
 */
export async function kill(family: () => Family, grace: number): Promise<void> {
  const found = new Found();
  try {
    signalAll(family().children, constants.signals.SIGTERM);
    for (let round = 0; round < TERM_ROUNDS; round++) {
      const news = found.look(family());
      if (news.length === 0) break;
      found.signal(news, constants.signals.SIGTERM);
      await pause(0);
    }
    if (await found.end(family, grace)) return;
    // Whoever is stopped starts no others, and in the end nobody is new any more.
    for (let round = 0; round < KILL_ROUNDS; round++) {
      signalAll(family().children, constants.signals.SIGSTOP);
      const news = found.look(family());
      found.signal(round === 0 ? found.all() : news, constants.signals.SIGSTOP);
      if (news.length === 0) break;
      await pause(0);
    }
    signalAll(family().children, constants.signals.SIGKILL);
    found.signal(found.all(), constants.signals.SIGKILL);
    await found.end(family, LAST_GRACE);
  } finally {
    found.release();
  }
}

/** Processes that were found, each known by a pidfd, so that a number that was used again is never hit. */
class Found {
  /** The addon's slots by pid. */
  readonly #slots = new Map<number, number>();

  /** Looks for more of the family, its children apart; the slots of those that are new. */
  look(family: Family): number[] {
    const news: number[] = [];
    for (const { pid, started } of relatives(family)) {
      if (this.#slots.has(pid)) continue;
      const slot = binding().openProcess?.(pid) ?? -1;
      if (slot < 0) continue;
      // Between the two looks the number may have become another process's.
      if (processStat(pid)?.started === started) {
        this.#slots.set(pid, slot);
        news.push(slot);
      } else binding().close(slot);
    }
    return news;
  }

  all(): number[] {
    return [...this.#slots.values()];
  }

  signal(slots: readonly number[], number: number): void {
    for (const slot of slots) binding().signal?.(slot, number);
  }

  /** Waits until all have ended, at most `grace` milliseconds; whether they have. */
  async end(family: () => Family, grace: number): Promise<boolean> {
    const deadline = performance.now() + grace;
    for (let delay = 1; ; delay = Math.min(2 * delay, POLL_MAX)) {
      if (family().children.length === 0 && !this.all().some(isAlive)) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await pause(Math.min(delay, left));
    }
  }

  release(): void {
    for (const slot of this.all()) binding().close(slot);
    this.#slots.clear();
  }
}

function signalAll(children: readonly Child[], number: number): void {
  for (const child of children) child.signal(number);
}

/** A pidfd is ready to be read when its process has ended. */
function isAlive(slot: number): boolean {
  return binding().wait(slot, 0) === 0;
}

/** All but the children themselves, and this process. */
function relatives({ children, pipeIds }: Family): { pid: number; started: number }[] {
  const all = processNumbers();
  if (all === 'refused') return [];
  const stats = all.flatMap((pid) => processStat(pid) ?? []);
  const family = new Set(children.flatMap(({ pid }) => pid ?? []));
  const own = new Set(family);
  // A parent may have a greater number than its child, so: until a round adds nobody.
  for (let before = -1; before !== family.size; ) {
    before = family.size;
    for (const { pid, parent } of stats) if (family.has(parent)) family.add(pid);
  }
  return stats.filter(
    ({ pid, state }) =>
      pid !== process.pid && !own.has(pid) && state !== 'Z' && (family.has(pid) || holdsAny(pid, pipeIds)),
  );
}

function holdsAny(pid: number, pipeIds: ReadonlySet<string>): boolean {
  const descriptors = descriptorNumbers(pid);
  return descriptors !== 'refused' && descriptors.some((fd) => pipeIds.has(linkOf(pid, fd) ?? ''));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A look takes 5 to 16 ms with 90 processes, 230 ms with 2,000. */
const TERM_ROUNDS = 3;
const KILL_ROUNDS = 20;
const LAST_GRACE = 1000; // milliseconds: a process in an uninterruptible call ends later
const POLL_MAX = 20; // milliseconds
