import type { PipelineOptions } from './options.js';
import { pipeline, type Stage } from './pipeline.js';
import type { Holder, JobResult, StageResult } from './result.js';

/**
 * What `run()` gives: the output, in several forms, and what became of the stages.
 *
 * @example
 * ```ts
 * import * as exec from 'pipework/exec';
 *
 * const out = await exec.run(['printf', '[1,2]\\n']);
 * console.log(out.stdout.length, out.lines(), out.json()); // prints 6 [ '[1,2]' ] [ 1, 2 ]
 * ```
 */
export class RunResult {
  /** The output; empty when it went elsewhere. */
  readonly stdout: Uint8Array<ArrayBuffer>;
  readonly stages: readonly StageResult[];
  /** Who kept a pipe open after all stages had ended. */
  readonly heldBy: readonly Holder[];

  constructor({ stdout, stages, heldBy }: JobResult) {
    this.stdout = stdout ?? new Uint8Array(0);
    this.stages = stages;
    this.heldBy = heldBy;
  }

  /** The output as UTF-8, whole, a last line feed included. @throws {TypeError} It is no UTF-8. */
  text(): string {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.stdout);
  }

  /** The output's lines, without their ends. @throws {TypeError} It is no UTF-8. */
  lines(): string[] {
    const lines = this.text().split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** The output as JSON. @throws {SyntaxError} It is none. */
  json(): unknown {
    return JSON.parse(this.text());
  }
}

/**
 * The short form: runs a pipeline to its end and collects its output.
 *
 * @param stagesAndOptions The stages, from left to right, and then the options.
 * @returns The output and what became of the stages.
 * @throws What `pipeline()` throws, and what `done` rejects with.
 * @example
 * ```ts
 * import * as exec from 'pipework/exec';
 *
 * const out = await exec.run(['tr', 'a-z', 'A-Z'], { stdin: 'hello' });
 * console.log(out.text(), out.stages[0]?.code); // prints HELLO 0
 * ```
 */
export async function run(
  ...stagesAndOptions: [...stages: Stage[], options: PipelineOptions] | Stage[]
): Promise<RunResult> {
  return new RunResult(await pipeline(...stagesAndOptions).done);
}
