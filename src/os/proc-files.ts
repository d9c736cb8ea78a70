/**
 * What /proc says of processes and their descriptors. A process may end between any two looks, and others' may be hidden:
 * what cannot be read is `undefined`, or not in the list.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type Access = 'read' | 'write';

export interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  /** One letter, as in ps(1): R, S, D, T, Z ... */
  readonly state: string;
  /** When it began, in the kernel's ticks since boot: together with the number it names one process for ever. */
  readonly started: number;
  /** Time on a processor, in the kernel's ticks. */
  readonly userTicks: number;
  readonly systemTicks: number;
}

/** The numbers of all processes that are to be seen; 'refused' when nobody can look, for want of a descriptor say. */
export function processNumbers(): number[] | 'refused' {
  try {
    return readdirSync('/proc').filter(isNumber).map(Number);
  } catch {
    return 'refused';
  }
}

export function processStat(pid: number): ProcessStat | undefined {
  const stat = contents(pid, 'stat');
  if (stat === undefined) return undefined;
  // pid (command) state ppid ...: the command may hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    pid,
    state: fields[0] as string,
    parent: Number(fields[1]),
    userTicks: Number(fields[11]),
    systemTicks: Number(fields[12]),
    started: Number(fields[19]),
  };
}

/** The command line, or the short name in brackets when there is none, as ps(1) shows it. */
export function commandOf(pid: number): string | undefined {
  const line = contents(pid, 'cmdline');
  if (line === undefined) return undefined;
  if (line !== '') return line.replace(/\0+$/, '').replaceAll('\0', ' ');
  const name = contents(pid, 'comm')?.trim();
  return name === undefined ? undefined : `[${name}]`;
}

/** A file of the process as text. */
export function contents(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** The descriptors of a process; 'refused' when they are somebody else's to see. */
export function descriptorNumbers(pid: number): number[] | 'refused' {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(Number);
  } catch (error) {
    return (error as { code?: string }).code === 'EACCES' ? 'refused' : [];
  }
}

/** What a descriptor is open on: `pipe:[123]`, or a path. */
export function linkOf(pid: number | 'self', descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

/** Whether a descriptor is open for `access`. */
export function isOpenFor(pid: number, descriptor: number, access: Access): boolean {
  const info = contents(pid, `fdinfo/${descriptor}`);
  if (info === undefined) return false;
  const flags = /^flags:\s*([0-7]+)/m.exec(info);
  const mode = Number.parseInt(flags?.[1] ?? '2', 8) & 3; // O_RDONLY 0, O_WRONLY 1, O_RDWR 2
  return mode === 2 || mode === (access === 'read' ? 0 : 1);
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}
