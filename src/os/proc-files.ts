/**
 * What /proc says of processes and their descriptors. A process may end between any two looks, and others' may be hidden:
 * what cannot be read is `undefined`, or not in the list.
 */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

export type Access = 'read' | 'write';

export interface ProcessStat {
  readonly pid: number;
  /** The kernel's short name. */
  readonly name: string;
  /** One letter, as in ps(1): R, S, D, T, Z ... */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** A part of the kernel, which has nothing open. */
  readonly isKernelThread: boolean;
  /** Time on a processor, in the kernel's ticks. */
  readonly userTicks: number;
  readonly systemTicks: number;
  /** How many threads it has. */
  readonly threads: number;
  /** When it began, in the kernel's ticks since boot: together with the number it names one process for ever. */
  readonly started: number;
}

/** The kernel counts in hundredths of a second towards programs, on every processor. */
export const TICK = 10; // milliseconds

/** The time since boot, in the kernel's ticks; `undefined`: there is no /proc. */
export function ticksSinceBoot(): number | undefined {
  try {
    return Math.floor((Number.parseFloat(readFileSync('/proc/uptime', 'utf8')) * 1000) / TICK);
  } catch {
    return undefined;
  }
}

/** The numbers of all processes that are to be seen; 'refused' when nobody can look, for want of a descriptor say. */
export function processNumbers(): number[] | 'refused' {
  try {
    return readdirSync('/proc').filter(isNumber).map(Number);
  } catch {
    return 'refused';
  }
}

/** Of a process, or of one thread: then `at` is `PID/task/TID`. */
export function processStat(at: number | string): ProcessStat | undefined {
  const stat = contents(at, 'stat');
  return stat === undefined ? undefined : parseStat(stat);
}

/** What `stat` says. */
export function parseStat(stat: string): ProcessStat {
  // pid (command) state ppid ...: the command may hold spaces and brackets.
  const bracket = stat.indexOf('(');
  const end = stat.lastIndexOf(')');
  const fields = stat.slice(end + 2).split(' ', STAT_FIELDS);
  return {
    pid: Number(stat.slice(0, bracket)),
    name: stat.slice(bracket + 1, end),
    state: fields[0] as string,
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    isKernelThread: (Number(fields[6]) & KERNEL_THREAD) !== 0,
    userTicks: Number(fields[11]),
    systemTicks: Number(fields[12]),
    threads: Number(fields[17]),
    started: Number(fields[19]),
  };
}

/** As many as are looked at. */
const STAT_FIELDS = 20;
/** PF_KTHREAD of the kernel's, among the flags of a process. */
const KERNEL_THREAD = 0x200000;

/** The command line, or the short name in brackets when there is none, as ps(1) shows it. */
export function commandOf(pid: number): string | undefined {
  const line = contents(pid, 'cmdline');
  if (line === undefined) return undefined;
  if (line !== '') return line.replace(/\0+$/, '').replaceAll('\0', ' ');
  const name = contents(pid, 'comm')?.trim();
  return name === undefined ? undefined : `[${name}]`;
}

/** The user as whom a process runs: its folder in /proc is that user's, even when its files there are root's. */
export function ownerOf(pid: number): number | undefined {
  try {
    return lstatSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}

/** Bytes read and written so far, whatever from and to; a zombie has them too. `null`: somebody else's to see. */
export function trafficOf(pid: number): Traffic | null | undefined {
  const io = guardedContents(pid, 'io');
  return io === null || io === undefined ? io : parseIo(io);
}

/** What `io` says. */
export function parseIo(io: string): Traffic | undefined {
  const fields = /^rchar: (\d+)\nwchar: (\d+)/.exec(io);
  return fields === null ? undefined : { bytesIn: Number(fields[1]), bytesOut: Number(fields[2]) };
}

export interface Traffic {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** The threads of a process, in order. */
export function threadNumbers(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number).sort(byNumber);
  } catch {
    return [];
  }
}

/** The process that a thread belongs to. /proc has each thread as if it were one, though not in its list. */
export function processOf(tid: number): number | undefined {
  const number = /^Tgid:\s*(\d+)/m.exec(contents(tid, 'status') ?? '')?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The children of a process, of all its threads; `undefined` where this kernel does not list them. */
export function childrenOf(pid: number): number[] | undefined {
  const lists = threadNumbers(pid).map((tid) => contents(`${pid}/task/${tid}`, 'children'));
  if (lists.length === 0 || lists.includes(undefined)) return undefined;
  return lists.flatMap((list) => (list as string).split(' ').filter(isNumber).map(Number));
}

/** A file of the process as text; `at` is its number, 'self', or more of the path. */
export function contents(at: number | string, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${at}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** The same, and `null` when the file is there and somebody else's to see. */
export function guardedContents(at: number | string, file: string): string | null | undefined {
  try {
    return readFileSync(`/proc/${at}/${file}`, 'utf8');
  } catch (error) {
    return isRefusal(error) ? null : undefined;
  }
}

/** The descriptors of a process, in order; 'refused' when they are somebody else's to see. */
export function descriptorNumbers(pid: number): number[] | 'refused' {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(Number).sort(byNumber); // Node sorts them as text
  } catch (error) {
    return isRefusal(error) ? 'refused' : [];
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

/** What a descriptor is open for; nothing is opened for that. */
export function accessOf(pid: number, descriptor: number): Access | 'both' | undefined {
  try {
    const { mode } = lstatSync(`/proc/${pid}/fd/${descriptor}`); // of the link itself
    const reads = (mode & 0o400) !== 0;
    const writes = (mode & 0o200) !== 0;
    if (reads && writes) return 'both';
    return reads ? 'read' : writes ? 'write' : undefined; // neither: O_PATH
  } catch {
    return undefined;
  }
}

/** Whether a descriptor is open for `access`. */
export function isOpenFor(pid: number, descriptor: number, access: Access): boolean {
  const allowed = accessOf(pid, descriptor);
  return allowed === access || allowed === 'both';
}

function byNumber(a: number, b: number): number {
  return a - b;
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

/** EPERM is what the system calls of others, and processes under hidepid=1, answer. */
function isRefusal(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === 'EACCES' || code === 'EPERM';
}
