/** The door for siblings in this package: what other doors need of this one and users do not. Not in `exports`. */
export * from './abandoned.js';
export * from './arguments.js';
export { abortEnd, CheckedReader, CheckedWriter, closeEnd, EMPTY_MAX } from './checked-ends.js';
export * from './chunk-iterator.js';
export { copyBytes } from './copy-bytes.js';
export * from './deadlock.js';
export { host } from './host.js';
export { MemoryPipe } from './memory-pipe.js';
export { MemoryReader } from './memory-reader.js';
export { nextTurn } from './next-turn.js';
export * from './operation.js';
export { settled } from './settled.js';
export * from './sides.js';
export * from './symbols.js';
export { encode } from './text-encoder.js';
export { Turns } from './turns.js';
export * from './waiting.js';
