/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The contract: what a reader and a writer are, here and in everybody's own code. The small shapes, `Reader` and
 * `Writer`, are those of Go's io and of Deno's std/io; `pipe()` gives the larger ones. Rules 1 to 10, which every
 * transport keeps, stand in docs/contract.md; each is pinned by cases of `pipework/testing`.
 */

/**
 * What pipework asks of an `AbortSignal`: any runtime's own fits, and so does an object of this shape. Written out
 * here so that the types compile without those of a browser or of Node.
 */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Options of one call. */
export interface CallOptions {
  /** Gives up this call's wait; the end stays usable, and bytes already moved stay moved and are counted. */
  readonly signal?: Signal | undefined;
}

/**
 * Anything that bytes can be read from.
 *
 * @example A reader of your own works with the whole toolkit
 * ```ts
 * import * as io from 'pipework';
 *
 * let left = 3; // bytes
 * const dots: io.Reader = {
 *   async read(into) {
 *     if (left === 0) return null;
 *     const count = Math.min(left, into.length);
 *     into.fill(0x2e, 0, count);
 *     left -= count;
 *     return count;
 *   },
 * };
 * console.log(await io.text(dots)); // prints ...
 * ```
 */
export interface Reader {
  /**
   * Waits for at least one byte and puts at most `into.length` bytes at the start of `into`.
   *
   * @param into Lent to the reader until the promise settles.
   * @returns The number of bytes, or `null` at the end of the stream.
   */
  read(into: Uint8Array, options?: CallOptions): Promise<number | null>;
}

/**
 * Anything that bytes can be written to.
 *
 * @example A writer of your own
 * ```ts
 * import * as io from 'pipework';
 *
 * let total = 0; // bytes
 * const counter: io.Writer = {
 *   async write(chunk) {
 *     total += chunk.length;
 *     return chunk.length;
 *   },
 * };
 * const { reader, writer } = io.pipe();
 * const copied = io.copy(reader, counter);
 * await writer.write('hello');
 * writer.close();
 * console.log(await copied, total); // prints 5 5
 * ```
 */
export interface Writer {
  /**
   * Takes bytes from the start of `chunk`; all of them, as a rule. The toolkit repeats with the rest on a short count.
   *
   * @param chunk Lent to the writer until the promise settles.
   * @returns The number of bytes taken.
   */
  write(chunk: Uint8Array, options?: CallOptions): Promise<number>;
}

/** What both ends of a pipe have. */
export interface PipeEnd {
  /** From `pipe({ name })`, or `pipe#7`: what reports call this pipe. */
  readonly name: string;

  /**
   * Settles when this end's story is over; made when first looked at, and never an unhandled rejection.
   *
   * Writer: rejects with the reader's reason as soon as the reader aborts, with `BrokenPipeError` as soon as it
   * closes, so a writer learns without writing that nobody reads any more; resolves when the end was handed over after
   * `close()` (unbuffered: the last write was taken; bounded: the end stands behind the last byte in the buffer), and
   * at once on `abort()`; rejects with the error of a write that was given up behind `close()`.
   * Reader: rejects with the writer's reason as soon as the writer aborts; resolves when a read gave `null`, and at
   * once on `close()` or `abort()`.
   *
   * It never says that anybody read what was written. Awaiting it is no operation: it neither holds the event loop
   * nor counts as a deadlock.
   */
  readonly closed: Promise<void>;

  /**
   * This failed. Synchronous; the first reason stays, as it is, and the other side's calls reject with that very
   * value. Writer: what was buffered can still be read, writes that wait reject with `ClosedPipeError`. Reader: writes
   * that wait, and all later ones, reject with the reason; what nobody read is dropped. After this end's own `close()`
   * it still takes effect until the end has been handed over.
   *
   * @param reason Any value; an `AbortError` when it is `undefined`.
   */
  abort(reason?: unknown): void;

  /** Waits on this end count again: they hold the event loop where a transport can, and may be part of a deadlock. */
  ref(): this;

  /** Waits on this end neither hold the event loop nor count as a deadlock: for a wait that is meant to be idle. */
  unref(): this;
}

/** The end of a pipe that bytes come out of. */
export interface PipeReader extends Reader, PipeEnd {
  /** Bytes read from this end since it was made; true also after an error. */
  readonly bytesRead: number;

