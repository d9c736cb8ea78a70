/**
 * Readers that keep the contract in the least convenient way, or fail where they are told to: for testing code that
 * reads. Each has `read` alone, so that nothing of the pipe behind it shines through.
 */
import type { Reader } from '../io/index.js';
import { checkBytes, checkWhole } from '../io/internal.js';
import { checkEnd } from './check-end.js';
import { inOrder } from './in-order.js';

/**
 * Reads one byte at a time, whatever the buffer: what `iotest.OneByteReader` is in Go. Finds code that takes one read
 * for all there is.
 *
 * @param reader Where the bytes come from; left open.
 * @returns A reader that asks it for at most one byte for each read.
 * @throws {TypeError} `reader` is none.
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import { oneByte } from 'pipework/testing';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('hello');
 * console.log(await oneByte(reader).read(new Uint8Array(5))); // prints 1
 * ```
 */
export function oneByte(reader: Reader): Reader {
  checkEnd('reader', reader, 'read');
  return {
    async read(into, options) {
      checkBytes('into', into);
      return reader.read(into.subarray(0, 1), options);
    },
  };
}

/**
 * Reads at most half of what is asked for, rounded up: Go's `iotest.HalfReader`. Finds code that expects its buffer to
 * be full unless the stream ends.
 *
 * @param reader Where the bytes come from; left open.
 * @returns A reader that asks it for half of each buffer.
 * @throws {TypeError} `reader` is none.
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import { half } from 'pipework/testing';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('hello');
 * console.log(await half(reader).read(new Uint8Array(5))); // prints 3
 * ```
 */
export function half(reader: Reader): Reader {
  checkEnd('reader', reader, 'read');
  return {
    async read(into, options) {
      checkBytes('into', into);
      return reader.read(into.subarray(0, Math.ceil(into.length / 2)), options);
    },
  };
}

/**
 * Fails for good when a number of bytes has been read, as a connection that breaks does: Go's `iotest.ErrReader` and
 * `TimeoutReader`, with a place. Finds code that takes a cut-off stream for a whole one, or wraps the reason. A stream
 * that ends earlier ends as it does.
 *
 * @param reader Where the bytes come from; left open.
 * @param count Bytes that can be read before.
 * @param error What every later read rejects with, as it is; any value.
 * @returns A reader of the first `count` bytes.
 * @throws {TypeError} `reader` is none, or `count` no number.
 * @throws {RangeError} `count` is no whole number of bytes.
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import { errorAfter } from 'pipework/testing';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('hello');
 * const broken = errorAfter(reader, 3, new Error('connection lost'));
 * console.log(await broken.read(new Uint8Array(5))); // prints 3
 * console.log(await io.text(broken).catch((error) => error.message)); // prints connection lost
 * ```
 */
export function errorAfter(reader: Reader, count: number, error: unknown): Reader {
  checkEnd('reader', reader, 'read');
  checkWhole('count', count, 0);
  let left = count; // bytes
  return {
    read: inOrder(async (into, options) => {
      checkBytes('into', into);
      if (left === 0 && into.length > 0) throw error;
      const got = await reader.read(into.subarray(0, left), options);
      left -= got ?? 0;
      return got;
    }),
  };
}
