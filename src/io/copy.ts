import { checkType, limitOf, signalOf } from './arguments.js';
import { openBypass } from './bypass.js';
import { type ByteSink, type ByteSource, borrowWriter } from './byte-ends.js';
import { abortEnd, CheckedWriter, closeEnd, onFailure } from './checked-ends.js';
import { CHUNK_MAX } from './chunk-iterator.js';
import { host } from './host.js';
import { onAbort } from './signals.js';
import { TakenSource } from './taken-source.js';
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
 * @param to Where they go; each write is lent a part of one buffer of 64 KiB. Between two memory pipes, bytes go past that
 * buffer when the far side takes them at once: then they are copied once for both pipes.
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
  const source = new TakenSource('from', from);
  try {
    const sink = borrowWriter('to', to);
    try {
      return await copyBetween(source, new CheckedWriter('to', sink.end), options);
    } finally {
      sink.release();
    }
  } finally {
    source.release();
  }
}

async function copyBetween(source: TakenSource, sink: CheckedWriter, options: CopyOptions): Promise<number> {
  const checked = checkCopyOptions(options);
  const { signal } = checked;
  if (!checked.close) return copyPieces(source, sink, checked, signal);
  const { reader: from } = source;
  const { writer: to } = sink;
  let release: (() => void) | undefined;
  try {
    const copied = await new Promise<number>((resolve, reject) => {
      const controller = new host.AbortController();
      // An end need not listen to its `abort()`: the copy is over at once.
      const stop = (reason: unknown): void => {
        reject(reason); // before the controller, which makes an AbortError of `undefined`
        controller.abort(reason);
      };
      // Before the caller's signal is listened to: a sink of somebody's own may throw.
      onFailure(to, async (reason) => {
        // As many steps as an error of the source takes to come here: whoever failed first is heard first.
        for (let steps = hasAbort(from) ? 2 : 3; steps > 0; steps--) await undefined;
        stop(reason);
      });
      if (signal?.aborted) stop(signal.reason);
      else if (signal !== undefined) release = onAbort(signal, () => stop(signal.reason));
      copyPieces(source, sink, checked, controller.signal).then(resolve, reject);
    });
    await Promise.all([closeEnd(to), closeEnd(from)]);
    return copied;
  } catch (error) {
    await Promise.all([abortEnd(to, error), abortEnd(from, error)]);
    throw error;
  } finally {
    release?.();
  }
}

async function copyPieces(
  source: TakenSource,
  sink: CheckedWriter,
  { limit, onProgress, close }: ReturnType<typeof checkCopyOptions>,
  stop: Signal | undefined,
): Promise<number> {
  // A tied copy aborts both ends when it is to stop, which ends their calls; so those that have an `abort()` need no signal
  // with each call, which takes longer than moving the bytes.
  const signalFor = (end: Reader | Writer): Signal | undefined => (close && hasAbort(end) ? undefined : stop);
  const reading = signalFor(source.reader);
  const writing = signalFor(sink.writer);
  const buffer = new Uint8Array(Math.min(CHUNK_MAX, limit));
  let copied = 0; // bytes
  // What is to be counted piece by piece does not go past the buffer.
  const isPlain = limit === Number.POSITIVE_INFINITY && onProgress === undefined;
  const onPass = (count: number): void => {
    copied += count;
  };
  const closeBypass = isPlain ? openBypass(source.reader, sink.writer, buffer, stop, onPass) : undefined;
  try {
    for (;;) {
      if (stop?.aborted) throw stop.reason; // also when the limit is 0
      if (copied === limit) return copied;
      const count = await source.read(part(buffer, limit - copied), reading);
      if (count === null) return copied;
      if (stop?.aborted) throw stop.reason;
      await sink.write(part(buffer, count), writing);
      copied += count;
      onProgress?.(copied);
    }
  } finally {
    closeBypass?.();
  }
}

function hasAbort(end: Reader | Writer): boolean {
  return typeof (end as { abort?: unknown }).abort === 'function';
}

/** The first `length` bytes; most pieces are full, and a view costs more than it looks. */
function part(buffer: Uint8Array, length: number): Uint8Array {
  return length < buffer.length ? buffer.subarray(0, length) : buffer;
}

function checkCopyOptions(options: CopyOptions) {
  const signal = signalOf(options, ['signal', 'limit', 'onProgress', 'close']);
  const limit = limitOf('options.limit', options.limit);
  const { onProgress, close = false } = options;
  if (onProgress !== undefined) checkType('options.onProgress', onProgress, 'function');
  checkType('options.close', close, 'boolean');
  return { signal, limit, onProgress, close };
}