  /**
   * Waits for at least one byte, then copies what is there, at most `into.length` bytes, to the start of `into`.
   * Unbuffered, one read takes from one write only. Any number of reads may wait; they are served in call order.
   *
   * @param into Where the bytes go. Lent to the pipe: leave it alone until the promise settles.
   * @param options.signal Gives up waiting, and rejects with the signal's reason. Nothing was read then.
   * @returns The number of bytes, or `null` at the end of the stream, for ever. With a buffer of length zero: 0 at
   * once, or what this end knows of a close.
   * @throws {TypeError} `into` is no `Uint8Array`, or was detached or shrunk while it was lent; the pipe is as before.
   * @throws {ClosedPipeError} `ERR_PIPE_CLOSED`: this reader's own `close()` or `abort()`, before the call or during it.
   * @throws {DeadlockError} `ERR_PIPE_DEADLOCK`: the whole program waits, so this would wait for ever. The end stays open.
   * @throws {AbandonedPipeError} `ERR_PIPE_ABANDONED`: the writer was collected, or left its scope, without `close()`.
   * @throws The very value that the writer gave to `abort(reason)`, once what was buffered before has been read.
   */
  read(into: Uint8Array, options?: CallOptions): Promise<number | null>;

  /**
   * Reads what is there now, without waiting.
   *
   * @param into Where the bytes go.
   * @returns The number of bytes; 0 when a read would wait, or earlier reads wait; `null` at the end of the stream.
   * @throws What `read` would reject with; see there for what holds afterwards.
   */
  tryRead(into: Uint8Array): number | null;

  /**
   * I read no more. Pending and later writes reject with `BrokenPipeError`, what nobody read is dropped, reads that
   * wait here reject with `ClosedPipeError`. Synchronous, idempotent, ignores arguments.
   */
  close(): void;

  /**
   * Chunks as they come, each of at most 64 KiB and owned by the caller. Leaving the loop early closes the reader. Once
   * left, ended or failed an iterator gives `{ done: true }` for ever; after an error that leaves the reader open, go on
   * with a new one. It holds its reader, so the pipe is not abandoned while somebody iterates.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array<ArrayBuffer>>;

  /** The same as `close()`. */
  [Symbol.dispose](): void;

  /** The same as `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The end of a pipe that bytes go into. */
export interface PipeWriter extends Writer, PipeEnd {
  /** Bytes that have gone into the pipe from this end since it was made; true also after an error. */
  readonly bytesWritten: number;

  /**
   * Sends every byte of `chunk`. Unbuffered, it waits until readers took them all; bounded, until the last fits into
   * the buffer. Any number of writes may wait; they are served in call order, and never interleaved. A write that
   * fails and that nobody awaits is an unhandled rejection, one for each, as with any promise.
   *
   * @param chunk Bytes, or text to be sent as UTF-8. Bytes are lent to the pipe: do not change them until the promise
   * settles.
   * @param options.signal Gives up waiting, and rejects with the signal's reason. What readers took before stays taken;
   * `bytesWritten` of this end counts it.
   * @returns The number of bytes of `chunk`. Of an empty chunk: 0 at once; nobody has met anybody then.
   * @throws {TypeError} `chunk` is no `Uint8Array` or string, or was detached or shrunk while it was lent; the pipe is
   * consistent, and counts what had moved.
   * @throws {ClosedPipeError} `ERR_PIPE_CLOSED`: this writer's own `close()` or `abort()`; its `bytesWritten` says what
   * this call had moved.
   * @throws {BrokenPipeError} `EPIPE`: the reader closed; its `bytesWritten` says what this call had moved.
   * @throws {DeadlockError} `ERR_PIPE_DEADLOCK`: the whole program waits, so this would wait for ever. The end stays open.
   * @throws {AbandonedPipeError} `ERR_PIPE_ABANDONED`: the reader was collected without `close()`.
   * @throws The very value that the reader gave to `abort(reason)`.
   */
  write(chunk: Uint8Array | string, options?: CallOptions): Promise<number>;

  /**
   * Sends what can move now, without waiting.
   *
   * @param chunk Bytes only.
   * @returns The number of bytes taken; 0 when a write would wait, or earlier writes wait.
   * @throws What `write` would reject with; see there for what holds afterwards.
   */
  tryWrite(chunk: Uint8Array): number;

  /**
   * No more bytes. Writes made before still complete in order, then readers get `null`. Synchronous, idempotent,
   * ignores arguments; `closed` tells when the end has been handed over.
   */
  close(): void;

  /**
   * Nothing more if `close()` or `abort()` was called; else `abort()` with an `AbandonedPipeError`, so that leaving a
   * scope by an exception never passes for the end of the stream.
   */
  [Symbol.dispose](): void;

  /** As the other, and after `close()` waits for `closed`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Both ends of one pipe. */
export interface Pipe {
  readonly reader: PipeReader;
  readonly writer: PipeWriter;
}
