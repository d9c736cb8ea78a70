import { describe } from '../io/internal.js';
import { Job, outputOf } from './job.js';
import { Substitution } from './substitution.js';

/**
 * A pipeline's output as a file that another command opens, as bash's `<(...)`: in its arguments it becomes `/dev/fd/N`.
 * The failure of the inner pipeline is one of the outer, which bash never learns of.
 *
 * @param job A pipeline whose `stdout` nobody has touched; it is the command's from then on.
 * @returns What stands in the argument list; for one command.
 * @throws {TypeError} Something else, or a pipeline whose output goes elsewhere.
 * @example What `diff <(sort a) <(sort b)` does
 * ```ts
 * import * as exec from 'pipework/exec';
 *
 * const sorted = (text: string) => exec.substitute(exec.pipeline(['sort'], { stdin: text }));
 * const comm = await exec.run(['comm', '-12', sorted('b\na\n'), sorted('c\nb\n')]);
 * console.log(comm.text().trim()); // prints b
 * ```
 */
export function substitute(job: Job): Substitution {
  if (!(job instanceof Job)) {
    throw new TypeError(`job must be what pipeline() returned, got ${describe(job)}`);
  }
  const reader = outputOf(job);
  if (reader === undefined) {
    throw new TypeError("job must have the stdout 'pipe', got one whose output goes elsewhere");
  }
  return new Substitution(reader, String(job));
}
