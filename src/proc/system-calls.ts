/**
 * The system calls in which a process can wait, by their numbers on each processor: /proc gives a number and arguments.
 */
import type { Elsewhere } from './state.js';

/** A call, and which of its arguments, from 0, is the descriptor that says what it waits for. */
export type SystemCall = {
  readonly name: string;
} & (
  | { readonly does: 'read' | 'write'; readonly descriptor: number }
  /** Moves bytes from one descriptor to another and may wait for either. */
  | { readonly does: 'move'; readonly from: number; readonly to: number }
  /** Fills a pipe from memory, or empties it into memory, by what its descriptor is open for. */
  | { readonly does: 'either'; readonly descriptor: number }
  | { readonly does: 'open' }
  /** `timeout`: an argument that is -1, or for the `pointer`s 0, when it waits for ever. */
  | {
      readonly does: 'epoll';
      readonly descriptor: number;
      readonly timeout: number;
      readonly isPointer?: true;
    }
  /** `count`: of descriptors that it watches; none of them makes it a sleep. */
  | { readonly does: 'poll'; readonly count: number; readonly timeout: number; readonly isPointer?: true }
  /** Waits for the end of a process: of any child, unless `number` is an argument above 0. */
  | { readonly does: 'child'; readonly number?: number }
  | { readonly does: 'wait'; readonly for: Elsewhere; readonly descriptor?: number }
);

/** What a process is in. */
export interface CallInProgress {
  readonly number: number;
  /** In hexadecimal, as the kernel writes them. */
  readonly args: readonly string[];
}

/**
 * What /proc/PID/syscall says: a call, 'running', or 'none' when it sleeps outside of any (for a page of memory) or in one
 * of another processor's kind, whose numbers mean something else.
 */
export function parseSyscall(text: string): CallInProgress | 'running' | 'none' {
  if (text.startsWith('running')) return 'running';
  const fields = text.trimEnd().split(' ');
  const number = Number(fields[0]);
  const stack = fields[7];
  if (fields.length < 9 || number < 0 || stack === undefined || isOf32Bits(stack)) return 'none';
  return { number, args: fields.slice(1, 7) };
}

/** The lower half of an argument as a number with a sign: a descriptor, a count, a time. */
export function argument(call: CallInProgress, index: number): number {
  return Number.parseInt((call.args[index] ?? '0').slice(2).slice(-8), 16) | 0;
}

/** Whether the whole of an argument is 0: no pointer. */
export function isNull(call: CallInProgress, index: number): boolean {
  return call.args[index] === '0x0';
}

/** `undefined`: none in which anybody waits, or on a processor whose numbers are not known here. */
export function systemCall(number: number): SystemCall | undefined {
  return TABLE.get(number);
}

/** A program for 32 bits has its stack in the first 4 GiB, where no other has it. */
function isOf32Bits(stack: string): boolean {
  return stack.length <= '0xffffffff'.length;
}

const NONE = -1;

/** The name, the number on x64, that on arm64, and what it does. */
type Row = readonly [name: string, x64: number, arm64: number, does: Does];
type Does = SystemCall extends infer Call ? (Call extends SystemCall ? Omit<Call, 'name'> : never) : never;

const READ: Does = { does: 'read', descriptor: 0 };
const WRITE: Does = { does: 'write', descriptor: 0 };
const OPEN: Does = { does: 'open' };
const SOCKET: Does = { does: 'wait', for: 'socket', descriptor: 0 };
const FILE: Does = { does: 'wait', for: 'file', descriptor: 0 };
const DISK: Does = { does: 'wait', for: 'disk', descriptor: 0 };
const TIMER: Does = { does: 'wait', for: 'timer' };
const CHILD: Does = { does: 'child' };
const THREAD: Does = { does: 'wait', for: 'thread' };
const SIGNAL: Does = { does: 'wait', for: 'signal' };
const OTHER: Does = { does: 'wait', for: 'other' };

const ROWS: readonly Row[] = [
  ['read', 0, 63, READ],
  ['readv', 19, 65, READ],
  ['preadv2', 327, 286, READ],
  ['write', 1, 64, WRITE],
  ['writev', 20, 66, WRITE],
  ['pwritev2', 328, 287, WRITE],
  ['splice', 275, 76, { does: 'move', from: 0, to: 2 }],
  ['tee', 276, 77, { does: 'move', from: 0, to: 1 }],
  ['sendfile', 40, 71, { does: 'move', from: 1, to: 0 }],
  ['vmsplice', 278, 75, { does: 'either', descriptor: 0 }],
  ['open', 2, NONE, OPEN],
  ['openat', 257, 56, OPEN],
  ['openat2', 437, 437, OPEN],
  ['epoll_wait', 232, NONE, { does: 'epoll', descriptor: 0, timeout: 3 }],
  ['epoll_pwait', 281, 22, { does: 'epoll', descriptor: 0, timeout: 3 }],
  ['epoll_pwait2', 441, 441, { does: 'epoll', descriptor: 0, timeout: 3, isPointer: true }],
  ['poll', 7, NONE, { does: 'poll', count: 1, timeout: 2 }],
  ['ppoll', 271, 73, { does: 'poll', count: 1, timeout: 2, isPointer: true }],
  ['select', 23, NONE, { does: 'poll', count: 0, timeout: 4, isPointer: true }],
  ['pselect6', 270, 72, { does: 'poll', count: 0, timeout: 4, isPointer: true }],
  ['nanosleep', 35, 101, TIMER],
  ['clock_nanosleep', 230, 115, TIMER],
  ['wait4', 61, 260, { does: 'child', number: 0 }],
  ['waitid', 247, 95, CHILD],
  ['vfork', 58, NONE, CHILD],
  ['clone', 56, 220, CHILD],
  ['clone3', 435, 435, CHILD],
  ['futex', 202, 98, THREAD],
  ['futex_waitv', 449, 449, THREAD],
  ['futex_wait', 455, 455, THREAD],
  ['pause', 34, NONE, SIGNAL],
  ['rt_sigsuspend', 130, 133, SIGNAL],
  ['rt_sigtimedwait', 128, 137, SIGNAL],
  ['recvfrom', 45, 207, SOCKET],
  ['recvmsg', 47, 212, SOCKET],
  ['recvmmsg', 299, 243, SOCKET],
  ['sendto', 44, 206, SOCKET],
  ['sendmsg', 46, 211, SOCKET],
  ['sendmmsg', 307, 269, SOCKET],
  ['accept', 43, 202, SOCKET],
  ['accept4', 288, 242, SOCKET],
  ['connect', 42, 203, SOCKET],
  ['fsync', 74, 82, DISK],
  ['fdatasync', 75, 83, DISK],
  ['flock', 73, 32, FILE],
  ['fcntl', 72, 25, FILE],
  ['ioctl', 16, 29, FILE],
  ['io_uring_enter', 426, 426, OTHER],
  ['msgrcv', 70, 188, OTHER],
  ['msgsnd', 69, 189, OTHER],
  ['semtimedop', 220, 192, OTHER],
  ['mq_timedreceive', 243, 183, OTHER],
];

const COLUMN: Readonly<Partial<Record<string, 1 | 2>>> = { x64: 1, arm64: 2 };

const TABLE = tableFor(process.arch);

function tableFor(arch: string): ReadonlyMap<number, SystemCall> {
  const column = COLUMN[arch];
  if (column === undefined) return new Map();
  return new Map(
    ROWS.flatMap((row) => (row[column] === NONE ? [] : [[row[column], { name: row[0], ...row[3] }]])),
  );
}
