/** The writing half of a stream that `toNode` makes. */
import type { Writable } from 'node:stream';
import { AbandonedPipeError, type PipeWriter, type Writer } from '../io/index.js';
import { abortEnd, CheckedWriter, closeEnd } from '../io/internal.js';
import { reasonOf, streamError } from './stream-error.js';

type Callback = (error?: Error | null) => void;

export class WriteHalf {
  readonly #writer: Writer;
  readonly #checked: CheckedWriter;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal | undefined;
  #isBroken = false; // nobody reads any more

  constructor(writer: Writer) {
    this.#writer = writer;
    this.#checked = new CheckedWriter('writer', writer);
    // A writer of somebody's own may have no abort(): what waits in it is given up by a signal.
    this.#signal = isPipeWriter(writer) ? undefined : this.#stop.signal;
    // Not held: what was dropped is collected, and the writer with it, of which the reader is told.
    const dropped = new WeakRef<WriteHalf>(this);
    closedOf(writer)?.catch(() => {
      const half = dropped.deref();
      if (half !== undefined) half.#isBroken = true;
    });
  }

  /** A stream that only writes learns from `closed` that nobody reads any more, and may be waiting for its source then. */
  destroyWhenBroken(stream: Writable): void {
    const dropped = new WeakRef(stream);
    closedOf(this.#writer)?.catch((reason) => dropped.deref()?.destroy(streamError(reason)));
  }

  write(chunk: Uint8Array, callback: Callback): void {
    this.#checked.write(chunk, this.#signal).then(
      () => callback(),
      (reason) => callback(streamError(reason)),
    );
  }

  /** The stream's end: handed over when the writer says so. */
  close(callback: Callback): void {
    closeEnd(this.#writer)
      .then(() => closedOf(this.#writer))
      .then(
        () => callback(),
        (reason) => callback(streamError(reason)),
      );
  }

  /** The stream is over; unless it `isWhole`, its reader must not take it for that. */
  async end(error: Error | null, isWhole: boolean): Promise<void> {
    if (isWhole && error === null) return;
    const reason =
      error === null
        ? new AbandonedPipeError(`${nameOf(this.#writer)}: the stream was destroyed before its end`)
        : reasonOf(error);
    // A reader that has gone needs no reason, and what it did is not to be overwritten by it.
    const done = this.#isBroken ? closeEnd(this.#writer) : abortEnd(this.#writer, reason);
    this.#stop.abort(reason);
    await done;
  }
}

function isPipeWriter(writer: Writer): writer is PipeWriter {
  const { tryWrite, abort } = writer as Partial<PipeWriter>;
  return typeof tryWrite === 'function' && typeof abort === 'function';
}

function closedOf(writer: Writer): Promise<unknown> | undefined {
  const { closed } = writer as Partial<PipeWriter>;
  return closed instanceof Promise ? closed : undefined;
}

function nameOf(writer: Writer): string {
  const { name } = writer as Partial<PipeWriter>;
  return typeof name === 'string' ? name : 'a writer';
}
