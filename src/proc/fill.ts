/** How much pipes hold and have in them: the kernel tells only whoever has a descriptor of them. */
import type { NoFill } from './graph.js';
import type { OpenPipe } from './holder.js';
import { isRefusal, native } from './native.js';

export interface Fill {
  readonly capacity: number; // bytes
  readonly queued: number; // bytes
}

/** An end, as some process has it open. */
export interface Place {
  readonly pid: number;
  readonly end: OpenPipe;
}

/** The first of those that have each end of a pipe, of which there may be none. */
export interface Ends {
  readonly reader: Place | undefined;
  readonly writer: Place | undefined;
}

/**
 * Of each pipe, in their order. It is opened once more by its read end, for reading and without waiting, asked, and closed;
 * only when both ends have been seen, and are still there: native/look.h has why.
 *
 * @throws {RangeError} There is no memory for the answer.
 */
export function fillsOf(pipes: readonly Ends[]): (Fill | NoFill)[] {
  if (pipes.length === 0) return [];
  const places = new Int32Array(pipes.length * PLACES);
  const inodes = new Float64Array(pipes.length);
  const facts = new Int32Array(pipes.length * FACTS);
  let paths = '';
  pipes.forEach(({ reader, writer }, index) => {
    paths += `${reader?.end.path ?? ''}\0`;
    if (reader === undefined || writer === undefined) return; // no process has the number 0: it is not looked at
    const at = index * PLACES;
    places[at] = reader.pid;
    places[at + 1] = reader.end.descriptor;
    places[at + 2] = writer.pid;
    places[at + 3] = writer.end.descriptor;
    inodes[index] = reader.end.inode;
  });
  if (native().lookAtPipes(places, inodes, paths, facts) !== 0) {
    throw new RangeError(`no memory for a look at ${pipes.length} pipes`);
  }
  return pipes.map(({ reader, writer }, index) => {
    if (reader === undefined || writer === undefined) return 'one side';
    const at = index * FACTS;
    const error = facts[at] as number;
    if (error !== 0) return isRefusal(error) ? 'refused' : 'changed';
    return { capacity: facts[at + 1] as number, queued: facts[at + 2] as number };
  });
}

/** Numbers for each pipe, as in native/addon_look.c. */
const PLACES = 4; // pid and descriptor of a reader, and of a writer
const FACTS = 3; // 0 or -errno, capacity, queued
