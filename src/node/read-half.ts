/** The reading half of a stream that `toNode` makes. */
import type { Readable } from 'node:stream';
import type { PipeReader, Reader } from '../io/index.js';
import { abortEnd, CHUNK_MAX, CheckedReader, closeEnd } from '../io/internal.js';
import { reasonOf, streamError } from './stream-error.js';

export class ReadHalf {
  readonly #reader: Reader;
  readonly #tryRead: (into: Uint8Array) => number | null;
  readonly #read: (into: Uint8Array) => Promise<number | null>;
  readonly #stop = new AbortController();
  #buffer: Buffer | undefined; // ours until a chunk fills most of it, and then the consumer's
  #size = BUFFER_MIN; // bytes of the next buffer: many streams may wait for little
  #tries = 0; // in a row that gave something
  #onRead: ((count: number | null) => void) | undefined;
  #onFailure: ((reason: unknown) => void) | undefined;

  constructor(reader: Reader) {
    this.#reader = reader;
    if (isPipeReader(reader)) {
      this.#tryRead = (into) => reader.tryRead(into);
      this.#read = (into) => reader.read(into);
    } else {
      const checked = new CheckedReader('reader', reader);
      this.#tryRead = () => 0;
      this.#read = (into) => checked.read(into, this.#stop.signal);
    }
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
    this.#buffer ??= Buffer.alloc(this.#size);
    const buffer = this.#buffer;
    try {
      // A flowing stream asks again at once, and a kernel's pipe may have more for ever: a read gives others their turn.
      const count = this.#tries < TRIES_MAX ? this.#tryRead(buffer) : 0;
      if (count !== 0) {
        this.#tries++;
        stream.push(this.#chunkOf(buffer, count));
        return;
      }
    } catch (reason) {
      stream.destroy(streamError(reason));
      return;
    }
    this.#tries = 0;
    // Made once: two closures for each chunk are a part of what it costs.
    this.#onRead ??= (count) => stream.push(this.#chunkOf(this.#buffer as Buffer, count));
    this.#onFailure ??= (reason) => stream.destroy(streamError(reason));
    this.#read(buffer).then(this.#onRead, this.#onFailure);
  }

  /** The stream is over: cut off with `error`, or whole, or not wanted any more. */
  end(error: Error | null): Promise<void> {
    const done = error === null ? closeEnd(this.#reader) : abortEnd(this.#reader, reasonOf(error));
    // A reader of somebody's own may have nothing to close: what is still asked of it is given up, and takes no bytes.
    this.#stop.abort();
    return done;
  }

  /** What was read, in memory that is the consumer's from now on; nothing at the end. */
  #chunkOf(buffer: Buffer, count: number | null): Buffer | null {
    if (count === null) return null;
    if (count === buffer.length) this.#size = Math.min(this.#size * BUFFER_GROWTH, CHUNK_MAX);
    if (count > buffer.length / 2) {
      this.#buffer = undefined;
      kept[0] = buffer;
      return count === buffer.length ? buffer : buffer.subarray(0, count);
    }
    const chunk = Buffer.allocUnsafe(count);
    buffer.copy(chunk, 0, 0, count);
    return chunk;
  }
}

/**
 * Never read: while one chunk is alive, glibc does not give the memory of all the others back to the system at each collection
 * and take it again, which took as long as all the rest.
 */
const kept: Buffer[] = [];

const NOTHING = new Uint8Array(0);

const BUFFER_MIN = 4096; // bytes
const BUFFER_GROWTH = 4;
const TRIES_MAX = 16; // at most 1 MiB

function isPipeReader(reader: Reader): reader is PipeReader {
  const { tryRead, closed } = reader as Partial<PipeReader>;
  return typeof tryRead === 'function' && closed instanceof Promise;
}
