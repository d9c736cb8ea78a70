import { PipeError } from './errors.js';

/**
 * The stream ended before `readFull` had its bytes. The buffer's first `bytesRead` bytes are good.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('four');
 * writer.close();
 * const error = await io.readFull(reader, new Uint8Array(8)).catch((error) => error);
 * console.log(error.code, error.bytesRead); // prints ERR_PIPE_UNEXPECTED_END 4
 * ```
 */
export class UnexpectedEndError extends PipeError {
  readonly code = 'ERR_PIPE_UNEXPECTED_END';
  /** Bytes at the start of the buffer that were read. */
  readonly bytesRead: number;

  static {
    UnexpectedEndError.prototype.name = 'UnexpectedEndError';
  }

  constructor(message: string, options: { readonly bytesRead?: number } = {}) {
    super(message);
    this.bytesRead = options.bytesRead ?? 0;
  }
}
