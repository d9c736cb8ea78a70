import { PipeError } from './errors.js';

/**
 * More came than the caller allowed (`max` of `readAll`, `text` and `lines`). What had been read is dropped. The reader
 * stays open, but `lines` aborts it. A branch of a `tee` that evicts fails with it when it is further behind than `capacity`.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('too much');
 * const error = await io.readAll(reader, { max: 4 }).catch((error) => error);
 * console.log(error.code, error.max); // prints ERR_PIPE_LIMIT 4
 * ```
 */
export class LimitError extends PipeError {
  readonly code = 'ERR_PIPE_LIMIT';
  /** The limit, in the unit of the call that had it. */
  readonly max: number;

  static {
    LimitError.prototype.name = 'LimitError';
  }

  constructor(message: string, options: { readonly max: number }) {
    super(message);
    this.max = options.max;
  }
}
