import type { Writer } from '../io/index.js';
import { checkFile, describeTarget, type FileTarget, isDescriptor, isWriter } from './targets.js';

/**
 * Where a stage's standard error goes. 'tail': the last 64 KiB are kept for the error, and all of it is always taken;
 * 'inherit': to this process's own; 'stdout': to the stage's own output, in order; `null`: nowhere; a number: a descriptor
 * of this process, which stays its own; a writer, or a file.
 */
export type Stderr = 'tail' | 'inherit' | 'stdout' | null | number | Writer | FileTarget;

/** @throws {TypeError} */
export function checkStderr(value: unknown): asserts value is Stderr {
  if (value === null || value === 'tail' || value === 'inherit' || value === 'stdout') return;
  if (isDescriptor(value) || isWriter(value) || checkFile('options.stderr', value)) return;
  throw new TypeError(
    "options.stderr must be 'tail', 'inherit', 'stdout', null, a descriptor, a Writer or { file }, " +
      `got ${describeTarget(value)}`,
  );
}
