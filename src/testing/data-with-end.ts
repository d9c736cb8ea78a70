import type { CallOptions, Reader } from '../io/index.js';
import { checkBytes, describe, EMPTY_MAX } from '../io/internal.js';
import { checkEnd } from './check-end.js';
import { inOrder } from './in-order.js';

/**
 * Knows of the end together with the last bytes: Go's `iotest.DataErrReader`. In Go one read may give both; here the end
 * is a `null` of its own, so this is what it comes to: a read that gives the last bytes settles only when the stream
 * behind it has ended or failed, and the next read says so without asking it again. Finds code that drops the data of
 * its last read once it learns, from elsewhere, that the stream is over.
 *
 * It reads ahead, one read of the source, so each read waits for what comes after its own bytes; code where a peer
 * answers only what it was asked stands still behind it. Reads are served one after the other. A signal that fires
 * while only the look ahead waits gives up that look, and the bytes are handed out.
 *
 * @param reader Where the bytes come from; left open.
 * @returns A reader that is always one read ahead.
 * @throws {TypeError} `reader` is none. A read rejects with one, which names `reader`, when that gives 0 bytes a hundred
 * times in a row.
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import { dataWithEnd } from 'pipework/testing';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('hello');
 * const got = dataWithEnd(reader).read(new Uint8Array(5));
 * let isOver = false;
 * reader.closed.then(() => (isOver = true));
 * writer.close();
 * console.log(await got, isOver); // prints 5 true
 * ```
 */
export function dataWithEnd(reader: Reader): Reader {
  checkEnd('reader', reader, 'read');
  const source = new ReadAhead(reader);
  return {
    read: inOrder(async (into, options) => {
      checkBytes('into', into);
      return source.read(into, options);
    }),
  };
}

/** What one look ahead asks for at most. */
const AHEAD_SIZE = 4096; // bytes

class ReadAhead {
  readonly #reader: Reader;
  readonly #buffer = new Uint8Array(AHEAD_SIZE);
  #ahead: Uint8Array = this.#buffer.subarray(0, 0); // read from the source, not yet handed out
  #end: { readonly failed: boolean; readonly reason?: unknown } | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  async read(into: Uint8Array, options: CallOptions | undefined): Promise<number | null> {
    if (into.length > 0 && this.#ahead.length === 0 && this.#end === undefined) {
      // Nothing is in hand yet: what this read of the source rejects with, a fired signal too, is this read's own.
      await this.#look(options, false);
    }
    if (this.#ahead.length === 0 && this.#end !== undefined) return this.#over();
    if (options?.signal?.aborted) throw options.signal.reason;
    if (into.length === 0) return 0;
    const piece = this.#ahead.subarray(0, into.length);
    into.set(piece);
    this.#ahead = this.#ahead.subarray(piece.length);
    if (this.#ahead.length === 0 && this.#end === undefined) await this.#look(options, true);
    return piece.length;
  }

  /** Reads on until there are bytes, or the end; a reader that gives neither for ever has failed. */
  async #look(options: CallOptions | undefined, hasData: boolean): Promise<void> {
    try {
      let count: number | null = 0;
      for (let tries = 0; count === 0 && tries < EMPTY_MAX; tries++) {
        count = await this.#reader.read(this.#buffer, options);
      }
      if (count === 0) throw this.#culprit();
      if (count === null) this.#end = { failed: false };
      else this.#ahead = this.#buffer.subarray(0, count);
    } catch (reason) {
      if (!options?.signal?.aborted) this.#end = { failed: true, reason };
      else if (!hasData) throw reason;
    }
  }

  #culprit(): TypeError {
    return new TypeError(
      `reader breaks the contract of a Reader: read() of ${describe(this.#reader)} read 0 bytes ${EMPTY_MAX} times in a row`,
    );
  }

  #over(): null {
    if (this.#end?.failed) throw this.#end.reason;
    return null;
  }
}
