import { describe } from './arguments.js';
import { host } from './host.js';
import { ReaderSource } from './reader-source.js';
import type { Pipe, Reader, Writer } from './types.js';
import type { StreamPair, WebReadableStream, WebWritableStream } from './web-streams.js';
import { WriterSink } from './writer-sink.js';

/**
 * Makes Web streams of ends, for whatever takes those: a `Response`, `pipeThrough`, another worker. A stream takes its
 * end over; use the end no more, but for `unref()`.
 *
 * Of a reader: a byte stream, also for BYOB reads, which are filled without a copy between. It holds nothing: it reads
 * when it is read, so an unbuffered pipe stays a rendezvous, and a writer waits as it would for the reader. The stream
 * ends with the pipe, and fails with the very value that the writer gave to `abort(reason)`; `cancel(reason)` aborts the
 * reader with that reason, and without one, as when a loop over the stream is left, closes it.
 *
 * Of a writer: a `WritableStream` with one chunk under way, a `Uint8Array` or text, lent to the writer until the
 * stream's `write()` settles. Its `close()` waits for `closed` of the writer; `abort(reason)` aborts the writer at once,
 * also while a write waits; and as soon as the reader goes, the stream fails with its reason or `BrokenPipeError`.
 *
 * A stream cannot give up one wait and go on: what ends a single wait of the end, such as a `DeadlockError`, ends the
 * stream, and aborts the end with it.
 *
 * @param end A reader, a writer, or a pair of them such as a pipe or one side of `duplex()`.
 * @returns A stream, or `{ readable, writable }` of a pair: what `pipeThrough()` takes.
 * @throws {TypeError} `end` is none of these, or a reader and a writer in one object, which has to be given as a pair.
 * @example A child of `Response`
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe();
 * const response = new Response(io.toWeb(reader));
 * await Promise.all([writer.write('hello').then(writer.close.bind(writer)), response.text().then(console.log)]);
 * // prints hello
 * ```
 * @example A pipe of 16 bytes between two streams
 * ```ts
 * import * as io from 'pipework';
 *
 * const squeezed = new Blob(['narrow']).stream().pipeThrough(io.toWeb(io.pipe({ capacity: 16 })));
 * console.log(await io.text(squeezed)); // prints narrow
 * ```
 */
export function toWeb(end: Reader): WebReadableStream;
export function toWeb(end: Writer): WebWritableStream;
export function toWeb(end: {
  readonly reader: Reader;
  readonly writer: Writer;
}): StreamPair<WebReadableStream, WebWritableStream>;
export function toWeb(end: Reader | Writer | { readonly reader: Reader; readonly writer: Writer }): unknown {
  const { read, write, reader, writer } = (end ?? {}) as Partial<Reader & Writer & Pipe>;
  if (typeof read === 'function' && typeof write === 'function') {
    throw new TypeError(
      `end must be a Reader or a Writer, got ${describe(end)}, which is both; give { reader: end, writer: end }`,
    );
  }
  if (typeof read === 'function') return readableOf('end', end as Reader);
  if (typeof write === 'function') return writableOf('end', end as Writer);
  if (reader === undefined || writer === undefined) {
    throw new TypeError(
      `end must be a Reader, a Writer or a pair { reader, writer } of them, got ${describe(end)}`,
    );
  }
  return { readable: readableOf('end.reader', reader), writable: writableOf('end.writer', writer) };
}

/** No mark above nothing, which would read ahead. */
function readableOf(argument: string, reader: Reader): unknown {
  return new host.ReadableStream(new ReaderSource(argument, reader), { highWaterMark: 0 });
}

/** One chunk, the one under way: with a mark of 0 the stream would never ask for any. */
function writableOf(argument: string, writer: Writer): unknown {
  return new host.WritableStream(new WriterSink(argument, writer), { highWaterMark: 1 });
}
