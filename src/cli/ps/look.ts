import { UnsupportedError } from '../../io/unsupported-error.js';
import { type Graph, type ScanOptions, scan } from '../../proc/index.js';
import { CommandError } from '../command-error.js';
import { Looked } from './looked.js';

/** @throws {CommandError} There is no /proc here. */
export function look(options: ScanOptions): Looked {
  try {
    return new Looked(scan(options));
  } catch (cause) {
    if (!(cause instanceof UnsupportedError)) throw cause;
    throw new CommandError(cause.message, { isUsage: false, cause });
  }
}

/** Names on stderr those that were asked for in vain. @returns The exit status. */
export function reportGone({ gone }: Graph, command: string): number {
  for (const pid of gone) process.stderr.write(`pipework ${command}: there is no process ${pid}\n`);
  return gone.length === 0 ? 0 : 1;
}
