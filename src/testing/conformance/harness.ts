import type { Pipe, PipeReader, PipeWriter } from '../../io/index.js';
import { fail } from './assert.js';
import { Call } from './call.js';
import type { Supports } from './supports.js';

/** A pipe whose next write waits, and what is in it already. */
export interface CloggedPipe extends Pipe {
  /** What a reader gets before the first byte of that write; empty when the pipe is unbuffered. */
  readonly buffered: Uint8Array;
}

/** Makes the pairs that the cases are run on. */
export interface Makers {
  /** Makes a pair that holds `capacity` bytes; an unbuffered transport ignores it. */
  open(options: { readonly capacity: number }): Pipe | Promise<Pipe>;
  /** Makes a pair whose next write of even one byte waits. */
  openClogged(): CloggedPipe | Promise<CloggedPipe>;
}

/** What a case works with; it lives as long as one run of it. */
export class Harness {
  readonly supports: Supports;
  /** Lets everything settle that is going to without another call. */
  readonly turn: () => Promise<void>;
  readonly #makers: Makers;
  readonly #opened: Pipe[] = [];

  constructor(makers: Makers, supports: Supports, turn: () => Promise<void>) {
    this.#makers = makers;
    this.supports = supports;
    this.turn = turn;
  }

  /** A fresh pair; where the pipe holds bytes, `capacity` of them at least. */
  async open(capacity = 64): Promise<Pipe> {
    const pipe = await this.#makers.open({ capacity });
    this.#opened.push(pipe);
    return pipe;
  }

  async openClogged(): Promise<CloggedPipe> {
    const pipe = await this.#makers.openClogged();
    this.#opened.push(pipe);
    return pipe;
  }

  /** Watches the promise of a call; every promise that a case makes goes through here at once. */
  call<Value>(promise: Promise<Value>, what: string, onSettled?: () => void): Call<Value> {
    return new Call(promise, what, this.turn, onSettled);
  }

  read(reader: PipeReader, into: Uint8Array, what = 'read()'): Call<number | null> {
    return this.call(reader.read(into), what);
  }

  write(writer: PipeWriter, chunk: Uint8Array | string, what = 'write()'): Call<number> {
    return this.call(writer.write(chunk), what);
  }

  /** Writes `chunk` so that it can be read: buffered, or waiting for a reader. It must fit into the pipe. */
  async load(writer: PipeWriter, chunk: Uint8Array): Promise<Call<number>> {
    const call = this.write(writer, chunk);
    if (this.supports.rendezvous) await call.waits();
    else await call.gives(chunk.length);
    return call;
  }

  /** Reads exactly `count` bytes. */
  async take(reader: PipeReader, count: number): Promise<Uint8Array> {
    const all = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      const got = await this.read(
        reader,
        all.subarray(done),
        `read() after ${done} of ${count} bytes`,
      ).value();
      if (got === null || got < 1 || got > count - done)
        fail(`read() after ${done} of ${count} bytes: expected a count, got ${got}`);
      done += got;
    }
    return all;
  }

  /** Reads to the end of the stream, in pieces of at most `size` bytes; `most` were sent, so that more are a failure. */
  async takeAll(reader: PipeReader, most: number, size = 7): Promise<Uint8Array> {
    const all: number[] = [];
    const into = new Uint8Array(size);
    for (;;) {
      const got = await this.read(reader, into, `read() after ${all.length} bytes`).value();
      if (got === null) return Uint8Array.from(all);
      if (got < 1 || got > size) fail(`read() after ${all.length} bytes: expected a count, got ${got}`);
      all.push(...into.subarray(0, got));
      if (all.length > most) fail(`read(): expected the end after ${most} bytes, got ${all.length}`);
    }
  }

  /** Ends every pipe of this run, so that nothing of it waits any longer. */
  async clean(): Promise<void> {
    for (const { reader, writer } of this.#opened) {
      writer.abort();
      reader.close();
    }
    await this.turn();
  }
}

/** `length` bytes that tell where they belong: `first`, `first + 1`, ... */
export function bytes(length: number, first = 1): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, at) => (first + at) & 255);
}

/** No bytes; fresh memory each time, as all of a case's, so that a transport that spoils it spoils no other case. */
export function nothing(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(0);
}

/** All parts, one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
