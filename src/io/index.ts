/**
 * `pipework`: the contract that every pipe keeps, memory pipes, and the toolkit that works on anything with a `read` or
 * a `write`. Runs on every runtime, browsers too; it imports nothing.
 */
export type { ByteSink, ByteSource } from './byte-ends.js';
export { concat } from './concat.js';
export { type CopyOptions, copy } from './copy.js';
export { DeadlockError, type Wait } from './deadlock-error.js';
export { duplex } from './duplex.js';
export * from './errors.js';
export { type FromWebOptions, fromWeb } from './from-web.js';
export { limit } from './limit.js';
export { LimitError } from './limit-error.js';
export { type LinesOptions, lines } from './lines.js';
export { merge } from './merge.js';
export { type PipeOptions, pipe } from './pipe.js';
export { type ReadAllOptions, readAll } from './read-all.js';
export { readFull } from './read-full.js';
export { type TeeOptions, tee } from './tee.js';
export { text } from './text.js';
export type { TextOptions } from './text-decoder.js';
export { toWeb } from './to-web.js';
export { trace } from './trace.js';
export type { CallOptions, Pipe, PipeEnd, PipeReader, PipeWriter, Reader, Signal, Writer } from './types.js';
export { UnexpectedEndError } from './unexpected-end-error.js';
export { UnsupportedError } from './unsupported-error.js';
export type {
  ReadableStreamLike,
  StreamPair,
  WebReadableStream,
  WebWritableStream,
  WritableStreamLike,
} from './web-streams.js';
