import { type ChildFd, endFd } from './child-fd.js';
import type { Owner } from './job-reader.js';
import type { Links } from './links.js';
import { type Output, openOutput } from './output.js';
import type { Stderr } from './stderr.js';
import { StderrTail } from './stderr-tail.js';

/** Where a process's standard error goes. */
export interface StderrEnd {
  readonly fd: ChildFd;
  readonly tail?: StderrTail;
  readonly output?: Output;
}

/**
 * Opens where the standard error of a stage goes.
 *
 * @param sink What the stage's output goes to.
 * @throws A system error; nothing is left open.
 */
export function openStderr(
  stderr: Stderr,
  index: number,
  sink: ChildFd,
  links: Links,
  owner: Owner,
): StderrEnd {
  if (stderr === 'stdout') return { fd: sink };
  if (stderr === 'tail') {
    const tail = new StderrTail(`the stderr of stage ${index + 1}`);
    links.remember(tail.drain.id);
    return { fd: endFd(tail.drain.given), tail };
  }
  const output = openOutput(stderr, 'stderr', true, links, owner);
  return { fd: output.sink as ChildFd, output };
}
