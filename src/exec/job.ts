import type { PipeReader, PipeWriter } from '../io/index.js';
import { ClosedPipeError, readAll } from '../io/index.js';
import { asyncDispose } from '../io/internal.js';
import type { Execution } from './execution.js';
import type { JobReader } from './job-reader.js';
import type { JobResult, StageResult } from './result.js';

/** For siblings: a job's output, if it has one, untouched. */
export let outputOf: (job: Job) => JobReader | undefined;

/**
 * A pipeline that runs. It is no promise itself, so that an async function can return it; `done` is one.
 *
 * @example Leaving the scope ends what still runs
 * ```ts no-run
 * import * as io from 'pipework';
 * import * as exec from 'pipework/exec';
 *
 * await using job = exec.pipeline(['tail', '-f', 'access.log'], ['grep', '--line-buffered', ' 500 ']);
 * for await (const line of io.lines(job.stdout)) {
 *   console.log(line);
 *   break;
 * }
 * ```
 */
export class Job implements AsyncDisposable {
  static {
    outputOf = (job) => job.#execution.stdout;
  }

  readonly #execution: Execution;
  readonly #text: string;
  readonly #maxBytes: number;
  #isTouched = false;
  #isCollected = false;
  #done: Promise<JobResult> | undefined;

  constructor(execution: Execution, text: string, maxBytes: number) {
    this.#execution = execution;
    this.#text = text;
    this.#maxBytes = maxBytes;
  }

  /**
   * What the first stage reads, with `stdin: 'pipe'`. Close it, or the pipeline waits for more. To abort it ends the
   * pipeline, and `done` rejects with the reason: the stage would take what it has got for the whole.
   *
   * @throws {TypeError} The pipeline reads something else.
   */
  get stdin(): PipeWriter {
    const { stdin } = this.#execution;
    if (stdin === undefined) throw new TypeError("job.stdin is there with the option stdin: 'pipe' only");
    return stdin;
  }

  /**
   * The output of the last stage. Its bytes come as they are written; its end comes only when every stage has done well,
   * otherwise the read rejects with the `PipelineError`. To close it early is to want no more: the stages are told by
   * SIGPIPE, and are forgiven.
   *
   * @throws {TypeError} The output goes elsewhere, by the option `stdout`.
   * @throws {ClosedPipeError} `ERR_PIPE_CLOSED`: it was collected for `done`, and is in its result.
   */
  get stdout(): PipeReader {
    const { stdout } = this.#execution;
    if (stdout === undefined) throw new TypeError("job.stdout is there with the option stdout: 'pipe' only");
    if (this.#isCollected) {
      throw new ClosedPipeError('job.stdout was collected for job.done: it stands in the result');
    }
    this.#isTouched = true;
    this.#done?.catch(() => {});
    return stdout;
  }

  /**
   * Resolves when every stage has ended and done well. Its first use collects the output, up to `maxBytes`, unless
   * somebody uses `stdout` in the same turn or did before.
   *
   * Rejects with a `PipelineError`, with the reason of the `signal`, with what reading `stdin` or writing `stdout`
   * failed with or `job.stdin` was aborted with, or with a `LimitError` when more than `maxBytes` came; nothing of the
   * pipeline runs any more then.
   */
  get done(): Promise<JobResult> {
    this.#done ??= this.#wait();
    // The end of the output tells of a failure, and whoever leaves its loop by that need not wait for this.
    if (this.#isTouched) this.#done.catch(() => {});
    return this.#done;
  }

  /** The processes' numbers, from the left; that of one that has ended may be another's by now. */
  get pids(): readonly number[] {
    return this.#execution.pids;
  }

  /** What is known of each stage now, from /proc while it runs. */
  stats(): readonly StageResult[] {
    return this.#execution.stats();
  }

  /**
   * Ends all processes of the pipeline, their descendants and whoever else holds one of its pipes, but for services that
   * are older than this process: by SIGTERM, and after `killGrace` by SIGKILL. `done` then rejects, unless everything had
   * ended before; what nobody has read by then is dropped, and `stdout` ends with the same error.
   *
   * @returns Settles when they are gone; never rejects.
   */
  async kill(): Promise<void> {
    const { finished, stdin, stdout } = this.#execution;
    void this.#execution.cancel('ended by kill()');
    try {
      await finished;
    } catch {
      stdin?.close();
      stdout?.cut();
    }
  }

  /** The same as `kill()`, and closes `stdin` and `stdout`. */
  async [asyncDispose](): Promise<void> {
    await this.kill();
    this.#execution.stdin?.close();
    this.#execution.stdout?.close();
  }

  /** The command lines, for messages. */
  toString(): string {
    return this.#text;
  }

  async #wait(): Promise<JobResult> {
    const { finished, stdout } = this.#execution;
    if (stdout === undefined || this.#isTouched) return finished;
    finished.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#isTouched || stdout.isDone) return finished;
    this.#isCollected = true;
    try {
      const bytes = await readAll(stdout, { max: this.#maxBytes });
      return { ...(await finished), stdout: bytes };
    } catch (error) {
      await this.#execution.cancel('its output was not collected', { error });
      stdout.close();
      await finished;
      throw error;
    }
  }
}
