import { Duplex, Readable, Writable } from 'node:stream';
import type { Reader, Writer } from '../io/index.js';
import { checkOptions, checkWhole, describe } from '../io/internal.js';
import { ReadHalf } from './read-half.js';
import { WriteHalf } from './write-half.js';

/** Options of `toNode()`. */
export interface ToNodeOptions {
  /**
   * Bytes that the stream itself holds before it asks for no more, or asks its writer to wait; 0 by default, so that the
   * pipe is the only buffer.
   */
  readonly highWaterMark?: number | undefined;
}

/**
 * Makes a stream of Node's of an end of a pipe, or of both ends of a connection. The stream takes the end over: it is
 * closed or aborted with it, and nobody else should use it meanwhile.
 *
 * - Of a reader comes a `Readable`. It reads when somebody wants a chunk, at most 64 KiB, and nothing ahead; the chunks are
 *   the consumer's to keep. After the end, or `destroy()`, the reader is closed; after `destroy(error)` it is aborted with that
 *   very `error`, which is an `AbortError` of Node's when a `for await` is left early. A writer's reason destroys the stream as
 *   it is, behind what was written before it.
 * - Of a writer comes a `Writable`. `write` returns `false` until the pipe has taken the chunk. `end()` closes the writer,
 *   and 'finish' says that its `closed` has resolved. `destroy(error)` aborts it with that very `error`, and `destroy()`
 *   before 'finish' with an `AbandonedPipeError`, so that a cut-off stream never looks whole. A reader that goes destroys
 *   the stream at once, also while nobody writes.
 * - Of `{ reader, writer }` comes a `Duplex` of both. Its writer learns that its reader has gone when it writes, so that what
 *   still comes in is not lost.
 *
 * A reason that `destroy()` would take for none (`null`, 0, '') becomes the `cause` of an `Error`.
 *
 * @param end Anything with `read(into)`, or with `write(chunk)`, or with both such things as `reader` and `writer`.
 * @param options.highWaterMark In bytes, of either direction: what the stream may hold besides the pipe. With 0 a Node stream
 * still holds one chunk: that which somebody listens for as 'readable', or that which is being written.
 * @returns The stream.
 * @throws {TypeError} `end` is none of these, or more than one of them; or a wrong option.
 * @throws {RangeError} `highWaterMark` is no whole number of bytes.
 * @example In a pipeline
 * ```ts
 * import { pipeline } from 'node:stream/promises';
 * import { createGunzip, createGzip } from 'node:zlib';
 * import * as io from 'pipework';
 * import * as node from 'pipework/node';
 *
 * const plain = io.pipe();
 * const restored = io.pipe();
 * const done = pipeline(
 *   node.toNode(plain.reader),
 *   createGzip(),
 *   createGunzip(),
 *   node.toNode(restored.writer),
 * );
 * const received = io.text(restored.reader);
 * await plain.writer.write('there and back');
 * plain.writer.close();
 * await done;
 * console.log(await received); // prints there and back
 * ```
 * @example An error arrives as it is
 * ```ts
 * import * as io from 'pipework';
 * import * as node from 'pipework/node';
 *
 * const { reader, writer } = io.pipe();
 * const reason = new Error('disk full');
 * node.toNode(reader).destroy(reason).on('error', () => {});
 * console.log((await writer.write('more').catch((error) => error)) === reason); // prints true
 * ```
 */
export function toNode(reader: Reader, options?: ToNodeOptions): Readable;
export function toNode(writer: Writer, options?: ToNodeOptions): Writable;
export function toNode(
  ends: { readonly reader: Reader; readonly writer: Writer },
  options?: ToNodeOptions,
): Duplex;
export function toNode(end: unknown, options: ToNodeOptions = {}): Readable | Writable {
  checkOptions('options', options, ['highWaterMark']);
  const { highWaterMark = 0 } = options;
  checkWhole('options.highWaterMark', highWaterMark, 0);
  const { reader, writer } = halvesOf(end);
  if (writer === undefined) return readableOf(reader as Reader, highWaterMark);
  return reader === undefined ? writableOf(writer, highWaterMark) : duplexOf(reader, writer, highWaterMark);
}

interface Halves {
  readonly reader?: Reader;
  readonly writer?: Writer;
}

function halvesOf(end: unknown): Halves {
  const given = (end ?? {}) as Partial<Reader & Writer & Required<Halves>> & { pipe?: unknown };
  const isReader = typeof given.read === 'function';
  const isWriter = typeof given.write === 'function';
  if (typeof given.pipe === 'function') {
    throw new TypeError(
      `end must be an end of a pipe, got ${describe(end)}, which is a stream of Node's already`,
    );
  }
  if (isReader && isWriter) {
    throw new TypeError(
      `end must be a Reader or a Writer, got ${describe(end)}, which is both; for a Duplex pass { reader: it, writer: it }`,
    );
  }
  if (isReader) return { reader: given as Reader };
  if (isWriter) return { writer: given as Writer };
  const { reader, writer } = given;
  if (typeof reader?.read === 'function' && typeof writer?.write === 'function') return { reader, writer };
  throw new TypeError(
    `end must be a Reader, an object with read(into), or a Writer, an object with write(chunk), or { reader, writer }, got ${describe(end)}`,
  );
}

function readableOf(reader: Reader, highWaterMark: number): Readable {
  const half = new ReadHalf(reader);
  const stream = new Readable({
    highWaterMark,
    read() {
      half.read(this);
    },
    destroy(error, callback) {
      half.end(error).then(() => callback(error), callback);
    },
  });
  half.destroyWhenFailed(stream);
  return stream;
}

function writableOf(writer: Writer, highWaterMark: number): Writable {
  const half = new WriteHalf(writer);
  const stream = new Writable({
    highWaterMark,
    write(chunk, _, callback) {
      half.write(chunk, callback);
    },
    final(callback) {
      half.close(callback);
    },
    destroy(error, callback) {
      half.end(error, this.writableFinished).then(() => callback(error), callback);
    },
  });
  half.destroyWhenBroken(stream);
  return stream;
}

function duplexOf(reader: Reader, writer: Writer, highWaterMark: number): Duplex {
  const readHalf = new ReadHalf(reader);
  const writeHalf = new WriteHalf(writer);
  return new Duplex({
    highWaterMark,
    read() {
      readHalf.read(this);
    },
    write(chunk, _, callback) {
      writeHalf.write(chunk, callback);
    },
    final(callback) {
      writeHalf.close(callback);
    },
    destroy(error, callback) {
      Promise.all([readHalf.end(error), writeHalf.end(error, this.writableFinished)]).then(
        () => callback(error),
        callback,
      );
    },
  });
}
