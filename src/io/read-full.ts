import { checkBytes, signalOf } from './arguments.js';
import { CheckedReader } from './checked-ends.js';
import type { CallOptions, Reader } from './types.js';
import { UnexpectedEndError } from './unexpected-end-error.js';

/**
 * Fills `into`: one read is not "read everything", a read returns as soon as there is anything.
 *
 * @param reader Any reader.
 * @param into Where the bytes go. Lent until the promise settles.
 * @param options.signal Gives up waiting; what was read until then is in `into`, and the reader's count says how much.
 * @returns `into.length`, or `null` when the stream ended before the first byte.
 * @throws {UnexpectedEndError} `ERR_PIPE_UNEXPECTED_END`: the stream ended after some bytes; `bytesRead` says how many.
 * @throws {TypeError} A wrong argument, or a reader that breaks its contract.
 * @throws What the reader rejects with, as it is.
 * @example Two writes, one buffer
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('one ');
 * await writer.write('two');
 * const into = new Uint8Array(7);
 * console.log(await io.readFull(reader, into)); // prints 7
 * ```
 */
export async function readFull(
  reader: Reader,
  into: Uint8Array,
  options?: CallOptions,
): Promise<number | null> {
  const source = new CheckedReader('reader', reader);
  checkBytes('into', into);
  const signal = signalOf(options);
  if (signal?.aborted) throw signal.reason;
  const { length } = into;
  let done = 0; // bytes
  while (done < length) {
    const count = await source.read(done === 0 ? into : into.subarray(done), signal);
    if (count === null) {
      if (done === 0) return null;
      throw new UnexpectedEndError(`the stream ended after ${done} of ${length} bytes`, { bytesRead: done });
    }
    done += count;
  }
  return length;
}
