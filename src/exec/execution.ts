/**
 * A pipeline that runs: starts its stages from left to right, holds no end of theirs a moment longer than needed, and
 * judges them when all have ended.
 */
import type { PipeReader, PipeWriter } from '../io/index.js';
import { closeEnd, onAbort } from '../io/internal.js';
import { binding, type KernelWriter } from '../os/internal.js';
import { type EndsAtExit, hasEnded, terminateAtExit } from './at-exit.js';
import { type ChildFd, NULL_FD, ownFd } from './child-fd.js';
import { Command } from './command.js';
import { type Drained, drain } from './drain-grace.js';
import { mergeEnvironment, type Variables } from './environment.js';
import { holdersOf } from './holders.js';
import { openInput } from './input.js';
import { JobReader, type Owner } from './job-reader.js';
import { Links, type Sink, type Source } from './links.js';
import { brokenWriter, endedReader } from './no-ends.js';
import type { PipelineOptions } from './options.js';
import { type Output, openOutput } from './output.js';
import type { Holder, StageResult } from './result.js';
import {
  commandLine,
  FunctionStage,
  notBegun,
  now,
  ProcessStage,
  type RunningStage,
  type StageFunction,
} from './stage.js';
import { startChild } from './start/start-child.js';
import { openStderr, type StderrEnd } from './stderr-end.js';
import { isReader } from './stdin.js';
import { Substitution, substituted } from './substitution.js';
import { type Family, Tree } from './tree.js';
import { type Cancelled, endedBySigpipe, judge } from './verdict.js';

/** What `done` and the end of `job.stdout` are made of. */
export interface Outcome {
  readonly stages: readonly StageResult[];
  readonly heldBy: readonly Holder[];
}

export class Execution implements EndsAtExit, Owner {
  readonly killOnSignal: boolean;
  /** For the stdin 'pipe'. */
  stdin: PipeWriter | undefined;
  /** For the stdout 'pipe'. */
  readonly stdout: JobReader | undefined;
  /** Resolves when all stages did well, rejects when not; never an unhandled rejection. */
  readonly verdict: Promise<void>;
  /** The same with its details, when nothing of the pipeline is left. */
  readonly finished: Promise<Outcome>;

  readonly #stages: readonly (Command | StageFunction)[];
  readonly #options: PipelineOptions;
  readonly #links: Links;
  readonly #running: RunningStage[] = [];
  readonly #upstreams: JobReader[] = [];
  #variables: Variables | undefined;
  readonly #outputs: Output[] = [];
  #isInputOpen = false;
  #output: Output | undefined; // of the last stage
  readonly #pumps: Promise<void>[] = [];
  /** Fires when the pipeline is ended from outside: the functions' signal. */
  readonly #ending = new AbortController();
  /** Fires when no stage reads any more; there when something is to be fed. */
  #feeding: AbortController | undefined;
  /** Fires when the pipeline was ended from outside, and whoever takes its output has had the time to. */
  #taking: AbortController | undefined;
  #failedStart: StageResult | undefined;
  #cancelled: Cancelled | undefined;
  #killed: Promise<void> | undefined;
  #isKilled = false;
  #hasEnded = false;
  #settle!: { resolve: () => void; reject: (error: unknown) => void };

  constructor(stages: readonly (Command | StageFunction)[], options: PipelineOptions) {
    binding(); // where there is none this throws, before anything is started
    this.#stages = stages;
    this.#options = options;
    this.killOnSignal = options.killOnSignal ?? false;
    this.#links = new Links(options.capacity);
    this.verdict = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.verdict.catch(() => {});
    const { signal } = options;
    if (signal?.aborted) {
      this.#cancelled = { failure: { error: signal.reason }, running: [] };
      this.#killed = this.#cancelInputs();
      this.#dropInput();
    } else {
      terminateAtExit(this);
      this.#startAll();
    }
    // What was not opened is there all the same, and says what became of the pipeline.
    if (options.stdin === 'pipe') this.stdin ??= brokenWriter('no stdin');
    if (options.stdout === undefined || options.stdout === 'pipe') {
      this.stdout = this.#output?.reader ?? new JobReader(endedReader('no stdout'), -1, this);
    }
    this.finished = this.#finish();
    // The end of the output tells, whenever that is read.
    if (this.stdout !== undefined) this.finished.catch(() => {});
  }

