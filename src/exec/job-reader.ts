import { type CallOptions, ClosedPipeError, type PipeReader, type Signal } from '../io/index.js';
import { abortable, asyncDispose, ChunkIterator, checkBytes, dispose, signalOf } from '../io/internal.js';
import { binding, failureOf, KernelReader } from '../os/internal.js';

/** The pipeline that a reader gives the output of. */
export interface Owner {
  /** Resolves when all stages did well, rejects when not. */
  readonly verdict: Promise<void>;
  /** The output was given to another pipeline, which from then on speaks for this one. */
  handedOver(): void;
  /** That other pipeline was ended from outside. Settles when this one's processes have gone; never rejects. */
  cancel(why: string): Promise<void>;
}

/**
 * A pipeline's output: its bytes as they come, but the end only when every stage was judged good. Otherwise the read that
 * would have given `null` rejects with the `PipelineError`, so that what was cut off never looks whole.
 */
export class JobReader implements PipeReader {
  readonly #reader: PipeReader;
  readonly #slot: number;
  readonly #owner: Owner;
  #judged: { readonly error?: unknown } | undefined;
  #isOwnClose = false;
  /** Settles when its own side closes it, whoever waits for the verdict. */
  readonly #left: Promise<void>;
  #leave!: () => void;
  #isCut = false;
  #isGiven = false;
  #closed: Promise<void> | undefined;

  /**
   * @param slot The addon's number of the pipe's read end; -1 when it is no pipe of the kernel.
   */
  constructor(reader: PipeReader, slot: number, owner: Owner) {
    this.#reader = reader;
    this.#slot = slot;
    this.#owner = owner;
    this.#left = new Promise((resolve) => {
      this.#leave = resolve;
    });
    owner.verdict.then(
      () => {
        this.#judged = {};
      },
      (error) => {
        this.#judged = { error };
      },
    );
  }

  get name(): string {
    return this.#reader.name;
  }

  get bytesRead(): number {
    return this.#reader.bytesRead;
  }

  get closed(): Promise<void> {
    const judge = () => (this.isDone ? undefined : Promise.race([this.#owner.verdict, this.#left]));
    this.#closed ??= this.#reader.closed.then(judge, judge);
    this.#closed.catch(() => {});
    return this.#closed;
  }

  async read(into: Uint8Array, options?: CallOptions): Promise<number | null> {
    if (this.#isCut && !this.#isOwnClose) {
      checkBytes('into', into);
      return this.#end(signalOf(options));
    }
    const count = await this.#cuttable(this.#reader.read(into, options));
    if (count !== null) return count;
    // A read of nothing waits for nothing.
    if (into.length === 0 && this.#judged === undefined) return 0;
    return this.#end(options?.signal);
  }

  tryRead(into: Uint8Array): number | null {
    checkBytes('into', into);
    if (!this.#isCut || this.#isOwnClose) {
      const count = this.#tryUncut(into);
      if (count !== null) return count;
      this.cut();
    }
    if (this.#judged === undefined) return 0;
    if ('error' in this.#judged) throw this.#judged.error;
    return null;
  }

  close(): void {
    this.#isOwnClose = true;
    this.#reader.close();
    this.#leave();
  }

  abort(reason?: unknown): void {
    this.#isOwnClose = true;
    this.#reader.abort(reason);
    this.#leave();
  }

  ref(): this {
    this.#reader.ref();
    return this;
  }

  unref(): this {
    this.#reader.unref();
    return this;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>> {
    const chunks = this.#reader[Symbol.asyncIterator]();
    return new ChunkIterator(this, async () => {
      if (this.#isCut && !this.#isOwnClose) return this.#end();
      const chunk = await this.#cuttable(chunks.next());
      return chunk === null || chunk.done ? this.#end() : chunk.value;
    });
  }

  [dispose](): void {
    this.close();
  }

  async [asyncDispose](): Promise<void> {
    this.close();
  }

  // For the job

  get owner(): Owner {
    return this.#owner;
  }

  /** Whether its own side has closed it, or given it to another pipeline: nobody wants more. */
  get isDone(): boolean {
    return this.#isOwnClose || this.#isGiven;
  }

  /** Whether the pipeline failed before it had an output. */
  get isMissing(): boolean {
    return this.#slot === -1;
  }

  /** The descriptor for another pipeline's first stage, in the kernel; `undefined` where there is none. */
  handOver(): number | undefined {
    if (!(this.#reader instanceof KernelReader) || this.isDone || this.#isCut) return undefined;
    const fd = this.#reader.release();
    this.#isGiven = true;
    this.#owner.handedOver();
    return fd;
  }

  /** Bytes that wait to be read. */
  get available(): number {
    return this.#isOpen ? Math.max(0, binding().available(this.#slot)) : 0;
  }

  /** Whether somebody may still write. */
  get isHeld(): boolean {
    return this.#isOpen && (binding().wait(this.#slot, 0) & POLLHUP) === 0;
  }

  /** Gives the descriptor back: all that comes was read, or somebody holds the pipe and brings no more. */
  cut(): void {
    this.#isCut = true;
    this.#reader.close();
  }

  get #isOpen(): boolean {
    return this.#slot !== -1 && !this.isDone && !this.#isCut;
  }

  async #cuttable<Value>(call: Promise<Value>): Promise<Value | null> {
    try {
      return await call;
    } catch (error) {
      if (this.#isEnd(error)) return null;
      throw error;
    }
  }

  #tryUncut(into: Uint8Array): number | null {
    try {
      return this.#reader.tryRead(into);
    } catch (error) {
      if (this.#isEnd(error)) return null;
      throw error;
    }
  }

  /** It was cut, or the last stage is a function that has aborted its writer: the verdict says so. */
  #isEnd(error: unknown): boolean {
    if (this.#isOwnClose) return false;
    if (this.#isCut) return error instanceof ClosedPipeError;
    return this.#reader instanceof KernelReader && error === failureOf(this.#reader);
  }

  async #end(signal?: Signal): Promise<null> {
    this.cut();
    const { verdict } = this.#owner;
    if (this.#judged !== undefined) await verdict;
    else await Promise.race([abortable(verdict, signal), this.#left]);
    if (this.#isOwnClose) throw new ClosedPipeError(`${this.name}: the reader was closed by its own side`);
    return null;
  }
}

/** The same on Linux and macOS. */
const POLLHUP = 16;
