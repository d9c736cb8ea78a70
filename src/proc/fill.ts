/** How much pipes hold and have in them: the kernel tells only whoever has a descriptor of them. */
import type { NoFill, PipeEnd, PipeNode } from './graph.js';
import { isRefusal, native } from './native.js';

/** A pipe that is still being looked at. */
export type Pipe = { -readonly [Key in keyof PipeNode]: PipeNode[Key] } & {
  readonly readers: PipeEnd[];
  readonly writers: PipeEnd[];
};

/**
 * Asks each. A pipe is opened once more by its first read end, for reading and without waiting, asked, and closed; only when
 * both ends have been seen, and are still there: native/look.h has why.
 *
 * @throws {RangeError} There is no memory for the answer.
 */
export function askForFill(pipes: readonly Pipe[]): void {
  if (pipes.length === 0) return;
  const places = new Int32Array(pipes.length * PLACES);
  const inodes = new Float64Array(pipes.length);
  const facts = new Int32Array(pipes.length * FACTS);
  let paths = '';
  pipes.forEach(({ inode, path = '', readers, writers }, index) => {
    paths += `${path}\0`;
    inodes[index] = inode;
    const [reader] = readers;
    const [writer] = writers;
    if (reader === undefined || writer === undefined) return; // no process has the number 0: it is not looked at
    const at = index * PLACES;
    places[at] = reader.pid;
    places[at + 1] = reader.descriptor;
    places[at + 2] = writer.pid;
    places[at + 3] = writer.descriptor;
  });
  if (native().lookAtPipes(places, inodes, paths, facts) !== 0) {
    throw new RangeError(`no memory for a look at ${pipes.length} pipes`);
  }
  pipes.forEach((pipe, index) => {
    const at = index * FACTS;
    const error = facts[at] as number;
    if (error === 0) {
      pipe.capacity = facts[at + 1] as number;
      pipe.queued = facts[at + 2] as number;
    } else pipe.noFill = reasonFor(error, places[index * PLACES] === 0);
  });
}

function reasonFor(error: number, isOneSided: boolean): NoFill {
  if (isOneSided) return 'one side';
  return isRefusal(error) ? 'refused' : 'changed';
}

/** Numbers for each pipe, as in native/addon_look.c. */
const PLACES = 4; // pid and descriptor of a reader, and of a writer
const FACTS = 3; // 0 or -errno, capacity, queued
