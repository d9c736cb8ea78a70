/**
 * `pipework/worker`: pipes between threads on shared memory, whose ends block or are awaited. Every runtime, and pages that
 * are cross-origin isolated; it imports nothing.
 */
export { CorruptPipeError } from './corrupt-pipe-error.js';
export type { ReaderHandle, WriterHandle } from './handle.js';
export { openReader, openWriter } from './open.js';
export { pipe, type WorkerPipeEnds } from './pipe.js';
export type { WorkerReader } from './worker-reader.js';
export type { WorkerWriter } from './worker-writer.js';
