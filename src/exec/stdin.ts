import type { Reader } from '../io/index.js';
import { checkOptions, describe, isBytes } from '../io/internal.js';
import { checkFile, type FileTarget, isDescriptor } from './targets.js';

/**
 * What a pipeline reads. `null`, the default: nothing; 'inherit': this process's own standard input, whose program then
 * must not read it itself; 'pipe': what is written to `job.stdin`; bytes, or a string, as they are; a reader, which is the
 * pipeline's from then on (that of a kernel pipe is joined to the first stage in the kernel); a file; a number: a
 * descriptor of this process, which stays its own. Text that comes from outside and might be one of the two words goes as
 * `{ text }`.
 */
export type Stdin =
  | null
  | 'inherit'
  | 'pipe'
  | (string & {})
  | { readonly text: string }
  | Uint8Array
  | Reader
  | Omit<FileTarget, 'append'>
  | number;

/** @throws {TypeError} */
export function checkStdin(value: unknown): asserts value is Stdin {
  if (value === null || typeof value === 'string' || isBytes(value)) return;
  if (isDescriptor(value) || isReader(value)) return;
  if (isText(value)) {
    checkOptions('options.stdin', value, ['text']);
    return;
  }
  if (checkFile('options.stdin', value, ['file'])) return;
  throw new TypeError(
    "options.stdin must be null, 'inherit', 'pipe', bytes, a string, { text }, { file }, a descriptor or a Reader, " +
      `got ${describe(value)}`,
  );
}

export function isReader(value: unknown): value is Reader {
  return typeof (value as Reader | null)?.read === 'function';
}

export function isText(value: unknown): value is { readonly text: string } {
  return typeof value === 'object' && typeof (value as { text?: unknown } | null)?.text === 'string';
}
