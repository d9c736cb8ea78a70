/**
 * Looks at processes again and again, for at most a given share of a processor. To find out who is there means to look through
 * the descriptors of every process, and is done now and then; between that only those are looked at that do something, and
 * their neighbours.
 */
import { type Graph, type PipeEnd, type PipeNode, type ProcessNode, scan } from '../../proc/index.js';
import { type ProcessRates, Traffic } from './traffic.js';

export interface WatchOptions {
  /** These and whom pipes join to them; without it all of `user`. */
  readonly pids: readonly number[] | undefined;
  readonly user: number | undefined;
  readonly fill: boolean;
}

export interface Watched {
  readonly graph: Graph;
  readonly rates: ReadonlyMap<number, ProcessRates>;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #traffic = new Traffic();
  #graph: Graph | undefined;
  #whole: Due = { at: Number.NEGATIVE_INFINITY, cost: 0 };
  #part: Due = { at: Number.NEGATIVE_INFINITY, cost: 0 };

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** What is known now; `isNew` when anything was looked at. */
  look(): Watched & { readonly isNew: boolean } {
    const now = performance.now();
    const before = this.#graph;
    if (before === undefined || isDue(this.#whole, now, WHOLE_EVERY)) {
      const { pids, user, fill } = this.#options;
      const [graph, cost] = measured(() => scan({ pid: pids, user, fill }));
      this.#whole = { at: now, cost };
      return this.#take(graph, graph.processes, now);
    }
    if (!isDue(this.#part, now, 0)) return { graph: before, rates: this.#traffic.rates, isNew: false };
    const active = this.#active(before);
    const [part, cost] = measured(() => scan({ pid: active, follow: 'nobody', fill: this.#options.fill }));
    this.#part = { at: now, cost };
    return this.#take(merged(before, part, new Set(active)), part.processes, now);
  }

  #take(graph: Graph, looked: readonly ProcessNode[], now: number): Watched & { readonly isNew: boolean } {
    this.#graph = graph;
    this.#traffic.count(looked, graph.processes, now);
    return { graph, rates: this.#traffic.rates, isNew: true };
  }

  /** Who did something lately, or was asked for, and who is at the other ends of their pipes. */
  #active({ processes, pipes }: Graph): number[] {
    const asked = new Set(this.#options.pids);
    const active = new Set(
      processes.filter((node) => asked.has(node.pid) || this.#isActive(node)).map(({ pid }) => pid),
    );
    const neighbours = pipes.flatMap(({ readers, writers }) => {
      const ends = [...readers, ...writers];
      // What all have, such as the standard error of a shell, makes nobody a neighbour.
      if (ends.length > NEIGHBOURS_MAX || !ends.some(({ pid }) => active.has(pid))) return [];
      return ends.map(({ pid }) => pid);
    });
    return [...new Set([...active, ...neighbours])];
  }

  #isActive({ pid, state }: ProcessNode): boolean {
    if (state.kind === 'running' || state.kind === 'writing') return true;
    const rates = this.#traffic.rates.get(pid);
    return rates !== undefined && (rates.cpu > 0 || (rates.bytesIn ?? 0) > 0 || (rates.bytesOut ?? 0) > 0);
  }
}

/** When something was done last, and what it cost, in milliseconds. */
interface Due {
  readonly at: number;
  readonly cost: number;
}

function isDue({ at, cost }: Due, now: number, every: number): boolean {
  return now - at >= Math.max(every, cost / SHARE_MAX) - EARLY;
}

/** What is returned, and what it cost on all processors together, in milliseconds. */
function measured<Result>(run: () => Result): readonly [Result, number] {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before); // microseconds
  return [result, (user + system) / 1000];
}

/** `before`, with what was seen since of the processes in `looked`. */
function merged(before: Graph, part: Graph, looked: ReadonlySet<number>): Graph {
  const processes = before.processes.filter(({ pid }) => !looked.has(pid));
  processes.push(...part.processes);
  const seen = new Map(part.pipes.map((pipe) => [pipe.id, pipe]));
  const isOld = ({ pid }: PipeEnd): boolean => !looked.has(pid);
  const pipes = before.pipes.flatMap((old): PipeNode[] => {
    const pipe = seen.get(old.id);
    seen.delete(old.id);
    const readers = [...old.readers.filter(isOld), ...(pipe?.readers ?? [])];
    const writers = [...old.writers.filter(isOld), ...(pipe?.writers ?? [])];
    if (readers.length + writers.length === 0) return [];
    // A pipe of which one side alone was looked at could not be asked.
    const { noFill: _, ...known } = pipe === undefined || pipe.noFill !== undefined ? old : pipe;
    return [{ ...known, readers, writers }];
  });
  return {
    ...part,
    processes: processes.sort((a, b) => a.pid - b.pid),
    pipes: [...pipes, ...seen.values()],
    isComplete: before.isComplete,
    hidden: before.hidden,
    limits: before.limits,
  };
}

const WHOLE_EVERY = 2000; // milliseconds
const SHARE_MAX = 0.012; // of a processor, for each of the two kinds of look
const EARLY = 50; // milliseconds: a timer is not exact
const NEIGHBOURS_MAX = 8;
