import { binding, READ, WRITE } from './binding.js';
import { KernelPipe } from './kernel-pipe.js';
import { KernelReader } from './kernel-reader.js';
import { KernelWriter } from './kernel-writer.js';

/**
 * As `fromFd`, but the descriptor stays whose it is: the end has a description of its own, and closes that alone.
 *
 * @returns The end; `undefined` when `fd` is no such end of a pipe, or cannot be opened again.
 */
export function sharedReader(fd: number): KernelReader | undefined {
  const slot = slotOf(fd, READ);
  if (slot < 0) return undefined;
  const shared = new KernelPipe(`fd ${fd}`, slot, -1);
  shared.reading.isOutside = true; // others have this end too
  const reader = new KernelReader(shared);
  shared.attach({ reader });
  return reader;
}

/** The same for writing. */
export function sharedWriter(fd: number): KernelWriter | undefined {
  const slot = slotOf(fd, WRITE);
  if (slot < 0) return undefined;
  const shared = new KernelPipe(`fd ${fd}`, -1, slot);
  shared.writing.isOutside = true;
  const writer = new KernelWriter(shared);
  shared.attach({ writer });
  return writer;
}

function slotOf(fd: number, direction: number): number {
  const directions = binding().directions(fd);
  return directions > 0 && (directions & direction) !== 0 ? binding().reopen(fd, direction) : -1;
}
