/**
 * What the pure doors use of their host beyond ES2022. They are compiled without Node's or the DOM's types, so that
 * nothing a browser lacks slips in; whatever a runtime may lack is optional here and looked for before use.
 */
import type { ReaderSource } from './reader-source.js';
import type { Signal } from './types.js';
import type { ReadableStreamLike, WritableStreamLike } from './web-streams.js';
import type { WriterSink } from './writer-sink.js';

interface Host {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> };
  readonly TextDecoder: new (
    encoding?: string,
    options?: { fatal?: boolean; ignoreBOM?: boolean },
  ) => { readonly encoding: string; decode(bytes?: Uint8Array, options?: { stream?: boolean }): string };
  readonly DOMException: new (message: string, name: string) => Error;
  readonly AbortController: new () => { readonly signal: Signal; abort(reason?: unknown): void };
  readonly ReadableStream: new (
    source: ReaderSource,
    strategy: { highWaterMark: number },
  ) => ReadableStreamLike;
  readonly WritableStream: new (sink: WriterSink, strategy: { highWaterMark: number }) => WritableStreamLike;
  /** Milliseconds; ours holds the event loop as any timer does. */
  setTimeout(callback: () => void, delay: number): unknown;
  clearTimeout(timer: unknown): void;
  setImmediate?(callback: () => void): unknown;
  readonly MessageChannel?: new () => {
    readonly port1: { onmessage: (() => void) | null; close(): void };
    readonly port2: { postMessage(message: unknown): void };
  };
  readonly performance: { now(): number }; // milliseconds
  structuredClone?<Value>(value: Value, options?: { transfer: readonly unknown[] }): Value;
  readonly WebAssembly?: {
    readonly Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
  };
  readonly process?: {
    prependListener?(event: 'beforeExit', listener: () => void): unknown;
    readonly env?: Readonly<Record<string, string | undefined>>;
  };
  readonly Deno?: unknown;
}

export const host = globalThis as unknown as Host;
