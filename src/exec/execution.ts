/**
 * A pipeline that runs: starts its stages from left to right, holds no end of theirs a moment longer than needed, and
 * judges them when all have ended.
 */
import { setMaxListeners } from 'node:events';
import { type PipeReader, type PipeWriter, pipe } from '../io/index.js';
import { closeEnd } from '../io/internal.js';
import { binding } from '../os/internal.js';
import { type EndsAtExit, hasEnded, terminateAtExit } from './at-exit.js';
import { type ChildFd, endFd, NULL_FD, ownFd } from './child-fd.js';
import { Command } from './command.js';
import { type Drained, drain } from './drain-grace.js';
import { mergeEnvironment, type Variables } from './environment.js';
import { holdersOf } from './holders.js';
import { openInput } from './input.js';
import { JobReader, type Owner } from './job-reader.js';
import { Links, type Sink, type Source } from './links.js';
import type { PipelineOptions } from './options.js';
import { type Output, openOutput } from './output.js';
import { PipelineError } from './pipeline-error.js';
import type { Holder, StageResult } from './result.js';
import {
  FunctionStage,
  nameOf,
  notBegun,
  ProcessStage,
  type RunningStage,
  type StageFunction,
} from './stage.js';
import { startChild } from './start/start-child.js';
import { StderrTail } from './stderr-tail.js';
import { isReader } from './stdin.js';
import { Substitution } from './substitution.js';
import { type Family, kill } from './tree.js';

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
  readonly #ending = forMany();
  /** Fires when no stage reads any more; there when something is to be fed. */
  #feeding: AbortController | undefined;
  /** Fires when the pipeline was ended from outside, and whoever takes its output has had the time to. */
  #taking: AbortController | undefined;
  #failedStart: StageResult | undefined;
  /** Why the pipeline was ended from outside: an error to reject with, or what a PipelineError is to say. */
  #cancelled:
    | { readonly why?: string; readonly error?: unknown; readonly running: readonly number[] }
    | undefined;
  #killed: Promise<void> | undefined;
  #isKilled = false;
  #hasEnded = false;
  #judge!: { resolve: () => void; reject: (error: unknown) => void };

  constructor(stages: readonly (Command | StageFunction)[], options: PipelineOptions) {
    binding(); // where there is none this throws, before anything is started
    this.#stages = stages;
    this.#options = options;
    this.killOnSignal = options.killOnSignal ?? false;
    this.#links = new Links(options.capacity);
    this.verdict = new Promise((resolve, reject) => {
      this.#judge = { resolve, reject };
    });
    this.verdict.catch(() => {});
    const { signal } = options;
    if (signal?.aborted) {
      this.#cancelled = { error: signal.reason, running: [] };
      this.#killed = this.#cancelInputs();
      this.#dropInput();
    } else {
      terminateAtExit(this);
      this.#startAll();
    }
    // What was not opened is there all the same, and says what became of the pipeline.
    if (options.stdin === 'pipe') this.stdin ??= broken();
    if (options.stdout === undefined || options.stdout === 'pipe') {
      this.stdout = this.#output?.reader ?? new JobReader(ended(), -1, this);
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

  /** Ends everything; `error` is what `done` rejects with then, else a `PipelineError` that says `why`. */
  cancel(why: string, error?: { readonly error: unknown }, grace?: number): Promise<void> {
    if (this.#hasEnded) return Promise.resolve();
    this.#cancelled ??= { why, ...error, running: this.#running.filter(isRunning).map(({ index }) => index) };
    this.#killed ??= this.#end(
      error?.error ?? new Error(why),
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
    this.#ending.abort(reason);
    this.#feeding?.abort(reason);
    const functions = this.#running.filter((stage) => stage instanceof FunctionStage);
    const ended = Promise.all(functions.map((stage) => stage.ended));
    await Promise.all([this.#cancelInputs(), kill(() => this.family, grace), within(grace, ended)]);
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
      for (const arg of stage.args) if (arg instanceof Substitution) inputs.push(arg.reader);
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
    this.#taking ??= forMany();
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
        new FunctionStage(index, stage, reader, sink as PipeWriter, this.#ending.signal, isLast),
      );
      return true;
    }
    const given: ChildFd[] = [];
    try {
      const stderr = this.#openStderr(index, stage, sink as ChildFd, given);
      const substituted: ChildFd[] = [];
      const args = stage.args.map((arg) => {
        if (!(arg instanceof Substitution)) return arg;
        substituted.push(this.#substitute(arg, given));
        return `/dev/fd/${2 + substituted.length}`;
      });
      const child = startChild({
        name: commandLine(stage),
        file: stage.file,
        args,
        env: this.#variablesOf(stage),
        cwd: stage.options.cwd ?? this.#options.cwd,
        fds: [source as ChildFd, sink as ChildFd, stderr.fd, ...substituted],
      });
      this.#running.push(new ProcessStage(index, stage, child, stderr.tail));
      return child.pid !== undefined;
    } finally {
      for (const fd of given) fd.close();
      source.close();
      sink.close();
    }
  }

  /** The same object for all commands that say nothing of their own: it takes a while to make. */
  #variablesOf({ options }: Command): Variables {
    const { env, clearEnv } = options;
    if (env !== undefined || clearEnv !== undefined) return mergeEnvironment(options, this.#options);
    this.#variables ??= mergeEnvironment({}, this.#options);
    return this.#variables;
  }

  /** Where the standard error goes; what the child alone is to have is put into `given`. */
  #openStderr(
    index: number,
    stage: Command,
    sink: ChildFd,
    given: ChildFd[],
  ): { readonly fd: ChildFd; readonly tail?: StderrTail } {
    const stderr = stage.options.stderr !== undefined ? stage.options.stderr : this.#options.stderr;
    if (stderr === 'stdout') return { fd: sink };
    if (stderr === undefined || stderr === 'tail') {
      const tail = new StderrTail(`the stderr of stage ${index + 1}`);
      this.#links.remember(tail.drain.id);
      const fd = endFd(tail.drain.given);
      given.push(fd);
      return { fd, tail };
    }
    const output = openOutput(stderr, 'stderr', true, this.#links, this);
    this.#addOutput(output);
    given.push(output.sink as ChildFd);
    return { fd: output.sink as ChildFd };
  }

  #substitute({ reader }: Substitution, given: ChildFd[]): ChildFd {
    const fd = reader.handOver();
    if (fd === undefined && !reader.isMissing) {
      throw new TypeError('the output of a substituted pipeline must be untouched');
    }
    this.#upstreams.push(reader);
    if (fd === undefined) return NULL_FD;
    const end = ownFd(fd);
    given.push(end);
    return end;
  }

  // Ending

  async #finish(): Promise<Outcome> {
    const { signal, timeout } = this.#options;
    const onAbort = (): void => void this.cancel('its signal fired', { error: signal?.reason });
    signal?.addEventListener('abort', onAbort);
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
    signal?.removeEventListener('abort', onAbort);
    await this.#killed;
    this.#hasEnded = true;
    hasEnded(this);
    this.#links.release();
    try {
      await this.#checkVerdict();
      this.#judge.resolve();
      return { stages: this.#results(), heldBy };
    } catch (error) {
      this.#judge.reject(error);
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

  async #checkVerdict(): Promise<void> {
    const stages = this.#results();
    if (this.#failedStart !== undefined) throw new PipelineError([this.#failedStart], stages);
    const unstarted = stages.find(
      ({ index, pid }) => this.#running[index]?.child !== undefined && pid === undefined,
    );
    if (unstarted !== undefined) throw new PipelineError([unstarted], stages);
    const cancelled = this.#cancelled;
    if (cancelled !== undefined && 'error' in cancelled) throw cancelled.error;
    // What it was given is at fault before what it made of it.
    for (const { owner } of this.#upstreams) await owner.verdict;
    let failures = stages.filter(({ ok, forgiven }) => !ok && !forgiven);
    if (failures.length === 0 && cancelled !== undefined) {
      // All ended well when they were told to, or had before; the pipeline did not.
      failures = stages.filter(({ index }) => cancelled.running.includes(index)).slice(0, 1);
      if (failures.length === 0) failures = stages.slice(-1);
    }
    const [first, ...rest] = failures;
    if (first !== undefined) throw new PipelineError([first, ...rest], stages, { why: cancelled?.why });
  }

  #results(): StageResult[] {
    return this.#stages.map((stage, index) => {
      const result = this.#running[index]?.result();
      if (result !== undefined) return { ...result, forgiven: this.#isForgiven(stage, result) };
      return this.#failedStart?.index === index ? this.#failedStart : notBegun(index, commandLine(stage));
    });
  }

  /** By how it ended alone, never by when: a result must not depend on timing. */
  #isForgiven(stage: Command | StageFunction, { index, ok, code, signal, forgiven }: StageResult): boolean {
    if (ok || this.#options.forgiveSigpipe === false) return false;
    const isUnwanted = index < this.#stages.length - 1 || (this.stdout?.isDone ?? false);
    return (
      isUnwanted && (stage instanceof Command ? signal === 'SIGPIPE' || code === SHELL_SIGPIPE : forgiven)
    );
  }
}

const KILL_GRACE = 5000; // milliseconds
const DRAIN_GRACE = 100; // milliseconds
/** What a shell makes of a command that SIGPIPE killed: 128 and the signal's number. */
const SHELL_SIGPIPE = 141;

function commandLine(stage: Command | StageFunction): string {
  return stage instanceof Command ? String(stage) : nameOf(stage);
}

/** For a signal that each stage may listen to: Node takes more than ten listeners for a leak, and warns. */
function forMany(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

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

/** What nobody reads. */
function broken(): PipeWriter {
  const { reader, writer } = pipe({ name: 'no stdin', capacity: 1 });
  reader.close();
  return writer;
}

function ended(): PipeReader {
  const { reader, writer } = pipe({ name: 'no stdout', capacity: 1 });
  writer.close();
  return reader;
}
