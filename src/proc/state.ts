/**
 * What a process, or one thread of it, is doing, and on what evidence. A state says no more than its evidence does: a
 * process whose system call is not to be seen is `asleep`, and that its output is full is a remark on it, not a cause.
 */
import type { ProcessEnd } from './graph.js';

/** What a process does. */
export type ProcessState =
  | RunningState
  | WritingState
  | ReadingState
  | OpeningState
  | PollingState
  | ElsewhereState
  | AsleepState
  | StoppedState
  | EndedState;

/** Where something was read, and what it said. */
export interface Evidence {
  /** A file of /proc. */
  readonly file: string;
  /** In words. */
  readonly says: string;
}

/** On a processor, or next in line for one. */
export interface RunningState {
  readonly kind: 'running';
  readonly evidence: readonly Evidence[];
}

/** Waits in a write for room in a pipe. */
export interface WritingState {
  readonly kind: 'writing';
  /** The end that it writes to; several when it is one of these and nobody can say which. */
  readonly on: readonly ProcessEnd[];
  readonly evidence: readonly Evidence[];
}

/** Waits in a read for bytes from a pipe, or its end. */
export interface ReadingState {
  readonly kind: 'reading';
  /** The end that it reads from; several when it is one of these and nobody can say which. */
  readonly on: readonly ProcessEnd[];
  readonly evidence: readonly Evidence[];
}

/** Waits in open(2) until somebody opens the other side of a FIFO. */
export interface OpeningState {
  readonly kind: 'opening';
  readonly evidence: readonly Evidence[];
}

/** Waits until one of several descriptors is ready, as event loops do. */
export interface PollingState {
  readonly kind: 'polling';
  /** The ends that it watches, each for what it is watched for; all that it has when `isKnown` is false. */
  readonly on: readonly ProcessEnd[];
  /** Whether the kernel says what it watches (epoll), or only that it watches something (poll, select). */
  readonly isKnown: boolean;
  /** What else it watches, as /proc calls it: `socket:[123]`, `anon_inode:[eventfd]`, a path. */
  readonly others: readonly string[];
  /** Whether it goes on by itself after some time; not there when nobody can say. */
  readonly hasTimeout?: boolean;
  readonly evidence: readonly Evidence[];
}

/** Waits for something that is no pipe. */
export interface ElsewhereState {
  readonly kind: 'elsewhere';
  readonly for: Elsewhere;
  /** The system call, where it is known by name. */
  readonly call?: string;
  /** The descriptor of the call, and what it is open on. */
  readonly descriptor?: number;
  readonly target?: string;
  /** With `child`: those whose end it waits for, of which the first is enough; not there when they could not be listed. */
  readonly children?: readonly number[];
  readonly evidence: readonly Evidence[];
}

/**
 * `timer`: sleeps for a time. `child`: waits for the end of another process. `thread`: waits for another of its threads, or
 * a lock. `disk`: in a call that no signal ends, of a disk as a rule. `file`: something with a descriptor that is none of
 * the others.
 */
export type Elsewhere =
  | 'timer'
  | 'child'
  | 'thread'
  | 'socket'
  | 'terminal'
  | 'disk'
  | 'file'
  | 'signal'
  | 'other';

/** Asleep, and nobody can say in what. */
export interface AsleepState {
  readonly kind: 'asleep';
  /** Ends of its own whose pipe is full, if it writes there, or empty, if it reads there: where it may be waiting. */
  readonly maybe: readonly ProcessEnd[];
  readonly evidence: readonly Evidence[];
}

/** Stopped by a signal, as by Ctrl-Z, or by a debugger. */
export interface StoppedState {
  readonly kind: 'stopped';
  readonly by: 'signal' | 'debugger';
  readonly evidence: readonly Evidence[];
}

/** Has ended, and its parent has not asked how. */
export interface EndedState {
  readonly kind: 'ended';
  readonly evidence: readonly Evidence[];
}
