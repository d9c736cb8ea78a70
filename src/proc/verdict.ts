import type { Graph } from './graph.js';
import type { Evidence } from './state.js';

/** What stands still in a graph, and because of whom. */
export interface Verdict {
  /** Processes that pipes join, each pipeline by itself. */
  readonly chains: readonly Chain[];
  /** Processes that wait for each other, so that none of them ever goes on. */
  readonly deadlocks: readonly Deadlock[];
  /** Write ends that keep a reader from the end of what it reads, and which probably nobody means to write to. */
  readonly heldEnds: readonly HeldEnd[];
}

/** Processes that pipes join. */
export interface Chain {
  /** From those that only write to those that only read. */
  readonly stages: readonly StageVerdict[];
  /** The `id`s of its pipes. */
  readonly pipes: readonly string[];
  /** Whom others wait for and who wait for nobody here, by number; empty when nobody waits, or all are `stuck`. */
  readonly bottlenecks: readonly number[];
}

/** One process of a chain. */
export interface StageVerdict {
  readonly pid: number;
  readonly role: Role;
  /** Whom it waits for, by number. */
  readonly waitsFor: readonly number[];
  /** Whom it waits for in the end: the bottlenecks among those, and those whom they wait for. */
  readonly because: readonly number[];
  /** Whether the kernel said so; else it is what the pipes look like. */
  readonly isCertain: boolean;
  /** In a plain sentence without control characters. */
  readonly says: string;
  readonly evidence: readonly Evidence[];
}

/**
 * `bottleneck`: others wait for it, and it for none of them. `blocked`: waits until there is room in a pipe. `starved`:
 * waits for bytes. `stuck`: part of a deadlock, or waits for one. `free`: nobody waits for it, and it for nobody here.
 */
export type Role = 'bottleneck' | 'blocked' | 'starved' | 'stuck' | 'free';

/** A ring of processes of which each waits for the next, and the last for the first. */
export interface Deadlock {
  /** By number, in the order of the ring. */
  readonly ring: readonly number[];
  /** One sentence for each: what it waits for, and whom. */
  readonly says: readonly string[];
  /** Whether the kernel said so for each of them. */
  readonly isCertain: boolean;
  readonly evidence: readonly Evidence[];
}

/** A write end that is still open in a process that has probably forgotten it. */
export interface HeldEnd {
  /** The `id` of the pipe. */
  readonly pipe: string;
  /** Who has the write end. */
  readonly pid: number;
  readonly descriptor: number;
  /** Who waits for the end of what is in the pipe. */
  readonly readers: readonly number[];
  /**
   * `reader`: the reader itself has it. `parent`: the process that started reader and writer has kept its copy. `orphan`:
   * the holder's own parent has ended. `spare`: the holder has it beside its standard streams.
   */
  readonly why: 'reader' | 'parent' | 'orphan' | 'spare';
  /** In a plain sentence without control characters. */
  readonly says: string;
}

/**
 * Judges a look: who is the bottleneck of each chain, who waits for whom, who waits in a ring, and whose write end keeps a
 * reader from its end. A process that waits for another is never blamed.
 */
export function verdict(graph: Graph): Verdict {
  throw new Error(`verdict() is not written yet, got a graph of ${graph.processes.length} processes`);
}
