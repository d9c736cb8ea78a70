import { contents } from '../../os/internal.js';

/**
 * Whether the terminal is this process's to use: its group is in the foreground, so that Ctrl-C reaches it and what it
 * shows is in nobody's way. `undefined` without a terminal, or where nobody says.
 */
export function isInForeground(): boolean | undefined {
  const stat = contents(process.pid, 'stat');
  if (stat === undefined) return undefined;
  // pid (command) state ppid pgrp session tty_nr tpgid ...
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [group, terminal, foreground] = [fields[2], fields[4], fields[5]];
  return terminal === '0' ? undefined : group === foreground;
}
