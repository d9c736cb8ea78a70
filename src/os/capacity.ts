import { UnsupportedError } from '../io/index.js';
import { checkWhole } from '../io/internal.js';
import { binding } from './binding.js';
import type { KernelPipe } from './kernel-pipe.js';
import type { ReadSide } from './read-side.js';
import { ENOSYS, systemError } from './system-error.js';
import type { WriteSide } from './write-side.js';

type End = 'reader' | 'writer';

/** Bytes that the pipe holds, by F_GETPIPE_SZ. @throws {ClosedPipeError | UnsupportedError} or a system error. */
export function capacity(pipe: KernelPipe, side: ReadSide | WriteSide, end: End): number {
  if (side.slot === -1) throw pipe.closedError(end, 0);
  const bytes = binding().capacity(side.slot);
  if (bytes === ENOSYS) throw new UnsupportedError(NO_CAPACITY);
  if (bytes < 0) throw systemError(bytes, 'fcntl', `capacity of ${pipe.name}`);
  return bytes;
}

/** Asks for a capacity of at least `bytes`, by F_SETPIPE_SZ; the kernel rounds up. */
export function setCapacity(pipe: KernelPipe, side: ReadSide | WriteSide, end: End, bytes: number): void {
  checkWhole('capacity', bytes, 1);
  if (bytes > CAPACITY_MAX)
    throw new RangeError(`capacity must be at most ${CAPACITY_MAX} bytes, got ${bytes}`);
  if (side.slot === -1) throw pipe.closedError(end, 0);
  const granted = binding().setCapacity(side.slot, bytes);
  if (granted === ENOSYS) throw new UnsupportedError(NO_CAPACITY);
  if (granted < 0) throw systemError(granted, 'fcntl', `capacity of ${bytes} bytes for ${pipe.name}`);
  pipe.pump(); // there may be room now for a write that waits
}

/** Bytes in the pipe, by FIONREAD. */
export function available(pipe: KernelPipe, side: ReadSide | WriteSide, end: End): number {
  if (side.slot === -1) throw pipe.closedError(end, 0);
  const bytes = binding().available(side.slot);
  if (bytes < 0) throw systemError(bytes, 'ioctl', `bytes available in ${pipe.name}`);
  return bytes;
}

const NO_CAPACITY = 'the capacity of a pipe can be neither told nor set here: only Linux has F_GETPIPE_SZ';

/** What F_SETPIPE_SZ takes at most, whoever asks. */
const CAPACITY_MAX = 2 ** 31 - 1; // bytes
