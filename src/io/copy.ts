import { checkOptions, checkSignal, checkWhole, describe } from './arguments.js';
import { type ByteSink, type ByteSource, borrowReader, borrowWriter } from './byte-ends.js';
import { abortEnd, CheckedReader, CheckedWriter, closeEnd } from './checked-ends.js';
import { host } from './host.js';
import { onAbort } from './signals.js';
import type { Reader, Signal, Writer } from './types.js';

/** Options of `copy()`. */
export interface CopyOptions {
  /** Stops the copy, which then rejects with the signal's reason. */
  readonly signal?: Signal | undefined;
  /** Copies at most so many bytes, and reads no further; without it, all. */
  readonly limit?: number | undefined;
  /** Called after each piece with the number of bytes copied so far. */
  readonly onProgress?: ((copied: number) => void) | undefined;
  /** Ties the two ends to each other, in both directions; `false` by default. */
  readonly close?: boolean | undefined;
}

/**
 * Copies bytes until the source ends. Either side may be anything that has a `read` or a `write`, or a Web stream of
 * bytes; the source may also be an iterable of bytes, or an async one.
 *
 * Without `close` neither end is closed, as in Go. With it the two are tied, by those of `close()`, `abort(reason)` and
 * `closed` that they have: the end of the source, or the limit, closes both; whatever fails aborts both with the same
 * reason, so that a sink never takes a cut-off stream for a whole one; and a sink whose `closed` rejects stops the copy
 * while it still waits for the source.
 *
 * A stream is locked for the time of the copy. With `close`, to close or abort one is to close or cancel it (a source),
 * to close or abort it (a sink); an iterable is closed by its iterator's `return()`. Without, they are left as they are,
 * to go on with; but what `limit` leaves of a chunk is lost with an iterable, and a stream of whole chunks (no BYOB)
 * stays locked then, so that nobody misses it unawares.
 *
 * @param from Where bytes come from.
 * @param to Where they go; each write is lent a part of one buffer of 64 KiB.
 * @param options.limit In bytes.
 * @returns The number of bytes copied.
 * @throws {TypeError} A wrong argument; or an end that breaks its contract, which the message names.
 * @throws {RangeError} `limit` is no whole number of bytes.
 * @throws What the source or the sink rejects with, as it is; the reason of a fired signal. What the sink had taken by
 * then is what `onProgress` said last, and at most one piece more.
 * @example From one pipe to the next
 * ```ts
 * import * as io from 'pipework';
 *
 * const first = io.pipe({ capacity: 16 });
 * const second = io.pipe();
 * const copied = io.copy(first.reader, second.writer, { close: true });
 * await first.writer.write('hello');
 * first.writer.close();
 * console.log(await io.text(second.reader), await copied); // prints hello 5
 * ```
 * @example From a Web stream, through another one
 * ```ts
 * import * as io from 'pipework';
 *
 * const packing = new CompressionStream('gzip');
 * const packed = io.readAll(packing.readable);
 * const from = new Blob(['aaaaaaaa'.repeat(1000)]).stream();
 * console.log(await io.copy(from, packing.writable, { close: true }), (await packed).length < 100); // prints 8000 true
 * ```
 */
export async function copy(from: ByteSource, to: ByteSink, options: CopyOptions = {}): Promise<number> {
  const source = borrowReader('from', from);
  try {
    const sink = borrowWriter('to', to);
    try {
      return await copyBetween(source.end, sink.end, options);
    } finally {
      sink.release();
    }
  } finally {
    source.release();
  }
}

/** What one read of a copy asks for at most. */
const COPY_SIZE = 65536; // bytes