  /** What is known of each stage by now. */
  stats(): StageResult[] {
    for (const stage of this.#running) stage.sample();
    return this.#results();
  }

  get pids(): number[] {
    return this.#running.flatMap(({ child }) => child?.pid ?? []);
  }

  handedOver(): void {
    this.#links.ids.delete(this.#output?.id ?? '');
    this.finished.catch(() => {});
  }

  /** Ends everything; `failure` is what `done` rejects with then, else a `PipelineError` that says `why`. */
  cancel(why: string, failure?: { readonly error: unknown }, grace?: number): Promise<void> {
    if (this.#hasEnded) return this.#killed ?? Promise.resolve();
    this.#cancelled ??= { why, failure, running: this.#running.filter(isRunning).map(({ index }) => index) };
    this.#killed ??= this.#end(
      failure === undefined ? new Error(why) : failure.error,
      grace ?? this.#options.killGrace ?? KILL_GRACE,
    );
    return this.#killed;
  }

  /** The processes that have not been reaped, and all pipes. */
  get family(): Family {
    const children = this.#running.flatMap(({ child }) =>
      child === undefined || child.hasExited ? [] : child,
    );
    return { children, pipeIds: this.#links.ids };
  }

  async #end(reason: unknown, grace: number): Promise<void> {
    const functions = this.#running.filter((stage) => stage instanceof FunctionStage);
    const tell = (): void => {
      this.#ending.abort(reason);
      this.#feeding?.abort(reason);
    };
    await Promise.all([
      this.#cancelInputs(),
      // To look for processes takes a while.
      this.pids.length === 0 ? tell() : new Tree(() => this.family).end(grace, tell),
      within(grace, Promise.all(functions.map((stage) => stage.ended))),
    ]);
    for (const stage of functions) stage.giveUp(reason);
    this.#isKilled = true;
    await within(grace, Promise.all(this.#pumps));
    this.#taking?.abort(reason);
  }

  /** Other pipelines whose output is this one's, or was to be. */
  async #cancelInputs(): Promise<void> {
    const why = 'what was to read its output was ended';
    const inputs = [...this.#upstreams];
    if (this.#options.stdin instanceof JobReader) inputs.push(this.#options.stdin);
    for (const stage of this.#stages) {
      if (!(stage instanceof Command)) continue;
      for (const arg of stage.args) if (arg instanceof Substitution) inputs.push(substituted(arg));
    }
    await Promise.all(
      inputs.map(async (reader) => {
        await reader.owner.cancel(why);
        reader.cut();
      }),
    );
  }

  // Starting

  #startAll(): void {
    let source: Source | undefined;
    for (const [index, stage] of this.#stages.entries()) {
      let sink: Sink | undefined;
      let next: Source | undefined;
      try {
        source ??= this.#openInput(stage);
        [sink, next] = this.#openSink(index, stage);
        const isStarted = this.#start(index, stage, source, sink);
        if (!isStarted) {
          next?.close();
          this.#stopStarting();
          return;
        }
      } catch (error) {
        source?.close();
        sink?.close();
        next?.close();
        this.#failedStart = { ...notBegun(index, commandLine(stage)), error };
        this.#stopStarting();
        return;
      }
      source = next;
    }
  }

  /** The rest is not started, and what was is ended. */
  #stopStarting(): void {
    this.cancel('a stage could not be started', undefined, 0);
    this.#dropInput();
  }

  /** A reader that was given to the pipeline is closed by it, also when no stage ever gets it. */
  #dropInput(): void {
    const { stdin } = this.#options;
    if (this.#isInputOpen || !isReader(stdin)) return;
    closeEnd(stdin).catch(() => {}); // it has failed for another reason already
  }

  #openInput(stage: Command | StageFunction): Source {
    const input = openInput(this.#options.stdin ?? null, stage instanceof Command, this.#links);
    this.#isInputOpen = true;
    this.stdin = input.writer;
    if (input.upstream !== undefined) this.#upstreams.push(input.upstream);
    if (input.feed !== undefined) {
      this.#feeding = new AbortController();
      this.#pump(input.feed(this.#feeding.signal), 'stdin');
    }
    return input.source;
  }

  /** What a stage writes to, and what the next one reads. */
  #openSink(index: number, stage: Command | StageFunction): [Sink, Source | undefined] {
    const isProcess = stage instanceof Command;
    const next = this.#stages[index + 1];
    if (next !== undefined) {
      const name = `the link from stage ${index + 1} to ${index + 2}`;
      const link = this.#links.open(name, { reader: next instanceof Command, writer: isProcess });
      return [link.sink, link.source];
    }
    const { stdout = 'pipe' } = this.#options;
    this.#output = openOutput(stdout, 'stdout', isProcess, this.#links, this);
    this.#addOutput(this.#output);
    return [this.#output.sink, undefined];
  }

  #addOutput(output: Output): void {
    this.#outputs.push(output);
    if (output.pump === undefined) return;
    this.#taking ??= new AbortController();
    this.#pump(output.pump.done(this.#taking.signal), 'output');
  }

