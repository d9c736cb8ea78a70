/**
 * Which thread this is, so that the other side can tell whether it still runs, and what it may do. Found out once, at the
 * first need, and only as far as the runtime tells: zeros stand for what it does not.
 */
import { builtin, host } from './host.js';
import type { Thread } from './protocol.js';

/** This thread. */
export function ownThread(): Thread {
  own ??= { realm: randomWord(), number: threadNumber(), ...kernelThread() };
  return own;
}

/** Whether Node's, Bun's or Deno's main thread; a page's window is none of them. */
export function isMainThread(): boolean {
  return workerThreads()?.isMainThread ?? false;
}

/** Whether this thread may block: a page's window may not. */
export function mayBlock(): boolean {
  if (blocks === undefined) {
    try {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
      blocks = true;
    } catch {
      blocks = false;
    }
  }
  return blocks;
}

/** Processors that this program may use at the same time. */
export function processors(): number {
  count ??=
    builtin<{ availableParallelism(): number }>('node:os')?.availableParallelism() ??
    host.navigator?.hardwareConcurrency ??
    1;
  return count;
}

/**
 * Whether the kernel says that the thread `tid` of this process, started at `startedAt`, runs no more. What it refuses to say,
 * as for lack of descriptors, is no.
 */
export function hasThreadEnded({ tid, startedAt }: Thread): boolean {
  if (tid === 0) return false;
  const files = procFiles();
  if (files === undefined) return false;
  try {
    return startTime(files, tid) !== startedAt;
  } catch (error) {
    return GONE.includes((error as { code?: unknown }).code);
  }
}

let own: Thread | undefined;
let blocks: boolean | undefined;
let count: number | undefined;

/** Of a thread that ended before its file was opened, or after. */
const GONE: readonly unknown[] = ['ENOENT', 'ESRCH'];

/** The field `starttime` of proc_pid_stat(5), counted from the one behind the name. */
const START_TIME = 19;
const WORD_MASK = 0x7fffffff;

function randomWord(): number {
  const word = new Int32Array(1);
  host.crypto.getRandomValues(word);
  return (word[0] as number) | 1;
}

interface WorkerThreads {
  readonly isMainThread: boolean;
  readonly threadId: number;
}

function workerThreads(): WorkerThreads | undefined {
  return builtin<WorkerThreads>('node:worker_threads');
}

function threadNumber(): number {
  const threads = workerThreads();
  return threads === undefined ? 0 : threads.threadId + 1;
}

interface Files {
  readlinkSync(path: string): string;
  readFileSync(path: string, encoding: 'latin1'): string;
}

/** To read /proc with; `undefined` where it cannot be, or where the user would be asked for leave. */
function procFiles(): Files | undefined {
  if (host.Deno !== undefined && !mayReadProc(host.Deno)) return undefined;
  return builtin<Files>('node:fs');
}

function mayReadProc({ permissions }: NonNullable<typeof host.Deno>): boolean {
  return permissions.querySync({ name: 'read', path: '/proc/self/task' }).state === 'granted';
}

function kernelThread(): { readonly tid: number; readonly startedAt: number } {
  const files = procFiles();
  try {
    if (files === undefined) return UNKNOWN;
    const tid = Number(files.readlinkSync('/proc/thread-self').split('/').at(-1));
    return { tid, startedAt: startTime(files, tid) };
  } catch {
    return UNKNOWN; // another system, or one that cannot say
  }
}

const UNKNOWN = { tid: 0, startedAt: 0 };

/** When the thread `tid` of this process was started, in ticks. @throws What the file system does. */
function startTime(files: Files, tid: number): number {
  const stat = files.readFileSync(`/proc/self/task/${tid}/stat`, 'latin1');
  // The name in parentheses may hold anything; what follows it is numbers.
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME];
  return Number(ticks) & WORD_MASK;
}
