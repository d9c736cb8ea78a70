import type { Writer } from '../io/index.js';
import { checkFile, describeTarget, type FileTarget, isDescriptor, isWriter } from './targets.js';

/**
 * Where the output of a pipeline goes. 'pipe': to `job.stdout`; 'inherit': to this process's own; `null`: nowhere; a
 * number: a descriptor of this process, which stays its own; a writer, which is not closed (that of a kernel pipe is
 * joined to the last stage in the kernel); or a file.
 */
export type Stdout = 'pipe' | 'inherit' | null | number | Writer | FileTarget;

/** @throws {TypeError} */
export function checkStdout(value: unknown): asserts value is Stdout {
  if (value === null || value === 'pipe' || value === 'inherit') return;
  if (isDescriptor(value) || isWriter(value) || checkFile('options.stdout', value)) return;
  throw new TypeError(
    "options.stdout must be 'pipe', 'inherit', null, a descriptor, a Writer or { file }, " +
      `got ${describeTarget(value)}`,
  );
}
