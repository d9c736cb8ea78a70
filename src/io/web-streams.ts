/**
 * Web streams as far as pipework uses them. The shapes are written out, as `Signal` is, so that the types compile
 * without those of a browser or of Node; where a program has such types, it gets its own streams.
 */

/** What pipework asks of a `ReadableStream`: any runtime's own fits. Its chunks have to be `Uint8Array`s. */
export interface ReadableStreamLike {
  readonly locked: boolean;
  getReader(): unknown;
  cancel(reason?: unknown): Promise<void>;
}

/** What pipework asks of a `WritableStream`: any runtime's own fits. */
export interface WritableStreamLike {
  readonly locked: boolean;
  getWriter(): unknown;
  abort(reason?: unknown): Promise<void>;
}

/** Two streams that belong together, as a `TransformStream` has them. */
export interface StreamPair<Readable = ReadableStreamLike, Writable = WritableStreamLike> {
  readonly readable: Readable;
  readonly writable: Writable;
}

/** The `ReadableStream` of the program's own types, if they have one. */
export type WebReadableStream = typeof globalThis extends {
  ReadableStream: { prototype: infer Stream };
}
  ? Stream
  : ReadableStreamLike;

/** The `WritableStream` of the program's own types, if they have one. */
export type WebWritableStream = typeof globalThis extends {
  WritableStream: { prototype: infer Stream };
}
  ? Stream
  : WritableStreamLike;

// What streams give and take besides, for the adapters only.

/** A default reader, or with a view to fill a BYOB reader. */
export interface StreamReader {
  readonly closed: Promise<unknown>;
  read(view?: Uint8Array): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

export interface StreamWriter {
  readonly closed: Promise<unknown>;
  /** How many more chunks, or what its strategy counts, the stream asks for; `null` when it has failed. */
  readonly desiredSize: number | null;
  write(chunk: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

export interface ByteStreamController {
  readonly byobRequest: ByobRequest | null;
  enqueue(chunk: Uint8Array): void;
  close(): void;
  error(reason: unknown): void;
}

export interface ByobRequest {
  readonly view: Uint8Array;
  respond(count: number): void;
}

export interface WritableStreamController {
  /** Missing in some runtimes. */
  readonly signal?: {
    readonly reason: unknown;
    addEventListener(type: 'abort', listener: () => void): void;
  };
  error(reason: unknown): void;
}

export function isReadableStream(value: unknown): value is ReadableStreamLike {
  return typeof (value as ReadableStreamLike | null | undefined)?.getReader === 'function';
}

export function isWritableStream(value: unknown): value is WritableStreamLike {
  return typeof (value as WritableStreamLike | null | undefined)?.getWriter === 'function';
}
