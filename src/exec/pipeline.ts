import { describe } from '../io/internal.js';
import { type Argument, Command, commandOf } from './command.js';
import { Execution } from './execution.js';
import { Job } from './job.js';
import { checkPipelineOptions, type PipelineOptions } from './options.js';
import { commandLine, type StageFunction } from './stage.js';

/** A stage: `[file, ...args]`, a command with options, or a function. */
export type Stage = readonly Argument[] | Command | StageFunction;

/**
 * Starts a pipeline: each stage's output is the next one's input. Processes are joined by pipes of the kernel, so that no
 * byte between two of them passes through this program; a function gets an end of ours on either side. Nothing is given
 * to a shell.
 *
 * @param stagesAndOptions The stages, from left to right, and then the options.
 * @returns The running pipeline. A stage that cannot be started is a failure as any other: `done` rejects, and so does the
 * end of `stdout`.
 * @throws {TypeError | RangeError} A wrong argument or option; nothing was started.
 * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: there is no native part for this platform.
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import * as exec from 'pipework/exec';
 *
 * const job = exec.pipeline(['printf', 'b\\na\\nb\\n'], ['sort'], ['uniq', '-c']);
 * for await (const line of io.lines(job.stdout)) console.log(line.trim()); // prints 1 a 2 b
 * ```
 * @example A stage in TypeScript
 * ```ts
 * import * as io from 'pipework';
 * import * as exec from 'pipework/exec';
 *
 * const shout: exec.StageFunction = async (reader, writer) => {
 *   for await (const line of io.lines(reader)) await writer.write(`${line.toUpperCase()}!\n`);
 * };
 * const { stdout } = exec.pipeline(['echo', 'hello'], shout, ['rev']);
 * console.log((await io.text(stdout)).trim()); // prints !OLLEH
 * ```
 */
export function pipeline(...stagesAndOptions: [...stages: Stage[], options: PipelineOptions] | Stage[]): Job {
  const { stages, options } = checkArguments(stagesAndOptions);
  const text = stages.map(commandLine).join(' | ');
  return new Job(new Execution(stages, options), text, options.maxBytes ?? MAX_BYTES);
}

/** What `done` collects at most. */
const MAX_BYTES = 64 * 1024 * 1024;

function checkArguments(given: readonly unknown[]): {
  stages: (Command | StageFunction)[];
  options: PipelineOptions;
} {
  const last = given.at(-1);
  const hasOptions = given.length > 0 && !isStage(last) && typeof last !== 'string' && !(last instanceof Job);
  const options = (hasOptions ? last : {}) as PipelineOptions;
  const stages = (hasOptions ? given.slice(0, -1) : given).map(checkStage);
  if (hasOptions) checkPipelineOptions(options);
  if (stages.length === 0) throw new TypeError('a pipeline must have a stage, got none');
  return { stages, options: { ...options } };
}

function isStage(value: unknown): value is Stage {
  return Array.isArray(value) || value instanceof Command || typeof value === 'function';
}

function checkStage(stage: unknown, index: number): Command | StageFunction {
  if (!isStage(stage)) {
    throw new TypeError(
      `stage ${index + 1} must be [file, ...args], a command or a function, got ${describe(stage)}` +
        (typeof stage === 'string' ? '; a line for a shell is shell(line)' : '') +
        (stage instanceof Job ? '; its output is read with { stdin: job.stdout }' : ''),
    );
  }
  return Array.isArray(stage) ? commandOf(stage) : (stage as Command | StageFunction);
}
