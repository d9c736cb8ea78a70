/**
 * The pipe behind a reader that `fromNode` makes: an unbuffered one, whose writer is the stream. A chunk of the stream is
 * written when a read waits for it, so what a read leaves of it is a write that waits for the next read; all the rest of the
 * contract is that of any pipe in memory.
 */
import type { Readable } from 'node:stream';
import { AbandonedPipeError, type CallOptions } from '../io/index.js';
import { describe, isBytes, MemoryPipe } from '../io/internal.js';
import { reasonOf, streamError } from './stream-error.js';
import { StreamEvents } from './stream-events.js';

export class NodeSource extends MemoryPipe {
  /** Called when the reader has closed, in place of destroying the stream, when the stream is somebody else's too. */
  onClosed: () => void;

  private readonly stream: Readable;
  private readonly events: StreamEvents;
  private isAsked = false; // whether the stream was asked for anything

  constructor(stream: Readable, name: string | undefined) {
    super(name, undefined);
    this.stream = stream;
    this.events = new StreamEvents(stream);
    this.onClosed = () => stream.destroy();
    this.writerRefed = false; // what is left of a chunk waits for the program, and is no wait of the program's
    this.events.on('end', () => this.closeWriter());
    this.events.on('error', (error) => this.fail(reasonOf(error)));
    this.events.on('close', () => this.onStreamClose());
    if (stream.errored) this.fail(reasonOf(stream.errored));
    else if (stream.readableEnded) this.closeWriter();
    else if (stream.destroyed) this.fail(this.cutOff());
  }

  override read(reader: object, into: Uint8Array, options: CallOptions | undefined): Promise<number | null> {
    const promise = super.read(reader, into, options);
    this.serveReads();
    return promise;
  }

  override readChunk(reader: object): Promise<Uint8Array<ArrayBuffer> | null> {
    const promise = super.readChunk(reader);
    this.serveReads();
    return promise;
  }

  override tryRead(into: Uint8Array): number | null {
    const count = super.tryRead(into);
    if (count !== 0 || into.length === 0) return count;
    return this.takeChunk() ? super.tryRead(into) : 0;
  }

  override closeReader(): void {
    super.closeReader();
    this.onClosed();
  }

  override abortReader(given: unknown): void {
    if (this.readerState !== 'open') return;
    super.abortReader(given);
    this.stream.destroy(streamError(this.readerReason));
  }

  /** Takes chunks from the stream while reads wait. */
  private serveReads(): void {
    while (this.reads.head !== undefined && this.takeChunk());
  }

  /** Writes the stream's next chunk into the pipe, if there is one. */
  private takeChunk(): boolean {
    if (this.stream.destroyed) return false; // what it has is dropped, although it would still give it
    // Not before the first read: a stream that is listened to begins to read ahead.
    if (!this.isAsked) {
      this.isAsked = true;
      this.events.on('readable', () => this.serveReads());
    }
    const chunk: unknown = this.stream.read();
    if (chunk === null) return false;
    if (!isBytes(chunk)) {
      this.cutOffWith(new TypeError(`stream must be one of bytes, got a chunk that is ${describe(chunk)}`));
      return false;
    }
    // It fails with the reader, which knows, or when its memory was taken away, and then bytes are lost.
    this.write(this, chunk, undefined).catch((error) => {
      if (this.readerState === 'open') this.cutOffWith(error);
    });
    return true;
  }

  /** The stream can no longer be trusted to be whole. */
  private cutOffWith(error: Error): void {
    this.fail(error);
    this.stream.destroy(error);
  }

  /** What was taken from the stream before can still be read. */
  private fail(reason: unknown): void {
    if (this.readerState === 'open') this.failBehindWrites(reason);
  }

  private onStreamClose(): void {
    this.events.removeAll();
    this.fail(this.cutOff());
  }

  private cutOff(): AbandonedPipeError {
    return new AbandonedPipeError(`${this.name}: the stream was destroyed before its end`);
  }
}
