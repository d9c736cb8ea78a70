import { describe } from './arguments.js';
import { type ByteSource, borrowReader } from './byte-ends.js';
import { abortEnd, CheckedReader, closeEnd, onFailure } from './checked-ends.js';

/** How a source ends before its time. */
export interface Failure {
  readonly reason: unknown;
}

/** A source that the toolkit reads from, for the time of a call or for good. */
export class TakenSource extends CheckedReader {
  /** Leaves it as it is, to go on with. */
  readonly release: () => void;

  /** @throws {TypeError} `source` is nothing to read from; the message names `argument`. */
  constructor(argument: string, source: ByteSource) {
    const { end, release } = borrowReader(argument, source);
    super(argument, end);
    this.release = release;
  }

  /** What reports call it, if it has a name. */
  get name(): string | undefined {
    const { name } = this.reader as { name?: unknown };
    return typeof name === 'string' ? name : undefined;
  }

  /** Says whether its waits count. */
  refer(counts: boolean): void {
    const { ref, unref } = this.reader as { ref?: unknown; unref?: unknown };
    const refer = counts ? ref : unref;
    if (typeof refer !== 'function') return;
    try {
      refer.call(this.reader);
    } catch {
      // Bytes come as before, and whoever waits beside it, under the same signal, is not to suffer.
    }
  }

  /** Has `listener` told as soon as it is known that the source fails, however much there is to read before. */
  onFailure(listener: (reason: unknown) => void): void {
    onFailure(this.reader, listener);
  }

  /** Closes it, or aborts it. There is nobody left who could be told that this fails. */
  async end(failure: Failure | undefined): Promise<void> {
    try {
      if (failure === undefined) await closeEnd(this.reader);
      else await abortEnd(this.reader, failure.reason);
    } catch {}
    this.release();
  }
}

/** All of `readers`, or none: what cannot be taken leaves the others to whoever has them. */
export function takeAll(readers: readonly ByteSource[]): TakenSource[] {
  if (!Array.isArray(readers)) throw new TypeError(`readers must be an array, got ${describe(readers)}`);
  const taken: TakenSource[] = [];
  try {
    for (const reader of readers) taken.push(new TakenSource(`readers[${taken.length}]`, reader));
    return taken;
  } catch (error) {
    for (const source of taken) source.release();
    throw error;
  }
}
