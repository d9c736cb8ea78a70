import { checkOptions, checkWhole, describe } from './arguments.js';
import { CheckedReader } from './checked-ends.js';
import { TeeReader } from './tee-reader.js';
import { TeeSource } from './tee-source.js';
import type { PipeReader, Reader } from './types.js';

/** Options of `tee()`. */
export interface TeeOptions {
  /** 'lockstep', the default: more is read when every branch has taken what there was, so the slowest sets the pace. */
  readonly policy?: 'lockstep' | undefined;
}

/**
 * Gives what one reader gives to several: each branch gets every byte. It never holds more than one buffer of 64 KiB: the
 * slowest branch sets the pace of all, and one that nobody reads stops the others, which is a deadlock that says so. A
 * branch that is closed, aborted or dropped leaves the others alone.
 *
 * The end of the source is the end of every branch, and what the source fails with fails all of them, by that very
 * reason. When the last branch is closed or aborted, so is the source, if it has a `close()` or an `abort()`.
 *
 * @param reader What to read from; it is the tee's from then on.
 * @param n How many branches; 2 by default.
 * @param options.policy 'lockstep'.
 * @returns The branches.
 * @throws {TypeError} A wrong argument, or an unknown option. A source that breaks its contract fails the branches.
 * @throws {RangeError} `n` is no whole number from 1 up.
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * const [left, right] = io.tee(reader);
 * await writer.write('for both');
 * writer.close();
 * console.log(await Promise.all([io.text(left), io.text(right)])); // prints [ 'for both', 'for both' ]
 * ```
 */
export function tee(reader: Reader, n?: 2, options?: TeeOptions): [PipeReader, PipeReader];
export function tee(reader: Reader, n: number, options?: TeeOptions): PipeReader[];
export function tee(reader: Reader, n = 2, options: TeeOptions = {}): PipeReader[] {
  const checked = new CheckedReader('reader', reader);
  checkWhole('n', n, 1);
  checkOptions('options', options, ['policy']);
  const { policy } = options;
  if (policy !== undefined && policy !== 'lockstep') {
    throw new TypeError(`options.policy must be 'lockstep', got ${describe(policy)}`);
  }
  return new TeeSource(reader, checked, n).branches().map((branch) => {
    const end = new TeeReader(branch);
    branch.attach(end);
    return end;
  });
}
