import type { Duplex, Readable, Writable } from 'node:stream';
import type { Pipe, PipeReader, PipeWriter } from '../io/index.js';
import { checkOptions, describe, MemoryReader } from '../io/internal.js';
import { NodeSink } from './node-sink.js';
import { NodeSource } from './node-source.js';
import { NodeWriter } from './node-writer.js';

/** Options of `fromNode()`. */
export interface FromNodeOptions {
  /** What reports call the ends; `pipe#7` without it. */
  readonly name?: string | undefined;
  /**
   * The one side that is wanted of a stream that has two. What node:child_process calls a Readable or a Writable, `stdout`
   * and `stdin` of a child, are sockets and have both.
   */
  readonly side?: 'readable' | 'writable' | undefined;
}

/**
 * Makes an end of a pipe of a stream of Node's: of a `Readable` a reader, of a `Writable` a writer, of a `Duplex` both. It
 * takes the stream over; nobody else should read it or write to it.
 *
 * Both keep the contract, with what a stream can do:
 * - A read takes from the stream when it needs something, and what is left of a chunk stays for the next. Nothing is asked of
 *   the stream before the first read; from then on it reads ahead as far as its own `highWaterMark`.
 * - A write resolves when the stream has called back for its last byte, and rejects with the error of the stream. Since a
 *   stream may keep what it was given for longer, it gets copies, of at most 64 KiB each, and none while it asks to wait.
 * - An error of the stream is what the end's calls reject with, that very value; `abort(reason)` destroys the stream with that
 *   very `reason`. A stream that was destroyed without one is an `AbandonedPipeError` to a reader, and to a writer a
 *   `BrokenPipeError`; so is one that was destroyed before.
 * - `close()` of a reader destroys the stream. Of a duplex stream it does so once its writer is done too; until then what comes
 *   in waits in the stream. `close()` of a writer ends the stream, and `closed` resolves at 'finish'.
 *
 * What it cannot keep: a stream that is destroyed drops what it holds, so after `writer.abort()` bytes that were written need
 * not arrive; the end of a stream shows one turn of the event loop after its last byte, and so does what the stream's other
 * side does; a write that was given up may still send what the stream has of it; `unref()` is for the deadlock report alone,
 * a socket has its own.
 *
 * @param stream A stream of bytes that has not been read from or ended by others.
 * @param options.name What reports call it.
 * @param options.side The one side that is wanted of a stream that has two.
 * @returns The end, or both.
 * @throws {TypeError} `stream` is no stream, lacks the `side`, has `objectMode`, or has an encoding, so that it gives text; or a wrong option.
 * @example A process writes, and its output is read to the byte
 * ```ts
 * import { spawn } from 'node:child_process';
 * import * as io from 'pipework';
 * import * as node from 'pipework/node';
 *
 * const { stdout } = spawn('echo', ['hello'], { stdio: ['ignore', 'pipe', 'inherit'] });
 * const reader = node.fromNode(stdout, { side: 'readable' });
 * const into = new Uint8Array(2);
 * await io.readFull(reader, into);
 * console.log(into, await io.text(reader)); // prints Uint8Array(2) [ 104, 101 ] llo
 * ```
 * @example A transform of Node's between two of our ends
 * ```ts
 * import { createGzip, gunzipSync } from 'node:zlib';
 * import * as io from 'pipework';
 * import * as node from 'pipework/node';
 *
 * const { reader, writer } = node.fromNode(createGzip());
 * const packed = io.readAll(reader);
 * await writer.write('hello');
 * writer.close();
 * console.log(gunzipSync(await packed).toString()); // prints hello
 * ```
 */
export function fromNode(
  stream: Readable,
  options: FromNodeOptions & { readonly side: 'readable' },
): PipeReader;
export function fromNode(
  stream: Writable,
  options: FromNodeOptions & { readonly side: 'writable' },
): PipeWriter;
export function fromNode(stream: Duplex, options?: FromNodeOptions): Pipe;
export function fromNode(stream: Readable, options?: FromNodeOptions): PipeReader;
export function fromNode(stream: Writable, options?: FromNodeOptions): PipeWriter;
export function fromNode(
  stream: Readable | Writable,
  options: FromNodeOptions = {},
): Pipe | PipeReader | PipeWriter {
  checkOptions('options', options, ['name', 'side']);
  const { name, side } = options;
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`options.name must be a string, got ${describe(name)}`);
  }
  if (side !== undefined && side !== 'readable' && side !== 'writable') {
    throw new TypeError(`options.side must be 'readable' or 'writable', got ${describe(side)}`);
  }
  const { readable, writable } = sidesOf(stream, side);
  if (readable === undefined) return writerOf(new NodeSink(writable as Writable, name));
  if (writable === undefined) return readerOf(new NodeSource(readable, name));
  const source = new NodeSource(readable, name);
  const sink = new NodeSink(writable, name);
  // To stop reading is no reason to stop writing, and the other way round.
  const destroyWhenDone = (): void => {
    if (source.readerState !== 'open' && sink.isDone) stream.destroy();
  };
  source.onClosed = destroyWhenDone;
  sink.onDone = destroyWhenDone;
  return { reader: readerOf(source), writer: writerOf(sink) };
}

function readerOf(source: NodeSource): PipeReader {
  const reader = new MemoryReader(source);
  source.attach({ reader });
  return reader;
}

function writerOf(sink: NodeSink): PipeWriter {
  const writer = new NodeWriter(sink);
  sink.attach({ writer });
  return writer;
}

interface Sides {
  readonly readable?: Readable;
  readonly writable?: Writable;
}

/** A stream is what it can do: a response of http is no Writable by its class, and npm has classes of its own. */
function sidesOf(stream: unknown, side: FromNodeOptions['side']): Sides {
  const given = (stream ?? {}) as Partial<Duplex>;
  const isEmitter = typeof given.on === 'function' && typeof given.destroy === 'function';
  const canRead = isEmitter && typeof given.read === 'function';
  const canWrite = isEmitter && typeof given.write === 'function' && typeof given.end === 'function';
  const isReadable = canRead && side !== 'writable';
  const isWritable = canWrite && side !== 'readable';
  if (!isReadable && !isWritable) {
    const wanted = side === undefined ? 'a Readable, a Writable or a Duplex' : `a stream that is ${side}`;
    throw new TypeError(`stream must be ${wanted}, got ${describe(stream)}`);
  }
  // Streams by streamx, say, which never tell when a chunk was taken.
  if (isWritable && typeof given.writableHighWaterMark !== 'number') {
    throw new TypeError(
      `stream must be a Writable as Node's are, got ${describe(stream)} without writableHighWaterMark; use pipeline(toNode(reader), stream)`,
    );
  }
  if (given.readableObjectMode === true || given.writableObjectMode === true) {
    throw new TypeError(`stream must be one of bytes, got ${describe(stream)} in objectMode`);
  }
  if (given.readableEncoding) {
    throw new TypeError(
      `stream must be one of bytes, got ${describe(stream)} with the encoding '${given.readableEncoding}', which gives text`,
    );
  }
  return {
    ...(isReadable && { readable: given as Duplex }),
    ...(isWritable && { writable: given as Duplex }),
  };
}
