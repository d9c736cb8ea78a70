import { allocated, checkOptions, checkWhole, describe } from './arguments.js';
import type { ByteSource } from './byte-ends.js';
import { CHUNK_MAX } from './chunk-iterator.js';
import { readersOf } from './only-branch.js';
import { TakenSource } from './taken-source.js';
import { type TeeLimits, TeeSource } from './tee-source.js';
import type { PipeReader } from './types.js';

/** Options of `tee()`. */
export interface TeeOptions {
  /**
   * 'lockstep', the default: more is read when every branch has taken what there was, so the slowest sets the pace.
   * 'evict': the fastest sets it, and a branch that falls behind it by more than `capacity` fails.
   */
  readonly policy?: 'lockstep' | 'evict' | undefined;
  /** How far a branch may be behind the fastest with 'evict', in bytes. So much memory, and at most 64 KiB more, is allocated at once. */
  readonly capacity?: number | undefined;
}

/**
 * Gives what one reader gives to several: each branch gets every byte. A branch that is closed, aborted or dropped leaves the
 * others alone.
 *
 * In lockstep it never holds more than one buffer of 64 KiB: the slowest branch sets the pace of all, and one that nobody
 * reads stops the others, which is a deadlock that says so. With the policy 'evict' the others go on: what a branch is behind
 * the fastest is kept for it, up to `capacity` bytes, to the byte; with the next one it fails, and what it had yet to take is
 * gone. At most `capacity` bytes are read at once, so no branch fails that has taken all there was before.
 *
 * The end of the source is the end of every branch, and what the source fails with fails all of them, by that very
 * reason. When the last branch is closed or aborted, so is the source, if it has a `close()` or an `abort()`. What `concat`
 * cannot keep of the contract, a branch cannot either.
 *
 * @param reader Any reader, Web stream or iterable of bytes; it is the tee's from then on.
 * @param n How many branches; 2 by default.
 * @param options.policy 'lockstep' or 'evict'.
 * @param options.capacity Needed with 'evict', and for that only.
 * @returns The branches.
 * @throws {TypeError} A wrong argument, a locked stream, an unknown option, or `capacity` without 'evict'. A source that breaks
 * its contract fails the branches.
 * @throws {RangeError} `n` or `capacity` is no whole number from 1 up.
 * @throws {LimitError} `ERR_PIPE_LIMIT`, from reads of a branch that fell behind too far; the message says how far.
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
 * @example One that nobody reads does not stop the other
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe();
 * const [live, slow] = io.tee(reader, 2, { policy: 'evict', capacity: 4 });
 * const received = io.text(live);
 * await writer.write('12345678');
 * writer.close();
 * console.log(await received); // prints 12345678
 * console.log((await io.text(slow).catch((error) => error)).code); // prints ERR_PIPE_LIMIT
 * ```
 */
export function tee(reader: ByteSource, n?: 2, options?: TeeOptions): [PipeReader, PipeReader];
export function tee(reader: ByteSource, n: number, options?: TeeOptions): PipeReader[];
export function tee(reader: ByteSource, n = 2, options: TeeOptions = {}): PipeReader[] {
  checkWhole('n', n, 1);
  const limits = limitsOf(options);
  const source = new TakenSource('reader', reader);
  const name = source.name ?? 'tee';
  const names = Array.from({ length: n }, (_, at) => `${name}, branch ${at + 1} of ${n}`);
  return readersOf(new TeeSource(source, names, limits));
}

function limitsOf(options: TeeOptions): TeeLimits {
  checkOptions('options', options, ['policy', 'capacity']);
  const { policy = 'lockstep', capacity } = options;
  if (policy === 'evict') {
    checkWhole('options.capacity', capacity, 1);
    const piece = Math.min(CHUNK_MAX, capacity);
    const buffer = allocated('options.capacity', capacity, () => new Uint8Array(capacity + piece));
    return { piece, capacity, buffer };
  }
  if (policy !== 'lockstep') {
    throw new TypeError(`options.policy must be 'lockstep' or 'evict', got ${describe(policy)}`);
  }
  if (capacity !== undefined) {
    throw new TypeError(`options.capacity must come with the policy 'evict', got ${describe(capacity)}`);
  }
  return { piece: CHUNK_MAX };
}
