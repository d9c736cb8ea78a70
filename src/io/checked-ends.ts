/**
 * Anybody's reader and writer, as the toolkit uses them: their counts are checked, short ones repeated, and an object
 * that breaks the contract is named in the error instead of losing bytes.
 */
import { describe } from './arguments.js';
import { onAbort } from './signals.js';
import type { CallOptions, Reader, Signal, Writer } from './types.js';

/** A call that moves nothing so many times in a row never will. */
export const EMPTY_MAX = 100;

export class CheckedReader {
  readonly #argument: string;
  readonly #reader: Reader;

  /** @throws {TypeError} `reader` has no `read`. */
  constructor(argument: string, reader: Reader) {
    if (typeof reader?.read !== 'function') {
      throw new TypeError(`${argument} must be a Reader, an object with read(into), got ${describe(reader)}`);
    }
    this.#argument = argument;
    this.#reader = reader;
  }

  /** Reads at least one byte into `into`, which is not empty; `null` at the end. */
  async read(into: Uint8Array, signal: Signal | undefined): Promise<number | null> {
    for (let tries = 0; tries < EMPTY_MAX; tries++) {
      const count: unknown = await abortable(this.#reader.read(into, callOptions(signal)), signal);
      if (count === null) return null;
      if (!isCount(count, into.length)) {
        throw this.#culprit('read', `returned ${describe(count)} for a buffer of ${into.length} bytes`);
      }
      if (count > 0) return count;
    }
    throw this.#culprit('read', `read 0 bytes ${EMPTY_MAX} times in a row`);
  }

  /** What can be had without waiting; 0 also from a reader that cannot say. */
  tryRead(into: Uint8Array): number | null {
    const reader = this.#reader as Reader & { tryRead?(into: Uint8Array): unknown };
    if (typeof reader.tryRead !== 'function') return 0;
    const count = reader.tryRead(into);
    if (count !== null && !isCount(count, into.length)) {
      throw this.#culprit('tryRead', `returned ${describe(count)} for a buffer of ${into.length} bytes`);
    }
    return count;
  }

  #culprit(member: string, what: string): TypeError {
    return new TypeError(
      `${this.#argument} breaks the contract of a Reader: ${member}() of ${describe(this.#reader)} ${what}`,
    );
  }
}

export class CheckedWriter {
  readonly #argument: string;
  readonly #writer: Writer;

  /** @throws {TypeError} `writer` has no `write`. */
  constructor(argument: string, writer: Writer) {
    if (typeof writer?.write !== 'function') {
      throw new TypeError(
        `${argument} must be a Writer, an object with write(chunk), got ${describe(writer)}`,
      );
    }
    this.#argument = argument;
    this.#writer = writer;
  }

  /** Writes all of `chunk`. */
  async write(chunk: Uint8Array, signal: Signal | undefined): Promise<void> {
    let rest = chunk;
    let empty = 0; // calls in a row that moved nothing
    while (rest.length > 0) {
      const count: unknown = await abortable(this.#writer.write(rest, callOptions(signal)), signal);
      if (!isCount(count, rest.length)) {
        throw this.#culprit(`returned ${describe(count)} for a chunk of ${rest.length} bytes`);
      }
      if (count === rest.length) return;
      empty = count === 0 ? empty + 1 : 0;
      if (empty === EMPTY_MAX) throw this.#culprit(`wrote 0 bytes ${EMPTY_MAX} times in a row`);
      rest = rest.subarray(count);
    }
  }

  #culprit(what: string): TypeError {
    return new TypeError(
      `${this.#argument} breaks the contract of a Writer: write() of ${describe(this.#writer)} ${what}`,
    );
  }
}

/** Closes an end that has a `close()`, and waits for one that takes its time. */
export async function closeEnd(end: Reader | Writer): Promise<void> {
  const { close } = end as { close?: unknown };
  if (typeof close === 'function') await close.call(end);
}

/** Aborts an end that has an `abort()`. What that throws must not hide the `reason`. */
export async function abortEnd(end: Reader | Writer, reason: unknown): Promise<void> {
  const { abort } = end as { abort?: unknown };
  if (typeof abort !== 'function') return;
  try {
    await abort.call(end, reason);
  } catch {}
}

/** No options object without need: a foreign end may look at how many arguments it got. */
function callOptions(signal: Signal | undefined): CallOptions | undefined {
  return signal === undefined ? undefined : { signal };
}

function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

/** `call`, or the signal's reason as soon as it fires: a foreign end need not know what a signal is. */
export function abortable<Value>(call: Promise<Value>, signal: Signal | undefined): Promise<Value> {
  if (signal === undefined) return call;
  return new Promise<Value>((resolve, reject) => {
    const stop = (): void => {
      settle();
      reject(signal.reason);
    };
    let settle = (): void => {};
    Promise.resolve(call).then(
      (value) => {
        settle();
        resolve(value);
      },
      (error) => {
        settle();
        reject(error);
      },
    );
    settle = onAbort(signal, stop); // after: a signal of somebody's own may throw, and the call may still fail
    // The call itself may have fired it.
    if (signal.aborted) stop();
  });
}
