import { closeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { binding } from './binding.js';

/**
 * Closes a descriptor that came from outside, so that a runtime that opened it knows. Deno and a worker of Node keep lists
 * of what their `fs` has open: they would close a number that is still on it once more, when it is somebody else's.
 */
export function closeGiven(fd: number): void {
  try {
    if (isMainThread) closeSync(fd);
    else closeWithoutWarning(fd);
  } catch (error) {
    // Deno says so of what is not on its list. After any other error the number is free.
    if ((error as { code?: unknown }).code === 'EBADF') binding().closeNumber(fd);
  }
}

/** Node has no way to ask what is on the list of a worker, and warns, in this very call, of what is not. */
function closeWithoutWarning(fd: number): void {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    closeSync(fd);
  } finally {
    process.emitWarning = emitWarning;
  }
}
