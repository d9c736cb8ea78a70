/**
 * Writers that take less than they are given, fail where they are told to, or lie: for testing code that writes. Each
 * has `write` alone, so that nothing of the pipe behind it shines through.
 */
import type { Writer } from '../io/index.js';
import { checkBytes, checkWhole } from '../io/internal.js';
import { checkEnd } from './check-end.js';
import { inOrder } from './in-order.js';

/**
 * Takes at most `max` bytes of each chunk and says so: a short write, which the contract of a plain `Writer` allows.
 * Finds code that does not look at the count.
 *
 * @param writer Where the bytes go; left open.
 * @param max The most bytes of one write, at least 1.
 * @returns A writer with short counts.
 * @throws {TypeError} `writer` is none, or `max` no number.
 * @throws {RangeError} `max` is no whole number of bytes, or 0.
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import { shortWrite } from 'pipework/testing';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * console.log(await shortWrite(writer, 2).write(new TextEncoder().encode('hello'))); // prints 2
 * writer.close();
 * console.log(await io.text(reader)); // prints he
 * ```
 */
export function shortWrite(writer: Writer, max: number): Writer {
  checkEnd('writer', writer, 'write');
  checkWhole('max', max, 1);
  return {
    async write(chunk, options) {
      checkBytes('chunk', chunk);
      return writer.write(chunk.subarray(0, max), options);
    },
  };
}

/**
 * Takes `count` bytes, then fails for good, as a disk that is full does; a write across the border is a short one. Finds
 * code that goes on, or reports success, after a failed write.
 *
 * @param writer Where the bytes go; left open.
 * @param count Bytes that can be written before.
 * @param error What every later write rejects with, as it is; any value.
 * @returns A writer of `count` bytes.
 * @throws {TypeError} `writer` is none, or `count` no number.
 * @throws {RangeError} `count` is no whole number of bytes.
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import { failAfter } from 'pipework/testing';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('hello');
 * writer.close();
 * const disk = io.pipe({ capacity: 16 });
 * const full = failAfter(disk.writer, 3, new Error('disk full'));
 * console.log(await io.copy(reader, full).catch((error) => error.message)); // prints disk full
 * console.log(disk.writer.bytesWritten); // prints 3
 * ```
 */
export function failAfter(writer: Writer, count: number, error: unknown): Writer {
  checkEnd('writer', writer, 'write');
  checkWhole('count', count, 0);
  let left = count; // bytes
  return {
    write: inOrder(async (chunk, options) => {
      checkBytes('chunk', chunk);
      if (left === 0 && chunk.length > 0) throw error;
      const taken = await writer.write(chunk.subarray(0, left), options);
      left -= taken;
      return taken;
    }),
  };
}

/**
 * Passes on the first `count` bytes and drops the rest without a word: Go's `iotest.TruncateWriter`. It breaks the
 * contract, as a cache that is lost does; finds tests that would not notice missing bytes.
 *
 * @param writer Where the bytes go; left open.
 * @param count Bytes that are passed on.
 * @returns A writer that claims to have taken everything.
 * @throws {TypeError} `writer` is none, or `count` no number.
 * @throws {RangeError} `count` is no whole number of bytes.
 * @example
 * ```ts
 * import * as io from 'pipework';
 * import { truncate } from 'pipework/testing';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * console.log(await truncate(writer, 4).write(new TextEncoder().encode('hello'))); // prints 5
 * writer.close();
 * console.log(await io.text(reader)); // prints hell
 * ```
 */
export function truncate(writer: Writer, count: number): Writer {
  checkEnd('writer', writer, 'write');
  checkWhole('count', count, 0);
  let left = count; // bytes
  return {
    write: inOrder(async (chunk, options) => {
      checkBytes('chunk', chunk);
      const kept = chunk.subarray(0, left);
      left -= kept.length;
      for (let done = 0; done < kept.length; ) done += await writer.write(kept.subarray(done), options);
      return chunk.length;
    }),
  };
}
