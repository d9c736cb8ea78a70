/**
 * What /proc knows of descriptors; the whole of test/os runs on Linux.
 */
import { constants, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** How many this process has open. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

/** What is behind a descriptor, such as `pipe:[1234]`; `undefined` when it is not open. */
export function linkOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

/** Whether reads and writes of a descriptor wait, by a text of /proc/PID/fdinfo or by its number here. */
export function isBlocking(of: number | string): boolean {
  const text = typeof of === 'string' ? of : readFileSync(`/proc/self/fdinfo/${of}`, 'utf8');
  const flags = /^flags:\s*([0-7]+)$/m.exec(text)?.[1];
  if (flags === undefined) throw new Error(`no flags in ${JSON.stringify(text)}`);
  return (Number.parseInt(flags, 8) & constants.O_NONBLOCK) === 0;
}
