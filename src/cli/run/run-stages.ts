import * as exec from '../../exec/index.js';
import { Signals } from './signals.js';
import { decisive, statusOf } from './status.js';
import type { Watcher } from './watcher.js';

export interface RunOptions {
  /** Bytes of each pipe. */
  readonly capacity: number | undefined;
  /** In milliseconds. */
  readonly timeout: number | undefined;
  /** Whether what each stage has moved will be told. */
  readonly isCounted: boolean;
}

/** How a pipeline ended. */
export interface Ending {
  readonly results: readonly exec.StageResult[];
  /** The stage that decides the exit status, if any failed. */
  readonly failure: exec.StageResult | undefined;
  readonly status: number;
  /** The signal that this process got, and is to end by. */
  readonly signal: NodeJS.Signals | undefined;
  /** Whether it was ended for its timeout. */
  readonly isLate: boolean;
  /** In milliseconds. */
  readonly elapsed: number;
}

/** Runs a pipeline to its end, whatever comes. */
export async function runStages(
  stages: readonly string[],
  watcher: Watcher,
  { capacity, timeout, isCounted }: RunOptions,
): Promise<Ending> {
  const began = performance.now();
  const commands = stages.map((stage, index) => exec.shell(stage, { stderr: watcher.stderr(index) }));
  const { stdout } = watcher;
  // Before the first stage runs: none may be left behind.
  const signals = new Signals(() => void job.kill());
  const job = exec.pipeline(...commands, { stdin: 'inherit', stdout, capacity });
  watcher.begin(job);
  let isLate = false;
  const late = (): void => {
    isLate = true;
    void job.kill();
  };
  const timer = timeout === undefined ? undefined : setTimeout(late, timeout);
  // Until they are reaped an ordinary user may ask what they have moved, and not afterwards.
  const asking = isCounted ? setInterval(() => job.stats(), ASK_EVERY) : undefined;
  const results = await resultsOf(job);
  clearTimeout(timer);
  clearInterval(asking);
  await watcher.end();
  await signals.settle(results);
  const failure = decisive(results);
  const status = isLate ? TIMED_OUT : failure === undefined ? 0 : statusOf(failure);
  return { results, failure, status, signal: signals.received, isLate, elapsed: performance.now() - began };
}

/** What became of the stages, well or not. */
async function resultsOf(job: exec.Job): Promise<readonly exec.StageResult[]> {
  try {
    return (await job.done).stages;
  } catch (error) {
    if (!(error instanceof exec.PipelineError)) throw error;
    return error.stages;
  }
}

/** As timeout(1) has it. */
const TIMED_OUT = 124;
const ASK_EVERY = 500; // milliseconds
