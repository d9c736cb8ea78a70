/**
 * The reading half of a stream that `toNode` makes. Each chunk is memory of its own, so that a consumer may keep it, change
 * it or transfer it.
 */
import type { Readable } from 'node:stream';
import type { PipeReader, Reader } from '../io/index.js';
import { abortEnd, CHUNK_MAX, CheckedReader, closeEnd } from '../io/internal.js';
import { reasonOf, streamError } from './stream-error.js';

export class ReadHalf {
  readonly #reader: Reader;
  readonly #tryNext: () => Uint8Array | null | undefined;
  readonly #next: () => Promise<Uint8Array | null>;
  readonly #stop = new AbortController();
  #tried = 0; // chunks in a row that nobody waited for

  constructor(reader: Reader) {
    this.#reader = reader;
    const isOurs = isPipeReader(reader);
    this.#tryNext = isOurs ? () => tryChunk(reader) : () => undefined;
    this.#next = isOurs ? chunksOf(reader) : piecesOf(reader, this.#stop.signal);
  }

  /**
   * A stream that nobody asks for more learns from `closed` that its writer has failed; with something left to read, when that
   * has been read.
   */
  destroyWhenFailed(stream: Readable): void {
    if (!isPipeReader(this.#reader)) return;
    // Neither is held: a stream that was dropped is collected, and its reader with it, of which the writer is told.
    const held = new WeakRef(this.#reader);
    const dropped = new WeakRef(stream);
    this.#reader.closed.catch(() => {
      const stream = dropped.deref();
      if (stream === undefined || stream.readableLength > 0) return;
      try {
        held.deref()?.tryRead(NOTHING);
      } catch (reason) {
        stream.destroy(streamError(reason));
      }
    });
  }

  /** Somebody wants a chunk: `stream` gets one, or its end. What is there it gets before this returns. */
  read(stream: Readable): void {
    // A flowing stream asks again at once, and a kernel's pipe may have more for ever: a read gives others their turn.
    if (this.#tried++ < TRIES_MAX) {
      try {
        const chunk = this.#tryNext();
        if (chunk !== undefined) {
          stream.push(chunk);
          return;
        }
      } catch (reason) {
        stream.destroy(streamError(reason));
        return;
      }
    }
    this.#tried = 0;
    this.#next().then(
      (chunk) => stream.push(chunk),
      (reason) => stream.destroy(streamError(reason)),
    );
  }

  /** The stream is over: cut off with `error`, or whole, or not wanted any more. */
  end(error: Error | null): Promise<void> {
    const done = error === null ? closeEnd(this.#reader) : abortEnd(this.#reader, reasonOf(error));
    // A reader of somebody's own may have nothing to close: what is still asked of it is given up, and takes no bytes.
    this.#stop.abort(error ?? undefined);
    return done;
  }
}

function isPipeReader(reader: Reader): reader is PipeReader {
  const { tryRead, [Symbol.asyncIterator]: iterate } = reader as Partial<PipeReader>;
  return typeof tryRead === 'function' && typeof iterate === 'function';
}

const NOTHING = new Uint8Array(0);

const TRIES_MAX = 16; // at most 1 MiB

/** What is there now, as a chunk; `null` at the end, `undefined` when there is nothing. */
function tryChunk(reader: PipeReader): Uint8Array | null | undefined {
  const count = reader.tryRead(scratch);
  if (count === null) return null;
  return count === 0 ? undefined : scratch.slice(0, count);
}

/** Used between two lines, never across a call. */
const scratch = new Uint8Array(CHUNK_MAX);

/** An end of a pipe gives chunks that are as long as what is there, copied once. */
function chunksOf(reader: PipeReader): () => Promise<Uint8Array | null> {
  const iterator = reader[Symbol.asyncIterator]();
  return async () => {
    const { done, value } = await iterator.next();
    return done ? null : value;
  };
}

/** Anybody's reader fills a buffer, from which what came is copied. */
function piecesOf(reader: Reader, signal: AbortSignal): () => Promise<Uint8Array | null> {
  const checked = new CheckedReader('reader', reader);
  const buffer = new Uint8Array(CHUNK_MAX);
  return async () => {
    const count = await checked.read(buffer, signal);
    return count === null ? null : buffer.slice(0, count);
  };
}
