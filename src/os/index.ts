/**
 * `pipework/os`: pipes of the kernel. Each end is non-blocking for this program, and hands out blocking descriptors for
 * everybody else. Linux and macOS, on Node, Bun and Deno.
 */
export { fromFd } from './from-fd.js';
export type { KernelReader } from './kernel-reader.js';
export type { KernelWriter } from './kernel-writer.js';
export { type KernelPipeEnds, pipe } from './pipe.js';
export type { SystemError } from './system-error.js';
