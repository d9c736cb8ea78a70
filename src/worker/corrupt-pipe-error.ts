import { PipeError } from '../io/index.js';

/**
 * The thread with the other end, or whoever else has the memory of the pipe, has written into it what no end ever writes.
 * The pipe has failed on both sides; nothing else is harmed. Bytes that were read before may have been wrong.
 *
 * @example
 * ```ts
 * import * as worker from 'pipework/worker';
 *
 * const { reader, writer } = worker.pipe();
 * const { memory } = reader.handle;
 * new Uint8Array(memory, 128).fill(0x55); // spoils it
 * const error = await writer.write('hello').catch((error) => error);
 * console.log(error.code); // prints ERR_PIPE_CORRUPT
 * ```
 */
export class CorruptPipeError extends PipeError {
  readonly code = 'ERR_PIPE_CORRUPT';

  static {
    CorruptPipeError.prototype.name = 'CorruptPipeError';
  }
}
