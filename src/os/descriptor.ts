import { binding } from './binding.js';
import type { KernelPipe } from './kernel-pipe.js';
import type { ReadSide } from './read-side.js';
import { EMFILE, ENFILE, ENOMEM, systemError } from './system-error.js';
import type { WriteSide } from './write-side.js';

/** A blocking descriptor of one end, for somebody else; from now on the other end's waits may be ended by them. */
export function descriptorOf(pipe: KernelPipe, side: ReadSide | WriteSide, end: 'reader' | 'writer'): number {
  pipe.checkOpen(end);
  // First, since it may fail: nobody would tell of what whoever gets the descriptor does.
  if (!side.isOutside) pipe.watchWaitsFor(side);
  let number = binding().twin(side.slot);
  // There is no way to open the pipe once more, as on other systems, without /proc, or where it is another user's: then
  // our own is given. For lack of descriptors or memory it may work later.
  if (number < 0 && !SHORTAGES.includes(number)) number = binding().expose(side.slot);
  if (number < 0) throw systemError(number, 'open', `a descriptor of the ${end} of ${pipe.name}`);
  side.isGiven = true;
  if (!side.isOutside) {
    side.isOutside = true;
    pipe.holdWaits();
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

const SHORTAGES = [EMFILE, ENFILE, ENOMEM];
