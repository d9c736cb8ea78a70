/** Who has a pipe of a pipeline open besides this process. */
import {
  type Access,
  commandOf,
  contents,
  descriptorNumbers,
  isOpenFor,
  linkOf,
  type ProcessStat,
  processNumbers,
  processStat,
} from '../os/internal.js';
import type { Holder } from './result.js';

/** Who has one of these pipes open for writing. */
export function holdersOf(pipeIds: ReadonlySet<string>): Holder[] {
  const all = processNumbers();
  if (all === 'refused') return [];
  return all
    .flatMap((pid) => processStat(pid) ?? [])
    .filter((stat) => stat.pid !== process.pid && holdsAny(stat, pipeIds, 'write'))
    .map(({ pid }) => ({ pid, command: commandOf(pid) ?? '' }));
}

/** Whether a process has one of these pipes open, for `access` if that is given. */
export function holdsAny(stat: ProcessStat, pipeIds: ReadonlySet<string>, access?: Access): boolean {
  if (isFork(stat)) return false; // asked first: if it has become another by now, its descriptors are that one's
  const descriptors = descriptorNumbers(stat.pid);
  return (
    descriptors !== 'refused' &&
    descriptors.some(
      (fd) =>
        pipeIds.has(linkOf(stat.pid, fd) ?? '') && (access === undefined || isOpenFor(stat.pid, fd, access)),
    )
  );
}

/**
 * Whether it is a copy of this process that is about to become another: for that moment a child that any thread starts
 * has all that is open here. Its command line is ours, and then for another moment empty.
 */
function isFork({ pid, parent }: ProcessStat): boolean {
  if (parent !== process.pid) return false;
  const line = contents(pid, 'cmdline');
  return line === '' || line === contents(process.pid, 'cmdline');
}