  /** What moves bytes beside the stages; when it fails, the pipeline has. */
  #pump(done: Promise<void>, what: string): void {
    this.#pumps.push(
      done.catch((error) => {
        void this.cancel(`its ${what} failed`, { error });
      }),
    );
  }

  #start(index: number, stage: Command | StageFunction, source: Source, sink: Sink): boolean {
    const isLast = index === this.#stages.length - 1;
    if (!(stage instanceof Command)) {
      const reader = source as PipeReader;
      this.#running.push(
        new FunctionStage(index, stage, reader, sink as KernelWriter, this.#ending.signal, isLast),
      );
      return true;
    }
    const given = [source as ChildFd, sink as ChildFd];
    try {
      const stderr = this.#openStderr(index, stage, sink as ChildFd);
      given.push(stderr.fd);
      const args = stage.args.map((arg) => {
        if (!(arg instanceof Substitution)) return arg;
        given.push(this.#substitute(arg));
        return `/dev/fd/${given.length - 1}`;
      });
      const startedAt = now();
      const child = startChild({
        name: commandLine(stage),
        file: stage.file,
        args,
        env: this.#variablesOf(stage),
        cwd: stage.options.cwd ?? this.#options.cwd,
        fds: given,
      });
      this.#running.push(new ProcessStage(index, stage, startedAt, child, stderr.tail));
      return child.pid !== undefined;
    } finally {
      for (const fd of given) fd.close();
    }
  }

  /** The same object for all commands that say nothing of their own: it takes a while to make. */
  #variablesOf({ options }: Command): Variables {
    const { env, clearEnv } = options;
    if (env !== undefined || clearEnv !== undefined) return mergeEnvironment(options, this.#options);
    this.#variables ??= mergeEnvironment({}, this.#options);
    return this.#variables;
  }

  #openStderr(index: number, { options }: Command, sink: ChildFd): StderrEnd {
    const { stderr = this.#options.stderr } = options;
    const end = openStderr(stderr === undefined ? 'tail' : stderr, index, sink, this.#links, this);
    if (end.output !== undefined) this.#addOutput(end.output);
    return end;
  }

  #substitute(substitution: Substitution): ChildFd {
    const reader = substituted(substitution);
    const fd = reader.handOver();
    if (fd === undefined && !reader.isMissing) {
      throw new TypeError('the output of a substituted pipeline must be untouched');
    }
    this.#upstreams.push(reader);
    return fd === undefined ? NULL_FD : ownFd(fd);
  }

  // Ending

  async #finish(): Promise<Outcome> {
    const { signal, timeout } = this.#options;
    const stop = (): void => void this.cancel('its signal fired', { error: signal?.reason });
    const forget = signal === undefined ? undefined : onAbort(signal, stop);
    if (signal?.aborted) stop(); // a function among the stages did that
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => void this.cancel(`timed out after ${timeout} ms`), timeout);
    await Promise.all(this.#running.map(({ ended }) => ended));
    this.#feeding?.abort();
    // Who holds a pipe may write to it for ever, and who takes the output may never be done: the signal and the timeout
    // are for that, too.
    const heldBy = await this.#drainAll();
    await Promise.all(this.#pumps);
    clearTimeout(timer);
    forget?.();
    this.#hasEnded = true;
    await this.#killed;
    hasEnded(this);
    this.#links.release();
    try {
      const stages = this.#results();
      const upstreams = this.#upstreams.map(({ owner }) => owner);
      await judge(stages, upstreams, this.#cancelled);
      this.#settle.resolve();
      return { stages, heldBy };
    } catch (error) {
      this.#settle.reject(error);
      throw error;
    }
  }

  /** Reads on until all pipes have ended, or bring nothing more; who still holds them. */
  async #drainAll(): Promise<Holder[]> {
    const drained: Drained[] = this.#running.flatMap(({ tail }) => tail?.drain ?? []);
    for (const { reader, pump } of this.#outputs) {
      if (reader !== undefined) drained.push(reader);
      if (pump !== undefined) drained.push(pump.reader);
    }
    const grace = this.#options.drainGrace ?? DRAIN_GRACE;
    const held = await Promise.all(drained.map((pipe) => drain(pipe, grace, () => this.#isKilled)));
    return held.includes(true) ? holdersOf(this.#links.ids) : [];
  }

  #results(): StageResult[] {
    return this.#stages.map((stage, index) => {
      const result = this.#running[index]?.result();
      if (result !== undefined) return { ...result, forgiven: this.#isForgiven(stage, result) };
      return this.#failedStart?.index === index ? this.#failedStart : notBegun(index, commandLine(stage));
    });
  }

  #isForgiven(stage: Command | StageFunction, result: StageResult): boolean {
    if (result.ok || this.#options.forgiveSigpipe === false) return false;
    const isUnwanted = result.index < this.#stages.length - 1 || (this.stdout?.isDone ?? false);
    return isUnwanted && endedBySigpipe(stage, result);
  }
}

const KILL_GRACE = 5000; // milliseconds
const DRAIN_GRACE = 100; // milliseconds

/** Waits for `promise`, for at most so many milliseconds. */
async function within(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

function isRunning(stage: RunningStage): boolean {
  return stage.result().endedAt === undefined;
}
