import type { CallOptions, PipeWriter } from '../io/index.js';
import { asyncDispose, dispose } from '../io/internal.js';
import type { NodeSink } from './node-sink.js';

/** The writer that `fromNode` makes: the public face of what `NodeSink` does. */
export class NodeWriter implements PipeWriter {
  readonly #sink: NodeSink;

  constructor(sink: NodeSink) {
    this.#sink = sink;
  }

  get name(): string {
    return this.#sink.name;
  }

  get bytesWritten(): number {
    return this.#sink.bytesWritten;
  }

  get closed(): Promise<void> {
    return this.#sink.writerClosed.promise;
  }

  write(chunk: Uint8Array | string, options?: CallOptions): Promise<number> {
    return this.#sink.write(this, chunk, options);
  }

  tryWrite(chunk: Uint8Array): number {
    return this.#sink.tryWrite(chunk);
  }

  close(): void {
    this.#sink.closeWriter();
  }

  abort(reason?: unknown): void {
    this.#sink.abortWriter(reason);
  }

  ref(): this {
    this.#sink.writerRefed = true;
    return this;
  }

  unref(): this {
    this.#sink.writerRefed = false;
    return this;
  }

  [dispose](): void {
    this.#sink.disposeWriter();
  }

  async [asyncDispose](): Promise<void> {
    // Left without close() there is nothing to wait for; see MemoryWriter.
    if (this.#sink.isWriterOpen) this.#sink.disposeWriter();
    else await this.#sink.writerClosed.promise;
  }
}
