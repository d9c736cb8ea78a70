import { checkOptions, checkSignal, checkWhole } from './arguments.js';
import { type ByteSource, borrowReader } from './byte-ends.js';
import { CheckedReader } from './checked-ends.js';
import { LimitError } from './limit-error.js';
import type { Reader, Signal } from './types.js';

/** Options of `readAll()`. */
export interface ReadAllOptions {
  /** Gives up, and drops what was read. */
  readonly signal?: Signal | undefined;
  /** The most bytes to accept; without it, whatever memory holds. */
  readonly max?: number | undefined;
}

/**
 * Reads to the end of the stream.
 *
 * @param reader Any reader, Web stream or iterable of bytes; it is left open.
 * @param options.max In bytes.
 * @returns All bytes, in memory that the caller owns.
 * @throws {LimitError} `ERR_PIPE_LIMIT`: more than `max` bytes came. What was read is dropped.
 * @throws {TypeError} A wrong argument, or a reader that breaks its contract.
 * @throws {RangeError} `max` is no whole number of bytes.
 * @throws What the reader rejects with, as it is: an aborted stream never passes for a whole one.
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write(Uint8Array.of(1, 2, 3));
 * writer.close();
 * console.log(await io.readAll(reader)); // prints Uint8Array(3) [ 1, 2, 3 ]
 * ```
 */
export async function readAll(
  reader: ByteSource,
  options: ReadAllOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const source = borrowReader('reader', reader);
  try {
    return await readToEnd(source.end, options);
  } finally {
    source.release();
  }
}

/** Buffers double from the first size to the last, so that neither a short nor a long stream wastes much. */
const FIRST_SIZE = 16 * 1024; // bytes
const LAST_SIZE = 1024 * 1024; // bytes

async function readToEnd(reader: Reader, options: ReadAllOptions): Promise<Uint8Array<ArrayBuffer>> {
  const source = new CheckedReader('reader', reader);
  checkOptions('options', options, ['signal', 'max']);
  const { signal, max = Number.POSITIVE_INFINITY } = options;
  if (signal !== undefined) checkSignal(signal);
  if (max !== Number.POSITIVE_INFINITY) checkWhole('options.max', max, 0);
  if (signal?.aborted) throw signal.reason;

  const full: Uint8Array[] = []; // buffers that are full, oldest first
  let buffer = new Uint8Array(FIRST_SIZE);
  let inBuffer = 0; // bytes
  let total = 0; // bytes
  for (;;) {
    const count = await source.read(buffer.subarray(inBuffer), signal);
    if (count === null) break;
    total += count;
    inBuffer += count;
    if (total > max) throw new LimitError(`the stream is longer than max, ${max} bytes`, { max });
    if (inBuffer === buffer.length) {
      full.push(buffer);
      buffer = new Uint8Array(Math.min(2 * inBuffer, LAST_SIZE));
      inBuffer = 0;
    }
  }

  const all = new Uint8Array(total);
  let at = 0;
  for (const part of full) {
    all.set(part, at);
    at += part.length;
  }
  all.set(buffer.subarray(0, inBuffer), at);
  return all;
}
