import type { PipeReader, PipeWriter } from '../io/index.js';
import { NONE } from '../io/internal.js';
import { abortReasonOf, type KernelWriter } from '../os/internal.js';
import type { ChildFd } from './child-fd.js';
import { Command } from './command.js';
import type { StageResult } from './result.js';
import type { Child } from './start/child.js';
import type { StderrTail } from './stderr-tail.js';
import { mergeUsage, sampleUsage, type Usage } from './usage.js';

/**
 * A stage written in TypeScript: it reads what comes from the left and writes what goes to the right. When its promise
 * settles both ends are closed for it; when it rejects, or has aborted its writer, the stage has failed.
 */
export type StageFunction = (
  reader: PipeReader,
  writer: PipeWriter,
  context: { readonly signal: AbortSignal },
) => Promise<void>;

/** One stage of a pipeline, from its start to its result. */
export interface RunningStage {
  readonly index: number;
  /** Settles when it has ended; never rejects. */
  readonly ended: Promise<void>;
  /** Its process, if it is one and could be started. */
  readonly child?: Child | undefined;
  readonly tail?: StderrTail | undefined;
  /** What is known by now; the whole once it has ended. */
  result(): StageResult;
  /** Looks at what it uses now. */
  sample(): void;
}

/** A stage that is a process. */
export class ProcessStage implements RunningStage {
  readonly index: number;
  readonly ended: Promise<void>;
  readonly child: Child;
  readonly tail: StderrTail | undefined;

  readonly #command: Command;
  readonly #startedAt: number;
  #result: StageResult | undefined;
  #sample: Usage | undefined;

  /** @param startedAt `now()` before `child` was started. */
  constructor(
    index: number,
    command: Command,
    startedAt: number,
    child: Child,
    tail: StderrTail | undefined,
  ) {
    this.index = index;
    this.#command = command;
    this.#startedAt = startedAt;
    this.child = child;
    this.tail = tail;
    this.ended = child.exited.then(({ code, signal, error, usage }) => {
      const isOk = code !== null && (command.options.okCodes ?? [0]).includes(code);
      this.#result = {
        ...this.#begun(),
        code,
        signal,
        ...(error !== undefined && { error }),
        ok: isOk,
        ...mergeUsage(this.#sample, usage),
        ...(child.pid !== undefined && { endedAt: now() }),
      };
    });
  }

  result(): StageResult {
    const known = this.#result ?? { ...this.#begun(), ...this.#sample };
    return this.tail === undefined ? known : { ...known, stderr: this.tail.text };
  }

  sample(): void {
    const { pid, hasExited } = this.child;
    if (pid !== undefined && !hasExited) this.#sample = { ...this.#sample, ...sampleUsage(pid) };
  }

  #begun(): StageResult {
    const { pid } = this.child;
    return {
      ...notBegun(this.index, commandLine(this.#command)),
      ...(pid !== undefined && { pid, startedAt: this.#startedAt }),
    };
  }
}

/** A stage that is a function. */
export class FunctionStage implements RunningStage {
  readonly index: number;
  readonly ended: Promise<void>;

  readonly #name: string;
  readonly #startedAt = now();
  readonly #reader: PipeReader;
  readonly #writer: KernelWriter;
  #giveUp!: (reason: unknown) => void;
  #end: Pick<StageResult, 'error' | 'ok' | 'forgiven' | 'endedAt'> | undefined;

  constructor(
    index: number,
    run: StageFunction,
    reader: PipeReader,
    writer: KernelWriter,
    signal: AbortSignal,
    isLast: boolean,
  ) {
    this.index = index;
    this.#name = commandLine(run);
    this.#reader = reader;
    this.#writer = writer;
    const givenUp = new Promise<never>((_, reject) => {
      this.#giveUp = reject;
    });
    givenUp.catch(() => {});
    this.ended = this.#run(() => Promise.race([run(reader, writer, { signal }), givenUp]), isLast);
  }

  /** It was told by its signal, and does not end: it is not waited for any more. */
  giveUp(reason: unknown): void {
    this.#giveUp(reason);
  }

  result(): StageResult {
    return { ...notBegun(this.index, this.#name), startedAt: this.#startedAt, ...this.#end };
  }

  sample(): void {}

  async #run(run: () => Promise<void>, isLast: boolean): Promise<void> {
    const reader = this.#reader;
    const writer = this.#writer;
    try {
      await run();
      writer.close();
      reader.close();
      await writer.closed.catch(() => {});
      const reason = abortReasonOf(writer);
      if (reason !== NONE) throw reason; // what it wrote is not whole, and it has said so
      this.#end = { ok: true, forgiven: false, endedAt: now() };
    } catch (error) {
      const isBroken = isEpipe(error) && (await hasNoReader(writer));
      // To the right nothing must look whole. Of the last stage that is said by the verdict, behind what it wrote.
      if (isLast) writer.close();
      else writer.abort(error);
      reader.close();
      this.#end = { error, ok: false, forgiven: isBroken, endedAt: now() };
    }
  }
}

/** A stage that never began. */
export function notBegun(index: number, command: string): StageResult {
  return { index, command, code: null, signal: null, ok: false, forgiven: false, stderr: '' };
}

/** What messages call a stage. */
export function commandLine(stage: Command | StageFunction): string {
  if (stage instanceof Command) return String(stage);
  return stage.name === '' ? 'function' : stage.name;
}

/** Closes what a stage that is not started would have got. */
export function closeEnds(...ends: (ChildFd | PipeReader | PipeWriter)[]): void {
  for (const end of ends) end.close();
}

function isEpipe(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'EPIPE';
}

/** Whether the reader of a writer has gone. */
function hasNoReader(writer: PipeWriter): Promise<boolean> {
  return Promise.race([
    writer.closed.then(
      () => false,
      (error) => isEpipe(error),
    ),
    new Promise<boolean>((resolve) => setImmediate(resolve, false)),
  ]);
}

/** Milliseconds since 1970, by a clock that never goes back. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