async function copyBetween(from: Reader, to: Writer, options: CopyOptions): Promise<number> {
  const source = new CheckedReader('from', from);
  const sink = new CheckedWriter('to', to);
  const checked = checkCopyOptions(options);
  const { signal, close } = checked;
  if (!close) return copyPieces(source, sink, { ...checked, stop: signal, reading: signal, writing: signal });
  let stop: Stop | undefined;
  try {
    stop = new Stop(signal, to);
    const pieces = copyPieces(source, sink, {
      ...checked,
      stop: stop.signal,
      reading: stop.signalFor(from),
      writing: stop.signalFor(to),
    });
    const copied = await stop.orElse(pieces);
    await Promise.all([closeEnd(to), closeEnd(from)]);
    return copied;
  } catch (error) {
    await Promise.all([abortEnd(to, error), abortEnd(from, error)]);
    throw error;
  } finally {
    stop?.release();
  }
}

interface Pieces {
  readonly limit: number; // bytes
  readonly onProgress: CopyOptions['onProgress'];
  /** Looked at between calls. */
  readonly stop: Signal | undefined;
  /** For each read, and for each write. */
  readonly reading: Signal | undefined;
  readonly writing: Signal | undefined;
}

async function copyPieces(source: CheckedReader, sink: CheckedWriter, pieces: Pieces): Promise<number> {
  const { limit, onProgress, stop, reading, writing } = pieces;
  if (stop?.aborted) throw stop.reason; // also when the limit is 0
  const buffer = new Uint8Array(Math.min(COPY_SIZE, limit));
  let copied = 0; // bytes
  while (copied < limit) {
    const count = await source.read(part(buffer, limit - copied), reading);
    if (count === null) break;
    if (stop?.aborted) throw stop.reason;
    await sink.write(part(buffer, count), writing);
    copied += count;
    onProgress?.(copied);
    if (stop?.aborted) throw stop.reason;
  }
  return copied;
}

/** The first `length` bytes; most pieces are full, and a view costs more than it looks. */
function part(buffer: Uint8Array, length: number): Uint8Array {
  return length < buffer.length ? buffer.subarray(0, length) : buffer;
}

/**
 * The two things that end a tied copy before its source does: the caller's signal, and a sink that is gone. The copy
 * aborts both ends then, which ends their calls; so those that have an `abort()` need no signal with each call, which takes
 * longer than moving the bytes.
 */
class Stop {
  readonly #controller = new host.AbortController();
  #release: (() => void) | undefined;

  constructor(caller: Signal | undefined, sink: Writer & { readonly closed?: unknown }) {
    const { closed } = sink; // before the caller's signal is listened to: a sink of somebody's own may throw
    if (closed instanceof Promise) closed.catch((reason) => this.#controller.abort(reason));
    if (caller === undefined) return;
    const stop = (): void => this.#controller.abort(caller.reason);
    if (caller.aborted) stop();
    else this.#release = onAbort(caller, stop);
  }

  get signal(): Signal {
    return this.#controller.signal;
  }

  signalFor(end: object): Signal | undefined {
    return typeof (end as { abort?: unknown }).abort === 'function' ? undefined : this.signal;
  }

  /** What `copied` gives, or the reason to stop as soon as there is one: an end need not listen to its `abort()`. */
  orElse(copied: Promise<number>): Promise<number> {
    return new Promise((resolve, reject) => {
      const { signal } = this;
      copied.then(resolve, reject);
      signal.addEventListener('abort', () => reject(signal.reason)); // one that had fired has failed the copy already
    });
  }

  release(): void {
    this.#release?.();
  }
}

function checkCopyOptions(options: CopyOptions) {
  checkOptions('options', options, ['signal', 'limit', 'onProgress', 'close']);
  const { signal, limit = Number.POSITIVE_INFINITY, onProgress, close = false } = options;
  if (signal !== undefined) checkSignal(signal);
  if (limit !== Number.POSITIVE_INFINITY) checkWhole('options.limit', limit, 0);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new TypeError(`options.onProgress must be a function, got ${describe(onProgress)}`);
  }
  if (typeof close !== 'boolean')
    throw new TypeError(`options.close must be a boolean, got ${describe(close)}`);
  return { signal, limit, onProgress, close };
}
