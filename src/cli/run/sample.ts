/** What is known of a pipeline at one moment. */
import type { StageResult } from '../../exec/index.js';

export interface Sample {
  /** Since the pipeline began, in milliseconds. */
  readonly elapsed: number;
  readonly stages: readonly StageSample[];
  /** The pipe from each stage to the next. */
  readonly links: readonly LinkSample[];
  /** The stage that others wait for, by its place from 0. */
  readonly bottleneck: number | undefined;
  /** The file that the first stage reads. */
  readonly input: InputSample | undefined;
}

/** A stage is its shell's process and all that descend from it. */
export interface StageSample {
  readonly index: number;
  readonly state: StageState;
  /** Processors in use: 1 is one of them all the time. */
  readonly cpu: number;
  /** What its processes have read and written, whatever from and to; not there when that is refused. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  /** Bytes written each second. */
  readonly rateOut?: number;
  /** How it ended. */
  readonly result?: StageResult;
}

/**
 * `blocked`: waits for room in its output; `starved`: waits for its input; `terminal`: waits for what is typed; `sleeping`:
 * for a time; `asleep`: for nobody knows what.
 */
export type StageState =
  | 'running'
  | 'blocked'
  | 'starved'
  | 'terminal'
  | 'disk'
  | 'network'
  | 'sleeping'
  | 'waiting'
  | 'asleep'
  | 'stopped'
  | 'ended';

export interface LinkSample {
  /** Bytes that it holds and that are in it; not there when nobody can say. */
  readonly capacity?: number;
  readonly queued?: number;
}

export interface InputSample {
  readonly path: string;
  /** Bytes that have been read, and that there are. */
  readonly position: number;
  readonly size: number;
  /** An estimate of how long the rest takes, in milliseconds; not there before anything can be said. */
  readonly left?: number;
}
