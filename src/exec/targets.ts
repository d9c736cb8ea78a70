import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import type { Writer } from '../io/index.js';
import { checkOptions, describe } from '../io/internal.js';
import { type ChildFd, ownFd } from './child-fd.js';

/** A file that a pipeline reads or writes. */
export interface FileTarget {
  /** Its path, from this process's folder. */
  readonly file: string;
  /** Writes behind what it holds; otherwise that is gone. */
  readonly append?: boolean | undefined;
}

export function isWriter(value: unknown): value is Writer {
  return typeof (value as Writer | null)?.write === 'function' && !isNodeStream(value);
}

/** What an error shows of a value that is no target. */
export function describeTarget(value: unknown): string {
  const hint = isNodeStream(value) ? '; fromNode() of pipework/node makes a Writer of a Node stream' : '';
  return `${describe(value)}${hint}`;
}

export function isDescriptor(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}

/** Whether `value` names a file. @throws {TypeError} It tries to, wrongly. */
export function checkFile(
  argument: string,
  value: unknown,
  known: readonly string[] = ['file', 'append'],
): value is FileTarget {
  if (typeof value !== 'object' || value === null || !('file' in value)) return false;
  checkOptions(argument, value, known);
  const { file, append } = value as { file: unknown; append?: unknown };
  if (typeof file !== 'string' || file === '' || file.includes('\0')) {
    throw new TypeError(`${argument}.file must be a path, got ${describe(file)}`);
  }
  if (append !== undefined && typeof append !== 'boolean') {
    throw new TypeError(`${argument}.append must be a boolean, got ${describe(append)}`);
  }
  return true;
}

/** Its `write` takes and gives something else. */
function isNodeStream(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'writableNeedDrain' in value;
}

/**
 * Opens a file for a child, as a shell would.
 *
 * @throws A system error of `open`; or a TypeError for a FIFO, whose opening may wait for ever and would block this
 * thread.
 */
export function openTarget({ file, append }: FileTarget, access: 'read' | 'write'): ChildFd {
  const flags =
    access === 'read'
      ? constants.O_RDONLY
      : constants.O_WRONLY | constants.O_CREAT | (append ? constants.O_APPEND : constants.O_TRUNC);
  // With O_NONBLOCK a FIFO opens at once or not at all; it means nothing to a file, and a child's own is cleared.
  const fd = openSync(file, flags | constants.O_NONBLOCK, 0o666);
  if (!fstatSync(fd).isFIFO()) return ownFd(fd);
  closeSync(fd);
  throw new TypeError(`file must be no FIFO, got ${file}: open it yourself and give the descriptor`);
}
