/**
 * Empties the pipe of a writer into a WritableStream. The stream has one chunk at a time, a copy, since it may keep or detach
 * what it is given; the write settles when the stream has taken it.
 */
import { checkBytes } from './arguments.js';
import { BrokenPipeError } from './errors.js';
import { MemoryPipe } from './memory-pipe.js';
import type { Operation } from './operation.js';
import { NONE } from './sides.js';
import type { CallOptions } from './types.js';
import type { StreamWriter, WritableStreamLike } from './web-streams.js';

/** An unbuffered pipe whose reader is the stream, that nobody can collect while it is locked. */
export class StreamDrain extends MemoryPipe {
  readonly #stream: StreamWriter;
  #isSending = false; // the stream has a chunk, or its close, and has not answered
  #sending: Operation | undefined; // whose chunk that is; none of a tryWrite()

  /** Locks `stream`. */
  constructor(stream: WritableStreamLike, name: string | undefined) {
    super(name, undefined);
    this.#stream = stream.getWriter() as StreamWriter;
    this.#stream.closed.then(
      () => this.#streamClosed(),
      (reason) => this.#streamFailed(reason),
    );
  }

  /** Gives the stream back to whoever has it. */
  release(): void {
    this.#stream.releaseLock();
  }

  override write(
    writer: object,
    chunk: Uint8Array | string,
    options: CallOptions | undefined,
  ): Promise<number> {
    const sent = super.write(writer, chunk, options);
    this.#sendNext();
    return sent;
  }

  /** A stream that asks for a chunk takes it whole, into its queue. */
  override tryWrite(chunk: Uint8Array): number {
    checkBytes('chunk', chunk);
    this.checkWritable();
    if (chunk.length === 0 || this.#isSending || !((this.#stream.desiredSize ?? 0) > 0)) return 0;
    this.#send(chunk, undefined);
    this.bytesWritten += chunk.length;
    return chunk.length;
  }

  /** No write is left; what is under way still counts before a close. */
  protected override handOver(): void {
    if (this.writerReason === NONE) this.#sendNext();
    else this.#failStream();
  }

  /** Hands the next chunk to the stream, or its end, if nothing is on its way. */
  #sendNext(): void {
    if (this.#isSending) return;
    if (this.restOfFirstWrite() > 0) {
      const write = this.writes.head as Operation;
      this.#send(write.bytes as Uint8Array, write);
    } else if (this.writerState === 'closing') this.#end();
  }

  #send(chunk: Uint8Array, write: Operation | undefined): void {
    this.#isSending = true;
    this.#sending = write;
    give(this.#stream, new Uint8Array(chunk)).then(
      () => this.#sent(write),
      (reason) => this.#streamFailed(reason),
    );
  }

  #sent(write: Operation | undefined): void {
    this.#isSending = false;
    this.#sending = undefined;
    if (write?.isWaiting) this.move(write, write.length);
    else if (write !== undefined) this.bytesWritten += write.length; // it was given up, but the stream has it
    this.#sendNext();
  }

  /** Everything was sent. */
  #end(): void {
    if (this.writerReason !== NONE) {
      this.#failStream();
      return;
    }
    this.#isSending = true;
    this.#stream.close().catch((reason) => this.#streamFailed(reason));
  }

  /** By end(), or by somebody before it came here. */
  #streamClosed(): void {
    if (this.writerState === 'open') this.endReader('closed', NONE);
    if (this.writerState !== 'closing') return;
    super.handOver();
    this.retire();
  }

  /** The writer's side has failed, and so does the stream. */
  #failStream(): void {
    this.writerState = 'failed';
    this.#stream.abort(this.writerReason).catch(() => {});
    this.retire();
  }

  /** A reader that closed gave no reason; what it had taken of the chunk under way is in its error. */
  #streamFailed(reason: unknown): void {
    if (this.writerState === 'ended' || this.writerState === 'failed') return;
    if (!(reason instanceof BrokenPipeError)) {
      this.endReader('aborted', reason);
      return;
    }
    const sending = this.#sending;
    if (sending?.isWaiting && this.readerState === 'open') {
      // A sink that writes more than it is given, such as frames, has an error about that.
      sending.done = Math.min(reason.bytesWritten, sending.length);
      this.bytesWritten += sending.done;
    }
    this.endReader('closed', NONE);
  }
}

/** Node 20 throws where a stream was closed before anybody had locked it. */
function give(stream: StreamWriter, chunk: Uint8Array): Promise<void> {
  try {
    return stream.write(chunk);
  } catch (error) {
    return Promise.reject(error);
  }
}
