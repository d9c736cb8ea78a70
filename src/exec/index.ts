/**
 * `pipework/exec`: pipelines of processes and functions, joined in the kernel. What a shell does, without a shell: a failed
 * stage is an error, and what nobody wants any more is none. Linux, and macOS with fewer facts, on Node, Bun and Deno.
 */
export { type Argument, type Command, type CommandOptions, command, shell } from './command.js';
export type { Environment } from './environment.js';
export type { Job } from './job.js';
export type { PipelineOptions } from './options.js';
export { pipeline, type Stage } from './pipeline.js';
export { PipelineError } from './pipeline-error.js';
export type { Holder, JobResult, StageResult } from './result.js';
export { type RunResult, run } from './run.js';
export type { StageFunction } from './stage.js';
export type { Stderr } from './stderr.js';
export type { Stdin } from './stdin.js';
export type { Stdout } from './stdout.js';
export { substitute } from './substitute.js';
export type { Substitution } from './substitution.js';
export type { FileTarget } from './targets.js';
export type { Usage } from './usage.js';
