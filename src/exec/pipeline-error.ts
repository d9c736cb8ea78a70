import { PipeError } from '../io/index.js';
import { describe } from '../io/internal.js';
import type { StageResult } from './result.js';

/**
 * A pipeline did not do well. The message names the stage that failed first from the left, how it ended and the end of
 * its standard error.
 *
 * @example
 * ```ts
 * import * as exec from 'pipework/exec';
 *
 * const error = await exec.run(['ls', '/nowhere'], ['cat']).catch((error) => error);
 * console.log(error.code, error.stage.command, error.stage.code); // prints ERR_PIPELINE_FAILED ls /nowhere 2
 * ```
 */
export class PipelineError extends PipeError {
  readonly code = 'ERR_PIPELINE_FAILED';
  /** The leftmost failure that is not forgiven. */
  readonly stage: StageResult;
  /** All such failures, from the left. */
  readonly failures: readonly StageResult[];
  /** What became of every stage. */
  readonly stages: readonly StageResult[];

  static {
    PipelineError.prototype.name = 'PipelineError';
  }

  /** @param options.why What ended the pipeline from outside, such as its timeout. */
  constructor(
    failures: readonly [StageResult, ...StageResult[]],
    stages: readonly StageResult[],
    options: { readonly why?: string | undefined; readonly cause?: unknown } = {},
  ) {
    const cause = options.cause ?? failures[0].error;
    super(messageOf(failures, stages.length, options.why), cause === undefined ? undefined : { cause });
    [this.stage] = failures;
    this.failures = failures;
    this.stages = stages;
    // Printing the error must not print every stage twice.
    for (const name of ['stage', 'failures', 'stages'])
      Object.defineProperty(this, name, { enumerable: false });
  }
}

function messageOf(
  failures: readonly [StageResult, ...StageResult[]],
  count: number,
  why: string | undefined,
): string {
  const [stage] = failures;
  const more =
    failures.length === 1 ? '' : `; ${failures.length - 1} more failed: see the property 'failures'`;
  const lines = stage.stderr.trimEnd().split('\n').slice(-STDERR_LINES);
  const stderr = lines.join('\n') === '' ? '' : `\n  ${lines.join('\n  ')}`;
  return `${why === undefined ? '' : `${why}: `}${where(stage, count)}${howItEnded(stage)}${more}${stderr}`;
}

function where({ index, command }: StageResult, count: number): string {
  const short = command.length > COMMAND_LENGTH ? `${command.slice(0, COMMAND_LENGTH)}...` : command;
  return count === 1 ? `${short} ` : `stage ${index + 1} of ${count}, ${short}, `;
}

function howItEnded({ startedAt, ok, code, signal, error }: StageResult): string {
  if (signal !== null) return `was killed by ${signal}`;
  if (code !== null) return `exited with code ${code}`;
  if (ok) return 'had ended';
  if (startedAt !== undefined) return `failed: ${textOf(error)}`;
  return error === undefined ? 'did not run' : `could not be started: ${textOf(error)}`;
}

/** Anything can be thrown. */
function textOf(error: unknown): string {
  const { message } = Object(error) as { message?: unknown };
  if (typeof message === 'string') return message;
  return typeof error === 'object' ? describe(error) : String(error);
}

const STDERR_LINES = 10;
const COMMAND_LENGTH = 200;
