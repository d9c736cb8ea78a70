import { checkOptions, describe } from './arguments.js';
import { FedReader } from './fed-reader.js';
import { MemoryPipe } from './memory-pipe.js';
import { MemoryWriter } from './memory-writer.js';
import { StreamDrain } from './stream-drain.js';
import { StreamFeed } from './stream-feed.js';
import type { Pipe, PipeReader, PipeWriter } from './types.js';
import {
  isReadableStream,
  isWritableStream,
  type ReadableStreamLike,
  type StreamPair,
  type WritableStreamLike,
} from './web-streams.js';

/** Options of `fromWeb()`. */
export interface FromWebOptions {
  /** What reports call the end; `pipe#7` without it. */
  readonly name?: string | undefined;
}

/**
 * Makes an end with the whole contract of a Web stream of bytes, and locks the stream to it: a reader of a
 * `ReadableStream`, a writer of a `WritableStream`, both of a `{ readable, writable }` pair such as a `TransformStream`.
 *
 * Reader: reads the stream when a read waits, and no further; a stream that gives BYOB readers is asked for just the bytes
 * that are wanted, into memory of the reader's own, so that what is lent to `read` is never detached. What a chunk has
 * more, or brings for a read that was given up, is kept for the next read. `close()` cancels the stream, `abort(reason)`
 * with that reason; a stream that fails makes reads reject with its very reason, after what had come before.
 *
 * Writer: the stream gets one chunk at a time, a copy, since it may keep what it is given; `write` settles when the stream
 * has taken it. `close()` closes the stream and `closed` waits for that; `abort(reason)` aborts it; a stream that fails
 * makes writes, and `closed`, reject with its very reason.
 *
 * What no stream lets an end keep: `tryRead` gives only what is left of a chunk; `tryWrite` moves a whole chunk, and only
 * while the stream asks for one, into its queue; a write that is given up while the stream has its chunk is still written,
 * and counted when it is; what went of a chunk that an `abort` cut off is not known; of a stream that has failed, what it
 * had in its own queue is lost; and each side may know of the other's close a few turns later.
 *
 * @param stream A stream that nobody has locked. One that has failed already makes every call reject with its reason.
 * @param options.name What reports call the end.
 * @returns A `PipeReader`, a `PipeWriter`, or `{ reader, writer }` of a pair.
 * @throws {TypeError} `stream` is no stream, or is locked; or a wrong option.
 * @throws {TypeError} From reads: a chunk that is no `Uint8Array`, or nothing but empty ones; the stream is cancelled.
 * @example Read a body without losing or copying more than was asked for
 * ```ts
 * import * as io from 'pipework';
 *
 * const { body } = new Response('4:rest of the message');
 * const reader = io.fromWeb(body as ReadableStream);
 * const header = new Uint8Array(2);
 * await io.readFull(reader, header);
 * console.log(await io.text(reader)); // prints rest of the message
 * ```
 * @example Through a transform
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.fromWeb(new CompressionStream('gzip'));
 * const packed = io.readAll(reader);
 * await writer.write('aaaaaaaa'.repeat(1000));
 * writer.close();
 * console.log((await packed).length < 100); // prints true
 * ```
 */
export function fromWeb(stream: ReadableStreamLike, options?: FromWebOptions): PipeReader;
export function fromWeb(stream: WritableStreamLike, options?: FromWebOptions): PipeWriter;
export function fromWeb(stream: StreamPair, options?: FromWebOptions): Pipe;
export function fromWeb(
  stream: ReadableStreamLike | WritableStreamLike | StreamPair,
  options: FromWebOptions = {},
): PipeReader | PipeWriter | Pipe {
  checkOptions('options', options, ['name']);
  const { name } = options;
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`options.name must be a string, got ${describe(name)}`);
  }
  if (isReadableStream(stream)) return webReader('stream', stream, name).end;
  if (isWritableStream(stream)) return webWriter('stream', stream, name).end;
  const { readable, writable } = (stream ?? {}) as Partial<StreamPair>;
  if (!isReadableStream(readable) || !isWritableStream(writable)) {
    throw new TypeError(
      `stream must be a ReadableStream, a WritableStream or a pair { readable, writable } of them, got ${describe(stream)}`,
    );
  }
  checkUnlocked('stream.writable', writable); // before the other is locked
  return {
    reader: webReader('stream.readable', readable, name).end,
    writer: webWriter('stream.writable', writable, name).end,
  };
}

/** An end of a stream that was locked for it, and how to unlock the stream. */
export interface WebEnd<End> {
  readonly end: End;
  release(): void;
}

/** @throws {TypeError} `stream` is locked. */
export function webReader(argument: string, stream: ReadableStreamLike, name?: string): WebEnd<PipeReader> {
  checkUnlocked(argument, stream);
  const pipe = new MemoryPipe(name, undefined);
  const feed = new StreamFeed(argument, stream, pipe);
  const reader = new FedReader(pipe, feed);
  pipe.attach({ reader });
  pipe.watchEnds(); // the stream is there already, and somebody may be waiting behind it
  return { end: reader, release: () => feed.release() };
}

/** @throws {TypeError} `stream` is locked. */
export function webWriter(argument: string, stream: WritableStreamLike, name?: string): WebEnd<PipeWriter> {
  checkUnlocked(argument, stream);
  const drain = new StreamDrain(stream, name);
  const writer = new MemoryWriter(drain);
  drain.attach({ writer });
  drain.watchEnds(); // as above
  return { end: writer, release: () => drain.release() };
}

function checkUnlocked(argument: string, stream: ReadableStreamLike | WritableStreamLike): void {
  if (!stream.locked) return;
  throw new TypeError(
    `${argument} must be a stream that nobody has locked, got a locked ${describe(stream)}`,
  );
}
