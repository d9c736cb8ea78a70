import { describe } from './arguments.js';
import { type Borrowed, type ByteSource, borrowReader } from './byte-ends.js';
import { abortEnd, CheckedReader, closeEnd } from './checked-ends.js';
import type { Reader } from './types.js';

/** How a source ends before its time. */
export interface Failure {
  readonly reason: unknown;
}

/** A source that the toolkit has taken over: it is read, closed or aborted, and counts in deadlocks, as its new reader says. */
export class TakenSource {
  readonly #borrowed: Borrowed<Reader>;
  readonly #checked: CheckedReader;

  /** @throws {TypeError} `source` is nothing to read from; the message names `argument`. */
  constructor(argument: string, source: ByteSource) {
    this.#borrowed = borrowReader(argument, source);
    this.#checked = new CheckedReader(argument, this.#borrowed.end);
  }

  /** What reports call it, if it has a name. */
  get name(): string | undefined {
    const { name } = this.#borrowed.end as { name?: unknown };
    return typeof name === 'string' ? name : undefined;
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#checked.read(into, undefined);
  }

  tryRead(into: Uint8Array): number | null {
    return this.#checked.tryRead(into);
  }

  /** Says whether its waits count. */
  refer(counts: boolean): void {
    const { ref, unref } = this.#borrowed.end as { ref?: unknown; unref?: unknown };
    const refer = counts ? ref : unref;
    if (typeof refer !== 'function') return;
    try {
      refer.call(this.#borrowed.end);
    } catch {
      // Bytes come as before, and whoever waits beside it, under the same signal, is not to suffer.
    }
  }

  /** Has `listener` told as soon as it is known that the source fails, however much there is to read before. */
  onFailure(listener: (reason: unknown) => void): void {
    const { closed } = this.#borrowed.end as { closed?: unknown };
    if (closed instanceof Promise) closed.catch(listener);
  }

  /** Closes it, or aborts it. There is nobody left who could be told that this fails. */
  async end(failure: Failure | undefined): Promise<void> {
    try {
      if (failure === undefined) await closeEnd(this.#borrowed.end);
      else await abortEnd(this.#borrowed.end, failure.reason);
    } catch {}
    this.release();
  }

  /** Leaves it as it is, to go on with. */
  release(): void {
    this.#borrowed.release();
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
