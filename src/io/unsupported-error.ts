import { PipeError } from './errors.js';

/**
 * This platform, kernel or page cannot do it; the message says what is missing. Nothing was changed.
 *
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * console.log(new io.UnsupportedError('no pipes here').code); // prints ERR_PIPE_UNSUPPORTED
 * ```
 */
export class UnsupportedError extends PipeError {
  readonly code = 'ERR_PIPE_UNSUPPORTED';

  static {
    UnsupportedError.prototype.name = 'UnsupportedError';
  }
}
