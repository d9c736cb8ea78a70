import type { Graph } from './graph.js';
import type { ScanOptions } from './options.js';

/**
 * Looks at processes and the pipes between them, once, and touches nothing: no byte is read or written, nothing is opened
 * for writing, and no call of it waits.
 *
 * @throws {TypeError | RangeError} A wrong option.
 * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: there is no /proc here.
 */
export function scan(options: ScanOptions = {}): Graph {
  throw new Error(`scan() is not written yet, got ${Object.keys(options)}`);
}
