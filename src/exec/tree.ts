/**
 * The processes of a pipeline, found in /proc: its stages' descendants, and whoever holds one of its pipes. No group of
 * processes is made, since that would take the terminal away from a stage that needs it.
 */
import { constants } from 'node:os';
import { binding, type ProcessStat, processStat } from '../os/internal.js';
import { nextSnapshot, Snapshot } from './snapshot.js';
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
  const tree = new Tree(() => family);
  tree.find(new Snapshot());
  tree.signal(constants.signals.SIGTERM);
  tree.release();
}

/** Processes that were found, each known by a pidfd, so that a number that was used again is never hit. */
export class Tree {
  readonly #family: () => Family;
  /** The addon's slots by pid; the children are not among them. */
  readonly #slots = new Map<number, number>();

  constructor(family: () => Family) {
    this.#family = family;
  }

  /**
   * Ends all of it: SIGTERM, then after `grace` milliseconds SIGKILL, to everything that is found until nothing new is.
   * Resolves when nothing of it runs any more, or nothing more can be done; never rejects.
   *
   * @param onFound Called before the first signal: nothing leads from a process that has ended to those that it started.
   */
  async end(grace: number, onFound: () => void): Promise<void> {
    await this.#look();
    onFound();
    if (!(await this.#endBy(constants.signals.SIGTERM, grace))) {
      await this.#stop();
      await this.#endBy(constants.signals.SIGKILL, LAST_GRACE);
    }
    this.release();
  }

  /** Adds who of the family is in `snapshot`; whether anybody is new. */
  find(snapshot: Snapshot): boolean {
    const { children, pipeIds } = this.#family();
    // A number in the snapshot was that of the process that is known by it if that one has not gone even now.
    const members = children.flatMap(({ pid }) => pid ?? []);
    const own = new Set([process.pid, ...members]);
    this.#forgetEnded();
    members.push(...this.#slots.keys());
    let hasNews = false;
    const take = (stat: ProcessStat): void => {
      if (own.has(stat.pid) || this.#slots.has(stat.pid)) return;
      const slot = openProcess(stat);
      if (slot === undefined) return;
      this.#slots.set(stat.pid, slot);
      members.push(stat.pid);
      hasNews = true;
    };
    // Who is older than this process is a service that was handed a pipe, and lives on. Most need no closer look so.
    const since = snapshot.stats.find(({ pid }) => pid === process.pid)?.started ?? 0;
    for (const stat of snapshot.stats) {
      if (stat.started >= since && snapshot.holdsAny(stat, pipeIds)) take(stat);
    }
    for (const member of members) for (const stat of snapshot.childrenOf(member)) take(stat);
    return hasNews;
  }

  signal(number: number): void {
    for (const child of this.#family().children) child.signal(number);
    for (const slot of this.#slots.values()) binding().signal?.(slot, number);
  }

  release(): void {
    for (const slot of this.#slots.values()) binding().close(slot);
    this.#slots.clear();
  }

  async #look(): Promise<boolean> {
    return this.find(await nextSnapshot());
  }

  /** Signals all that there are, and those that turn up; waits at most `grace` milliseconds; whether all have ended. */
  async #endBy(signal: number, grace: number): Promise<boolean> {
    const deadline = performance.now() + grace;
    do {
      this.signal(signal);
      for (let delay = 1; !this.#haveEnded(); delay = Math.min(2 * delay, POLL_MAX)) {
        const left = deadline - performance.now();
        if (left <= 0) return false;
        await pause(Math.min(delay, left));
      }
    } while (await this.#look());
    return true;
  }

  /** Whoever is stopped starts no others, and in the end nobody is new any more. */
  async #stop(): Promise<void> {
    for (let round = 0; round < STOP_ROUNDS; round++) {
      this.signal(constants.signals.SIGSTOP);
      if (!(await this.#look())) return;
    }
  }

  /** Their numbers may be others' by now, of this family even. */
  #forgetEnded(): void {
    for (const [pid, slot] of this.#slots) {
      if (isAlive(slot)) continue;
      binding().close(slot);
      this.#slots.delete(pid);
    }
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

const STOP_ROUNDS = 20;
const LAST_GRACE = 1000; // milliseconds: a process in an uninterruptible call ends later
const POLL_MAX = 20; // milliseconds
