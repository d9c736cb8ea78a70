/**
 * What one look at the machine gives: processes, the pipes between them, and what could not be seen. Plain data, which
 * JSON.stringify takes as it is; text in it is as the processes have it, control characters and all.
 */
import type { ProcessState } from './state.js';

/** One look. Processes go on meanwhile: what is said of each was so at some moment from `at` to `at + took`. */
export interface Graph {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  /** How long it took, in milliseconds. */
  readonly took: number;
  /** By number. Those that have no pipe are there only when they were asked for. */
  readonly processes: readonly ProcessNode[];
  /** All that these processes have open. */
  readonly pipes: readonly PipeNode[];
  /** Whether every process was looked through: an end that nobody has here is then held by nobody. */
  readonly isComplete: boolean;
  /** Processes whose descriptors are somebody else's to see: any of them may have an end of these pipes. */
  readonly hidden: readonly HiddenProcess[];
  /** Of the processes that were asked for, those that are not there, or no more. */
  readonly gone: readonly number[];
  /** What else kept this look from being whole, in sentences. */
  readonly limits: readonly string[];
}

/** A pipe, or a FIFO that some process has open. */
export interface PipeNode {
  /** `pipe:[INODE]`, as /proc has it, or `fifo:[MAJOR:MINOR:INODE]` with its device. The same in each look, while the pipe is there. */
  readonly id: string;
  readonly kind: 'pipe' | 'fifo';
  readonly inode: number;
  /** Of a FIFO: the path by which a process has it open. */
  readonly path?: string;
  /** Bytes that it holds. */
  readonly capacity?: number;
  /** Bytes in it that nobody has read. */
  readonly queued?: number;
  /** Why these two are not there. */
  readonly noFill?: NoFill;
  readonly readers: readonly PipeEnd[];
  readonly writers: readonly PipeEnd[];
}

/**
 * `one side`: it has no reader, or no writer, that could be seen, and opening it might release whoever waits for one.
 * `changed`: an end was closed meanwhile. `refused`: it is another user's. `not asked`: by
 * `fill: false`.
 */
export type NoFill = 'one side' | 'changed' | 'refused' | 'not asked';

/** A process at one end of a pipe. One that has the same end twice is there twice. */
export interface PipeEnd {
  readonly pid: number;
  readonly descriptor: number;
}

/** A process. */
export interface ProcessNode {
  readonly pid: number;
  readonly parent: number;
  /** Whether another process started it, which has ended, so that its parent has merely inherited it. */
  readonly isOrphan: boolean;
  /** The number of its process group: a shell that has job control gives one to each pipeline. */
  readonly group: number;
  /** The number of the user as whom it runs. */
  readonly user: number;
  /** When it began, in the kernel's ticks since boot: together with `pid` it means one process for ever. */
  readonly started: number;
  /** The kernel's short name of it. */
  readonly name: string;
  /** Its command line with blanks between the arguments; its name in brackets when it has none. */
  readonly command: string;
  readonly state: ProcessState;
  /** Each of its threads, when it has several. */
  readonly threads: readonly ThreadNode[];
  /** The ends of pipes that it has open, by descriptor. */
  readonly ends: readonly ProcessEnd[];
  /** Time on a processor so far, in milliseconds. */
  readonly cpuTime: number;
  /** Bytes read and written so far, whatever from and to; not there when that is refused. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  /** How long none of its threads has run, in milliseconds, where the kernel says so; not there for one that runs. */
  readonly asleepFor?: number;
  /** What of it could not be read, for want of a permission. */
  readonly refused: readonly Refused[];
  /** What it did since the earlier look; not there without one, or when it was another process then. */
  readonly rates?: Rates;
}

/** One thread. */
export interface ThreadNode {
  readonly tid: number;
  readonly name: string;
  readonly state: ProcessState;
}

/** A descriptor of a process that is an end of a pipe. */
export interface ProcessEnd {
  readonly descriptor: number;
  /** The `id` of the pipe. */
  readonly pipe: string;
  /** Both: a FIFO that was opened so. */
  readonly access: 'read' | 'write' | 'both';
}

/** `descriptors`: what it has open. `call`: the system call that it is in. `traffic`: its counts of bytes. */
export type Refused = 'descriptors' | 'call' | 'traffic';

/** What a process did between two looks. */
export interface Rates {
  /** The time between, in milliseconds. */
  readonly over: number;
  /** Processors in use: 1 is one of them all the time. */
  readonly cpu: number;
  /** Bytes a second. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
}

/** A process that is there, and of which hardly more is to be seen. */
export interface HiddenProcess {
  readonly pid: number;
  /** The number of its user, if that is to be seen. */
  readonly user?: number;
}
