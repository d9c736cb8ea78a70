import { constants } from 'node:os';
import { getSystemErrorMap } from 'node:util';

/** A system error in Node's shape: `code`, negative `errno`, `syscall`, and a message that begins with the code. */
export interface SystemError extends Error {
  readonly code: string;
  readonly errno: number;
  readonly syscall: string;
}

/** The error for a call that returned `-errno`; `what` says what it was for. */
export function systemError(errno: number, syscall: string, what: string): SystemError {
  const [code, text] = getSystemErrorMap().get(errno) ?? [`E${-errno}`, 'unknown error'];
  const error = new Error(`${code}: ${text}, ${syscall} (${what})`);
  return Object.assign(error, { errno, code, syscall });
}

/** Those error numbers that decisions are made on; the same on Linux and macOS unless said. */
const { errno } = constants;
export const EAGAIN = -errno.EAGAIN;
export const EPIPE = -errno.EPIPE;
export const ENOSYS = -errno.ENOSYS;
export const EPERM = -errno.EPERM;
export const EMFILE = -errno.EMFILE;
export const ENFILE = -errno.ENFILE;
export const ENOMEM = -errno.ENOMEM;
export const EIO = -errno.EIO; // of a terminal whose other side nobody has any more
