/**
 * The processes of a pipeline, found in /proc: its stages' descendants, and whoever holds one of its pipes. No group of
 * processes is made, since that would take the terminal away from a stage that needs it.
 */
import { constants } from 'node:os';
import { binding, type ProcessStat, processNumbers, processStat } from '../os/internal.js';
import { holdsAny } from './holders.js';
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
  const found = new Found(() => family);
  found.look();
  found.signal(constants.signals.SIGTERM);
  found.release();
}

/**
 * Ends a pipeline: SIGTERM, then after `grace` milliseconds SIGKILL, to everything that is found until nothing new is.
 * Resolves when nothing of it runs any more, or nothing more can be done; never rejects.
 */
export async function kill(family: () => Family, grace: number): Promise<void> {
  const found = new Found(family);
  if (!(await found.end(constants.signals.SIGTERM, grace))) {
    await found.stop();
    await found.end(constants.signals.SIGKILL, LAST_GRACE);
  }
  found.release();
}

/** Processes that were found, each known by a pidfd, so that a number that was used again is never hit. */
class Found {
  readonly #family: () => Family;
  /** The addon's slots by pid; the children are not among them. */
  readonly #slots = new Map<number, number>();

  constructor(family: () => Family) {
    this.#family = family;
  }

  /** Looks for more of the family; the slots of those that are new. */
  look(): number[] {
    const all = processNumbers();
    if (all === 'refused') return [];
    const { children, pipeIds } = this.#family();
    const stats = all.flatMap((pid) => processStat(pid) ?? []);
    // A number in `stats` was that of the process that is known by it if that one has not gone even now.
    const members = children.flatMap(({ pid }) => pid ?? []);
    const own = new Set([process.pid, ...members]);
    for (const [pid, slot] of this.#slots) if (isAlive(slot)) members.push(pid);
    const news: number[] = [];
    const take = (stat: ProcessStat): void => {
      if (own.has(stat.pid) || this.#slots.has(stat.pid)) return;
      const slot = openProcess(stat);
      if (slot === undefined) return;
      this.#slots.set(stat.pid, slot);
      members.push(stat.pid);
      news.push(slot);
    };
    // Who is older than this process is a service that was handed a pipe, and lives on. Most need no closer look so.
    const since = stats.find(({ pid }) => pid === process.pid)?.started ?? 0;
    for (const stat of stats) if (stat.started >= since && holdsAny(stat, pipeIds)) take(stat);
    for (const member of members) for (const stat of stats) if (stat.parent === member) take(stat);
    return news;
  }

  signal(number: number): void {
    for (const child of this.#family().children) child.signal(number);
    for (const slot of this.#slots.values()) binding().signal?.(slot, number);
  }

  /** Signals all that there are, and those that turn up; waits at most `grace` milliseconds; whether all have ended. */
  async end(signal: number, grace: number): Promise<boolean> {
    const deadline = performance.now() + grace;
    // Before the first signal: nothing leads from a process that has ended to those that it started.
    this.look();
    do {
      this.signal(signal);
      for (let delay = 1; !this.#haveEnded(); delay = Math.min(2 * delay, POLL_MAX)) {
        const left = deadline - performance.now();
        if (left <= 0) return false;
        await pause(Math.min(delay, left));
      }
    } while (this.look().length > 0);
    return true;
  }

  /** Whoever is stopped starts no others, and in the end nobody is new any more. */
  async stop(): Promise<void> {
    for (let round = 0; round < STOP_ROUNDS; round++) {
      this.signal(constants.signals.SIGSTOP);
      if (this.look().length === 0) return;
      await pause(0);
    }
  }

  release(): void {
    for (const slot of this.#slots.values()) binding().close(slot);
    this.#slots.clear();
  }

  #haveEnded(): boolean {
    return this.#family().children.length === 0 && ![...this.#slots.values()].some(isAlive);
  }
}

/** The slot of that process; `undefined` when it has ended, after which its number may be another's. */
function openProcess({ pid, started }: ProcessStat): number | undefined {
  const slot = binding().openProcess?.(pid) ?? -1;
  if (slot < 0) return undefined;
  if (isAlive(slot) && processStat(pid)?.started === started) return slot;
  binding().close(slot);
  return undefined;
}

/** A pidfd is ready to be read when its process has ended. */
function isAlive(slot: number): boolean {
  return binding().wait(slot, 0) === 0;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A look takes 5 to 16 ms with 90 processes, 230 ms with 2,000. */
const STOP_ROUNDS = 20;
const LAST_GRACE = 1000; // milliseconds: a process in an uninterruptible call ends later
const POLL_MAX = 20; // milliseconds
