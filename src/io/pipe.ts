import { allocated, checkOptions, checkWhole, describe } from './arguments.js';
import { MemoryPipe } from './memory-pipe.js';
import { MemoryReader } from './memory-reader.js';
import { MemoryWriter } from './memory-writer.js';
import { Ring } from './ring.js';
import type { Pipe } from './types.js';

/** Options of `pipe()`. */
export interface PipeOptions {
  /** Bytes that the pipe holds before a write waits; 0, the default, for none at all. Allocated at once. */
  readonly capacity?: number | undefined;
  /** What reports call this pipe; `pipe#7` without it. */
  readonly name?: string | undefined;
}

/**
 * Makes a pipe within this program. Without a capacity it is Go's `io.Pipe`: no buffer, and a write waits until readers
 * took all its bytes. With one it behaves as `os.Pipe` does: a write returns at once while the bytes fit, and waits when
 * they do not; the limit is exact to the byte.
 *
 * @param options.capacity Bytes that the pipe holds; 0 for none.
 * @param options.name What reports call it.
 * @returns Both ends.
 * @throws {TypeError} An option of the wrong type, or an unknown one.
 * @throws {RangeError} `capacity` is no whole number of bytes, negative, or more than the engine can allocate.
 * @example A write waits for its reader
 * ```ts
 * import * as io from 'pipework';
 *
 * const { reader, writer } = io.pipe();
 * const sent = writer.write('hello');
 * const buffer = new Uint8Array(4);
 * console.log(await reader.read(buffer)); // prints 4
 * console.log(await reader.read(buffer)); // prints 1
 * console.log(await sent); // prints 5
 * ```
 * @example Sixteen bytes fit, the seventeenth waits
 * ```ts
 * import * as io from 'pipework';
 *
 * const { writer } = io.pipe({ capacity: 16 });
 * await writer.write('0123456789abcdef');
 * console.log(writer.tryWrite(new Uint8Array(1))); // prints 0
 * ```
 */
export function pipe(options: PipeOptions = {}): Pipe {
  checkOptions('options', options, PIPE_OPTIONS);
  const { capacity = 0, name } = options;
  checkWhole('capacity', capacity, 0);
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`name must be a string, got ${describe(name)}`);
  }
  const shared = new MemoryPipe(
    name,
    capacity === 0 ? undefined : allocated('capacity', capacity, () => new Ring(capacity)),
  );
  const ends = { reader: new MemoryReader(shared), writer: new MemoryWriter(shared) };
  shared.attach(ends);
  return ends;
}

const PIPE_OPTIONS = ['capacity', 'name'];
