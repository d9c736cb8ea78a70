import { describe } from '../io/internal.js';
import { binding, NOWAIT, POLL, READ, WRITE } from './binding.js';
import { closeGiven } from './close-given.js';
import { KernelPipe } from './kernel-pipe.js';
import { KernelReader } from './kernel-reader.js';
import { KernelWriter } from './kernel-writer.js';
import { systemError } from './system-error.js';

/**
 * Makes an end of a descriptor that came from outside: an inherited one, the program's own standard input, a FIFO.
 *
 * The end gets a non-blocking description of its own, by opening the same pipe once more, since a flag on the given one
 * would change it for everybody who shares it; then the given descriptor is closed, unless it is 0, 1 or 2. A FIFO that
 * was opened for both directions stays so: its reads wait for the next writer, and never come to an end. Where the
 * pipe cannot be opened again (no /proc, somebody else's pipe) the end uses the given description itself, without changing
 * it.
 *
 * @param fd The descriptor's number.
 * @param direction 'r' for a read end, 'w' for a write end.
 * @returns The end.
 * @throws {TypeError} A wrong argument; or `fd` is no pipe or FIFO, was not opened for that direction, or belongs to an end
 * already, as what `fd` of an end gives does until its `release()`.
 * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: there is no native part for this platform.
 * @throws A system error, such as EBADF; `fd` is as before then.
 * @example Standard input, when it is a pipe
 * ```ts no-run
 * import * as io from 'pipework';
 * import * as os from 'pipework/os';
 *
 * for await (const line of io.lines(os.fromFd(0, 'r'))) console.log(line.toUpperCase());
 * ```
 */
export function fromFd(fd: number, direction: 'r'): KernelReader;
export function fromFd(fd: number, direction: 'w'): KernelWriter;
export function fromFd(fd: number, direction: 'r' | 'w'): KernelReader | KernelWriter {
  if (!Number.isInteger(fd) || fd < 0 || fd > FD_MAX) {
    throw new TypeError(`fd must be the number of a descriptor, got ${describe(fd)}`);
  }
  if (direction !== 'r' && direction !== 'w') {
    throw new TypeError(`direction must be 'r' or 'w', got ${describe(direction)}`);
  }
  const wanted = direction === 'r' ? READ : WRITE;
  const directions = binding().directions(fd);
  if (directions === ENOTSUP) throw new TypeError(`fd must be a pipe or a FIFO, got ${fd}, which is none`);
  if (directions < 0) throw systemError(directions, 'fcntl', `descriptor ${fd}`);
  if ((directions & wanted) === 0) {
    throw new TypeError(
      `fd must be open for ${direction === 'r' ? 'reading' : 'writing'}, got ${fd}, which is not`,
    );
  }
  if (binding().owner(fd) >= 0) {
    throw new TypeError(
      `fd must not belong to an end of this program, got ${fd}, which does; release() gives it away`,
    );
  }
  const slot = slotOf(fd, wanted);
  if (slot < 0) throw systemError(slot, 'open', `descriptor ${fd}`);
  if (fd > 2 && binding().number(slot) !== fd) closeGiven(fd);
  const name = `fd ${fd}`;
  const shared = direction === 'r' ? new KernelPipe(name, slot, -1) : new KernelPipe(name, -1, slot);
  if (direction === 'r') {
    shared.reading.isOutside = true; // others may have this end too
    const reader = new KernelReader(shared);
    shared.attach({ reader });
    return reader;
  }
  shared.writing.isOutside = true;
  const writer = new KernelWriter(shared);
  shared.attach({ writer });
  return writer;
}

const FD_MAX = 2 ** 31 - 1;
const ENOTSUP = -95;

/** PIPEWORK_OS=nowait or poll: as where the pipe cannot be opened again, so that it is tested. */
function slotOf(fd: number, direction: number): number {
  const forced = process.env['PIPEWORK_OS'];
  if (forced !== 'nowait' && forced !== 'poll') {
    const slot = binding().reopen(fd, direction);
    if (slot >= 0) return slot;
  }
  return binding().adopt(fd, direction, forced === 'poll' ? POLL : NOWAIT);
}
