import { checkOptions } from './arguments.js';
import type { ByteSource } from './byte-ends.js';
import { type ReadAllOptions, readAll } from './read-all.js';
import { type TextOptions, textDecoder } from './text-decoder.js';

/**
 * Reads to the end of the stream, as text.
 *
 * @param reader Any reader, Web stream or iterable of bytes; it is left open.
 * @param options.max The most bytes (not characters) to accept.
 * @returns All of it.
 * @throws {LimitError} `ERR_PIPE_LIMIT`: more than `max` bytes came.
 * @throws {TypeError} A wrong argument, a reader that breaks its contract, or, with `fatal`, bytes that are no text.
 * @throws {RangeError} An unknown encoding, or `max` is no whole number of bytes.
 * @throws What the reader rejects with, as it is.
 * @example
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe({ capacity: 16 });
 * await writer.write('grüezi');
 * writer.close();
 * console.log(await io.text(reader)); // prints grüezi
 * ```
 */
export async function text(reader: ByteSource, options: ReadAllOptions & TextOptions = {}): Promise<string> {
  checkOptions('options', options, ['signal', 'max', 'encoding', 'fatal']);
  const { encoding, fatal, ...rest } = options;
  const decoder = textDecoder({ encoding, fatal });
  return decoder.decode(await readAll(reader, rest));
}
