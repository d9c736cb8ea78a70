import { closeSync } from 'node:fs';
import { binding, type ChildEnd, closeChildEnd } from '../os/internal.js';

/** What one descriptor of a child is made of; ours of it is closed when the child has it. */
export interface ChildFd {
  /** /dev/null; an end of a pipe, by the addon's number; a descriptor of this process. */
  readonly kind: 'null' | 'slot' | 'number';
  readonly value: number;
  /** The same one may stand in several places: it is closed once. */
  close(): void;
}

export const NULL_FD: ChildFd = { kind: 'null', value: 0, close() {} };

/** An end of a pipe that was made for the child. */
export function endFd(end: ChildEnd): ChildFd {
  return once('slot', end.slot, () => closeChildEnd(end));
}

/** A descriptor that stays this process's. */
export function sharedFd(fd: number): ChildFd {
  return { kind: 'number', value: fd, close() {} };
}

/** A descriptor that was opened for the child. */
export function ownFd(fd: number): ChildFd {
  // Deno keeps descriptors of its own, and closes no other.
  return once('number', fd, 'Deno' in globalThis ? () => binding().closeNumber(fd) : () => closeSync(fd));
}

function once(kind: ChildFd['kind'], value: number, close: () => unknown): ChildFd {
  let isOpen = true;
  return {
    kind,
    value,
    close() {
      if (isOpen) close();
      isOpen = false;
    },
  };
}
