import { UnsupportedError } from '../io/unsupported-error.js';
import { type Binding, binding } from '../os/binding.js';

/** That part of the addon which looks at processes. */
export type Native = Required<Pick<Binding, 'listDescriptors' | 'readProcesses' | 'lookAtPipes'>>;

/** @throws {UnsupportedError} It does not load here, or this is no Linux. */
export function native(): Native {
  const { listDescriptors, readProcesses, lookAtPipes } = binding();
  if (listDescriptors === undefined || readProcesses === undefined || lookAtPipes === undefined) {
    throw new UnsupportedError(
      `pipes of processes are seen in Linux's /proc, and this is ${process.platform}`,
    );
  }
  return { listDescriptors, readProcesses, lookAtPipes };
}

/** Whether that is the number of an error for want of a permission. */
export function isRefusal(error: number): boolean {
  return error === -EACCES || error === -EPERM;
}

/** As on every Linux. */
const EPERM = 1;
const EACCES = 13;

/**
 * What the addon says of each of many processes: `null` when it is somebody else's to see, `undefined` when it is gone.
 *
 * @throws {RangeError} There is no memory for the answer.
 */
export function askMany(
  pids: readonly number[],
  ask: (native: Native, pids: Int32Array) => (string | number)[] | number,
): (string | null | undefined)[] {
  const looks = native();
  if (pids.length === 0) return [];
  const answers = ask(looks, Int32Array.from(pids));
  if (typeof answers === 'number') throw new RangeError(`no memory for a look at ${pids.length} processes`);
  return answers.map((answer) => {
    if (typeof answer === 'string') return answer;
    return isRefusal(answer) ? null : undefined;
  });
}
