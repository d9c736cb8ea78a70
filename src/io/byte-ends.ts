/**
 * What the toolkit reads from and writes to besides ends: Web streams, and iterables of bytes. Each is made into an end
 * for the time of one call, and given back after it.
 */
import { describe } from './arguments.js';
import { webReader, webWriter } from './from-web.js';
import { IterableReader } from './iterable-reader.js';
import type { Reader, Writer } from './types.js';
import {
  isReadableStream,
  isWritableStream,
  type ReadableStreamLike,
  type WritableStreamLike,
} from './web-streams.js';

/**
 * Anything that the toolkit reads bytes from. A stream is locked for the time of the call. To close an iterable is to
 * call its iterator's `return()`.
 */
export type ByteSource = Reader | ReadableStreamLike | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Anything that `copy` writes bytes to. A stream is locked for the time of the call. */
export type ByteSink = Writer | WritableStreamLike;

/** An end for the time of a call. */
export interface Borrowed<End> {
  readonly end: End;
  /** Gives back what the end was made of. */
  release(): void;
}

/** @throws {TypeError} `source` is nothing to read from; the message names `argument`. */
export function borrowReader(argument: string, source: ByteSource): Borrowed<Reader> {
  if (isReader(source)) return { end: source, release() {} };
  if (isReadableStream(source)) return webReader(argument, source);
  if (isIterable(source)) return { end: new IterableReader(argument, source), release() {} };
  const hint =
    ArrayBuffer.isView(source) || typeof source === 'string' ? '; give it as the only chunk: [chunk]' : '';
  throw new TypeError(
    `${argument} must be a Reader, an object with read(into), a ReadableStream or an iterable of bytes, got ${describe(source)}${hint}`,
  );
}

/** @throws {TypeError} `sink` is nothing to write to; the message names `argument`. */
export function borrowWriter(argument: string, sink: ByteSink): Borrowed<Writer> {
  if (isWriter(sink)) return { end: sink, release() {} };
  if (isWritableStream(sink)) return borrowStream(argument, sink);
  throw new TypeError(
    `${argument} must be a Writer, an object with write(chunk), or a WritableStream, got ${describe(sink)}`,
  );
}

/** Whoever closes a stream wants to know how that went, which a pipe's `close()` does not wait for. */
function borrowStream(argument: string, stream: WritableStreamLike): Borrowed<Writer> {
  const { end: writer, release } = webWriter(argument, stream);
  const end = {
    write: writer.write.bind(writer),
    abort: writer.abort.bind(writer),
    closed: writer.closed,
    close(): Promise<void> {
      writer.close();
      return writer.closed;
    },
  };
  return { end, release };
}

/** A Readable of Node's has a `read` of another kind, but is an iterable. */
function isReader(source: ByteSource): source is Reader {
  const { read, pipe } = (source ?? {}) as { read?: unknown; pipe?: unknown };
  return typeof read === 'function' && typeof pipe !== 'function';
}

function isWriter(sink: ByteSink): sink is Writer {
  return typeof (sink as Writer | null | undefined)?.write === 'function';
}

/** But for text and views, which are iterables of something else. */
function isIterable(source: unknown): source is AsyncIterable<unknown> | Iterable<unknown> {
  if (typeof source !== 'object' || source === null || ArrayBuffer.isView(source)) return false;
  return Symbol.asyncIterator in source || Symbol.iterator in source;
}
