import type { Usage } from './usage.js';

/** What became of one stage. */
export interface StageResult extends Usage {
  /** Its place, from 0. */
  readonly index: number;
  /** The command line, quoted; or the name of the function. */
  readonly command: string;
  /** The process's number; not there for a function, or one that was never started. */
  readonly pid?: number;
  /** The exit code; `null` for a function, and for a process that was killed or never ran. */
  readonly code: number | null;
  /** The signal that killed it, as `SIGTERM`. */
  readonly signal: string | null;
  /** Why it could not be started, or what the function rejected with. */
  readonly error?: unknown;
  /** It ended with one of its `okCodes`, or the function resolved. */
  readonly ok: boolean;
  /** It ended because nobody wanted more of its output, which is no failure. */
  readonly forgiven: boolean;
  /** The last 64 KiB of its standard error, when that is 'tail'. */
  readonly stderr: string;
  /** When it began and ended, in milliseconds since 1970. */
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** A process that still held one of a pipeline's pipes when all stages had ended. */
export interface Holder {
  readonly pid: number;
  readonly command: string;
}

/** What became of a pipeline that did well. */
export interface JobResult {
  readonly stages: readonly StageResult[];
  /** The output, when it was collected: nobody had touched `job.stdout`. */
  readonly stdout?: Uint8Array<ArrayBuffer>;
  /** Who kept one of its pipes open after all stages had ended; they were left alone. */
  readonly heldBy: readonly Holder[];
}
