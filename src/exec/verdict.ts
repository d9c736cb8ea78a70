/** What becomes of a pipeline whose stages have all ended: by how they ended alone, never by when. */
import { Command } from './command.js';
import type { Owner } from './job-reader.js';
import { PipelineError } from './pipeline-error.js';
import type { StageResult } from './result.js';
import type { StageFunction } from './stage.js';

/** Why a pipeline was ended from outside. */
export interface Cancelled {
  /** What `done` rejects with, if that is no `PipelineError`. */
  readonly failure?: { readonly error: unknown } | undefined;
  /** What a `PipelineError` is to say. */
  readonly why?: string | undefined;
  /** Which stages were running. */
  readonly running: readonly number[];
}

/**
 * @param upstreams Pipelines whose output was this one's input.
 * @throws {PipelineError} A stage has failed.
 * @throws What the pipeline was ended with, and what an upstream fails with.
 */
export async function judge(
  stages: readonly StageResult[],
  upstreams: readonly Owner[],
  cancelled: Cancelled | undefined,
): Promise<void> {
  const unstarted = stages.find((stage) => 'error' in stage && stage.startedAt === undefined);
  if (unstarted !== undefined) throw new PipelineError([unstarted], stages);
  if (cancelled?.failure !== undefined) throw cancelled.failure.error;
  // What it was given is at fault before what it made of it.
  for (const { verdict } of upstreams) await verdict;
  let failures = stages.filter(({ ok, forgiven }) => !ok && !forgiven);
  if (failures.length === 0 && cancelled !== undefined) {
    // All ended well when they were told to, or had before; the pipeline did not.
    failures = stages.filter(({ index }) => cancelled.running.includes(index)).slice(0, 1);
    if (failures.length === 0) failures = stages.slice(-1);
  }
  const [first, ...rest] = failures;
  if (first !== undefined) throw new PipelineError([first, ...rest], stages, { why: cancelled?.why });
}

/** Whether SIGPIPE, or a function's own `BrokenPipeError`, has ended a stage. */
export function endedBySigpipe(
  stage: Command | StageFunction,
  { code, signal, forgiven }: StageResult,
): boolean {
  return stage instanceof Command ? signal === 'SIGPIPE' || code === SHELL_SIGPIPE : forgiven;
}

/** What a shell makes of a command that SIGPIPE killed: 128 and the signal's number. */
const SHELL_SIGPIPE = 141;
