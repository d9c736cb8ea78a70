/**
 * What a Web byte stream made of a reader reads from. It reads only when somebody reads the stream, and straight into
 * the memory of a BYOB read; so nothing is read ahead, and a rendezvous stays one.
 */
import { abortEnd, CheckedReader, closeEnd, onFailure } from './checked-ends.js';
import { NOTHING } from './copy-bytes.js';
import type { Reader } from './types.js';
import type { ByobRequest, ByteStreamController } from './web-streams.js';

export class ReaderSource {
  readonly type = 'bytes';
  readonly #source: CheckedReader;
  #block: Uint8Array<ArrayBuffer> | undefined; // for reads that bring no memory
  #controller: ByteStreamController | undefined;
  #tries = 0; // in a row that gave something

  /** @throws {TypeError} `reader` has no `read`. */
  constructor(argument: string, reader: Reader) {
    this.#source = new CheckedReader(argument, reader);
  }

  start(controller: ByteStreamController): void {
    this.#controller = controller;
    // Weak, for `closed` lives as long as the other end does: a stream that is dropped has to be collected with its
    // reader, so that the writer learns of it.
    const weak = new WeakRef(this);
    onFailure(this.#source.reader, (reason) => weak.deref()?.failIfEmpty(reason));
  }

  pull(controller: ByteStreamController): Promise<void> | undefined {
    const request = controller.byobRequest;
    const into = request === null ? this.#ownBlock() : request.view;
    try {
      // What need not wait is handed over at once. But a kernel's pipe may always have more, and then only a read lets timers
      // and signals have their turn.
      const count = this.#tries < TRIES_MAX ? this.#source.tryRead(into) : 0;
      if (count !== 0) {
        this.#tries++;
        deliver(controller, request, into, count);
        return undefined;
      }
    } catch (error) {
      return this.#fail(error);
    }
    this.#tries = 0;
    return this.#source.read(into).then(
      (count) => deliver(controller, request, into, count), // which a stream that was cancelled meanwhile refuses
      (error) => this.#fail(error),
    );
  }

  cancel(reason: unknown): Promise<void> {
    return reason === undefined ? closeEnd(this.#source.reader) : abortEnd(this.#source.reader, reason);
  }

  /** The writer has failed: the stream does at once, unless there is something left to read before. */
  failIfEmpty(reason: unknown): void {
    try {
      this.#source.tryRead(NOTHING);
    } catch {
      this.#controller?.error(reason);
    }
  }

  #ownBlock(): Uint8Array {
    this.#block ??= new Uint8Array(BLOCK_SIZE);
    return this.#block;
  }

  /** The stream fails with `error`, and nobody will read any more. */
  async #fail(error: unknown): Promise<void> {
    await abortEnd(this.#source.reader, error);
    throw error;
  }
}

const BLOCK_SIZE = 65536; // bytes
const TRIES_MAX = 16;
function deliver(
  controller: ByteStreamController,
  request: ByobRequest | null,
  into: Uint8Array,
  count: number | null,
): void {
  if (count === null) {
    controller.close();
    request?.respond(0); // a BYOB read that waits ends only by an answer
  } else if (request !== null) request.respond(count);
  else controller.enqueue(into.slice(0, count));
}
