/** How much a pipe holds and has in it: the kernel tells only whoever has a descriptor of it. */
import { constants } from 'node:os';
import { type Binding, binding } from '../os/binding.js';
import type { NoFill } from './graph.js';
import type { OpenPipe } from './open-pipe.js';

export interface Fill {
  readonly capacity: number; // bytes
  readonly queued: number; // bytes
}

/** An end, as some process has it open. */
export interface Place {
  readonly pid: number;
  readonly end: OpenPipe;
}

/**
 * Opens `reader` once more, for reading and without waiting, asks, and closes it: if both ends are still there in that
 * moment (native/look.h has why).
 */
export function fillOf(reader: Place | undefined, writer: Place | undefined): Fill | NoFill {
  if (reader === undefined || writer === undefined) return 'one side';
  const look = lookIfAny();
  if (look === undefined) return 'unsupported';
  const { descriptor, link, inode } = reader.end;
  const error = look(reader.pid, descriptor, writer.pid, writer.end.descriptor, link, inode, answer);
  if (error === 0) return { capacity: answer[0] as number, queued: answer[1] as number };
  return error === -constants.errno.EACCES || error === -constants.errno.EPERM ? 'refused' : 'changed';
}

const answer = new Int32Array(2); // capacity, queued

/** Without the native part the rest of a look is as good as ever. */
function lookIfAny(): Binding['look'] {
  try {
    return binding().look;
  } catch {
    return undefined;
  }
}
