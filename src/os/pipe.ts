import type { PipeOptions } from '../io/index.js';
import { checkOptions, describe } from '../io/internal.js';
import { binding } from './binding.js';
import { setCapacity } from './capacity.js';
import { KernelPipe } from './kernel-pipe.js';
import { KernelReader } from './kernel-reader.js';
import { KernelWriter } from './kernel-writer.js';
import { systemError } from './system-error.js';

/** Both ends of one kernel pipe. */
export interface KernelPipeEnds {
  readonly reader: KernelReader;
  readonly writer: KernelWriter;
}

/**
 * Makes a pipe of the kernel, by pipe2(2). A write returns at once while the bytes fit into the kernel's buffer, and
 * waits when they do not. Both ends are this program's own, non-blocking and not inherited by any child; `fd` gives a
 * descriptor for somebody else.
 *
 * @param options.capacity Bytes that the pipe shall hold at least: the kernel rounds up to whole pages, and grants an
 * ordinary user no more than /proc/sys/fs/pipe-max-size. Without it the kernel's default: 65536 on Linux, or 8192 for a
 * user who has very many pipes; `capacity` of either end says what it is.
 * @param options.name What reports call it.
 * @returns Both ends.
 * @throws {TypeError | RangeError} A wrong option.
 * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: there is no native part for this platform; or a capacity is asked for
 * where it cannot be set (macOS).
 * @throws A system error of `pipe2` (EMFILE, ENFILE) or of `fcntl` (EPERM: more capacity than allowed); nothing is left
 * open.
 * @example A child writes, we read
 * ```ts
 * import { spawn } from 'node:child_process';
 * import * as io from 'pipework';
 * import * as os from 'pipework/os';
 *
 * const { reader, writer } = os.pipe();
 * spawn('echo', ['hello'], { stdio: ['ignore', writer.fd, 'inherit'] });
 * writer.close(); // the child has its own
 * console.log((await io.text(reader)).trim()); // prints hello
 * ```
 */
export function pipe(options: PipeOptions = {}): KernelPipeEnds {
  checkOptions('options', options, ['capacity', 'name']);
  const { capacity, name } = options;
  if (name !== undefined && typeof name !== 'string') {
    throw new TypeError(`name must be a string, got ${describe(name)}`);
  }
  const result = binding().open(slots, 0);
  if (result < 0) throw systemError(result, 'pipe2', name === undefined ? 'a pipe' : `the pipe ${name}`);
  const [readSlot, writeSlot] = slots as unknown as [number, number];
  const shared = new KernelPipe(name, readSlot, writeSlot);
  if (capacity !== undefined) {
    try {
      setCapacity(shared, shared.writing, 'writer', capacity);
    } catch (error) {
      shared.closeReader();
      shared.closeWriter();
      throw error;
    }
  }
  const ends = { reader: new KernelReader(shared), writer: new KernelWriter(shared) };
  shared.attach(ends);
  return ends;
}

/** Where the addon puts the two slots: one for all, since a new one each time would have to leave V8's heap first. */
const slots = new Int32Array(new ArrayBuffer(8));
