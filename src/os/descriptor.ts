import { binding } from './binding.js';
import type { KernelPipe } from './kernel-pipe.js';
import type { ReadSide } from './read-side.js';
import { ENOSYS, systemError } from './system-error.js';
import type { WriteSide } from './write-side.js';

/** A blocking descriptor of one end, for somebody else; from now on the other end's waits may be ended by them. */
export function descriptorOf(pipe: KernelPipe, side: ReadSide | WriteSide, end: 'reader' | 'writer'): number {
  if (side.slot === -1) throw pipe.closedError(end, 0);
  let number = binding().twin(side.slot);
  if (number === ENOSYS) number = binding().expose(side.slot);
  if (number < 0) throw systemError(number, 'open', `a descriptor of the ${end} of ${pipe.name}`);
  side.isGiven = true;
  if (!side.isOutside) {
    side.isOutside = true;
    pipe.watchWaits();
  }
  return number;
}

/** The same, but it is the caller's, and the end is spent. */
export function releaseDescriptor(
  pipe: KernelPipe,
  side: ReadSide | WriteSide,
  end: 'reader' | 'writer',
): number {
  descriptorOf(pipe, side, end);
  return side === pipe.reading ? pipe.spendReader() : pipe.spendWriter();
}
