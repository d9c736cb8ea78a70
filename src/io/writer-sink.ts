/**
 * What a WritableStream made of a writer writes to. Each chunk is lent to the writer until its write settles, one at a
 * time; either side's failure reaches the other at once, also while a write waits.
 */
import { checkBytes } from './arguments.js';
import { abortEnd, CheckedWriter, closeEnd, onFailure } from './checked-ends.js';
import { BrokenPipeError } from './errors.js';
import { encode } from './text-encoder.js';
import type { Writer } from './types.js';
import type { WritableStreamController } from './web-streams.js';

export class WriterSink {
  readonly #sink: CheckedWriter;

  /** @throws {TypeError} `writer` has no `write`. */
  constructor(argument: string, writer: Writer) {
    this.#sink = new CheckedWriter(argument, writer);
  }

  start(controller: WritableStreamController): void {
    failWith(this.#sink.writer, controller);
    const { signal } = controller;
    // Without it the stream would wait for the write under way before it says that it was aborted.
    signal?.addEventListener('abort', () => this.abort(signal.reason));
  }

  async write(chunk: unknown): Promise<void> {
    try {
      const bytes = typeof chunk === 'string' ? encode(chunk) : chunk;
      checkBytes('chunk', bytes, ' or a string');
      await this.#sink.write(bytes);
    } catch (error) {
      // The stream fails, and calls nobody: a reader must not wait for more. One that has closed has no need to hear.
      if (!(error instanceof BrokenPipeError)) await this.abort(error);
      throw error;
    }
  }

  async close(): Promise<void> {
    const { writer } = this.#sink;
    await closeEnd(writer);
    const { closed } = writer as { closed?: unknown };
    if (closed instanceof Promise) await closed;
  }

  abort(reason: unknown): Promise<void> {
    return abortEnd(this.#sink.writer, reason);
  }
}

/**
 * As soon as `closed` of `end` rejects the stream fails. `closed` lives as long as the other end does, but a stream that is dropped
 * has to be collected with its writer, so that the reader learns of it: hence a weak reference, and a function of its own,
 * whose callback shares no scope with one that holds the writer.
 */
function failWith(end: Writer, controller: WritableStreamController): void {
  const weak = new WeakRef(controller);
  onFailure(end, (reason) => weak.deref()?.error(reason));
}
