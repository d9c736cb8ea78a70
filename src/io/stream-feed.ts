/**
 * Fills the pipe of a reader from a ReadableStream: one read of the stream whenever a read waits, and none ahead. What a
 * chunk has more than was asked for stays in the pipe as a write that waits, for the next read; so does a chunk whose
 * read was given up meanwhile.
 */
import { checkBytes } from './arguments.js';
import { EMPTY_MAX } from './checked-ends.js';
import { CHUNK_MAX } from './chunk-iterator.js';
import type { MemoryPipe } from './memory-pipe.js';
import { NONE } from './sides.js';
import type { ReadableStreamLike, StreamReader } from './web-streams.js';

export class StreamFeed {
  readonly #argument: string;
  readonly #pipe: MemoryPipe;
  readonly #reader: StreamReader;
  readonly #isByob: boolean;
  #memory = new ArrayBuffer(0); // our own, for BYOB reads
  #isPulling = false;
  #isOver = false; // nothing comes after what is in the pipe

  /** Locks `stream`. The pipe is unbuffered, and this is its writer. */
  constructor(argument: string, stream: ReadableStreamLike, pipe: MemoryPipe) {
    this.#argument = argument;
    this.#pipe = pipe;
    [this.#reader, this.#isByob] = readerOf(stream);
    pipe.writerRefed = false; // what waits to be read is no deadlock
    // The reader is gone, by close() or with a reason.
    pipe.writerClosed.promise.catch(() =>
      this.#cancel(pipe.readerReason === NONE ? undefined : pipe.readerReason),
    );
    this.#reader.closed.then(
      () => this.#end(),
      (reason) => this.#fail(reason),
    );
  }

  /** To be called after each call that may wait: reads on if it does. */
  pull(): void {
    if (!this.#isPulling && this.#pipe.wanted > 0) void this.#feed();
  }

  /**
   * Gives the stream back to whoever has it. Not when bytes of it are here that nobody has read: it stays locked then,
   * so that they are not missed by a later reader without a word.
   */
  release(): void {
    if (this.#pipe.restOfFirstWrite() > 0) return;
    this.#reader.releaseLock();
  }

  /** Nothing is awaited after the last look at what is wanted, or a read that comes in between would wait for ever. */
  async #feed(): Promise<void> {
    this.#isPulling = true;
    let empty = 0; // chunks in a row
    try {
      for (let wanted = this.#pipe.wanted; wanted > 0; wanted = this.#pipe.wanted) {
        const { done, value } = await this.#read(wanted);
        if (done) {
          this.#isOver = true;
          break;
        }
        checkBytes(`each chunk of ${this.#argument}`, value);
        empty = value.length === 0 ? empty + 1 : 0;
        if (empty === EMPTY_MAX) {
          throw new TypeError(
            `${this.#argument} must give bytes, got ${EMPTY_MAX} chunks of 0 bytes in a row`,
          );
        }
        // It rejects when the reader closes before all of it was read, which #cancel() hears of, or its memory goes.
        this.#pipe.write(this, value, undefined).catch((reason) => this.#lose(reason));
      }
    } catch (reason) {
      this.#fail(reason);
      this.#cancel(reason); // when it was no failure of the stream's own
    }
    this.#isPulling = false;
    if (this.#isOver) this.#end();
  }

  /** A BYOB read takes no more than is asked for, into memory of our own: what is lent to a read is never detached. */
  async #read(wanted: number): Promise<{ readonly done: boolean; readonly value?: unknown }> {
    if (!this.#isByob) return this.#reader.read();
    const size = Math.min(wanted, CHUNK_MAX);
    const memory = this.#memory.byteLength < size ? new ArrayBuffer(size) : this.#memory;
    const result = await this.#reader.read(new Uint8Array(memory, 0, size));
    if (result.value !== undefined) this.#memory = (result.value as Uint8Array<ArrayBuffer>).buffer;
    return result;
  }

  #end(): void {
    this.#isOver = true;
    // A read that is under way may have the last chunk.
    if (!this.#isPulling) this.#pipe.closeWriter();
  }

  /** What was read before can still be had; `closed` knows at once. */
  #fail(reason: unknown): void {
    this.#pipe.failWriter(reason);
    this.#end();
  }

  #lose(reason: unknown): void {
    if (this.#pipe.readerState !== 'open') return;
    this.#fail(reason);
    this.#cancel(reason);
  }

  #cancel(reason: unknown): void {
    this.#reader.cancel(reason).catch(() => {});
  }
}

/** A reader of `stream`, and whether it is a BYOB reader: streams of other things than bytes refuse to give one. */
function readerOf(stream: ReadableStreamLike): [StreamReader, boolean] {
  const { getReader } = stream as { getReader(options?: { mode: 'byob' }): unknown };
  try {
    return [getReader.call(stream, { mode: 'byob' }) as StreamReader, true];
  } catch {
    return [stream.getReader() as StreamReader, false];
  }
}
