/** Real processes on real pipes, started one by one, for a look at them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as os from 'pipework/os';
import { until } from '../exec/processes.js';

/** The two ends of a pipe, as descriptors for children. */
export interface Ends {
  readonly read: number;
  readonly write: number;
}

export class Scene {
  readonly #children: ChildProcess[] = [];
  readonly #own: { close(): void }[] = [];

  pipe(capacity?: number): Ends {
    const { reader, writer } = os.pipe(capacity === undefined ? {} : { capacity });
    this.#own.push(reader, writer);
    return { read: reader.fd, write: writer.fd };
  }

  /** @param fds What are the child's descriptors 0, 1, ...; those that are not there are /dev/null up to 2. */
  start(
    [file, ...args]: readonly [string, ...string[]],
    fds: Readonly<Record<number, number>>,
    argv0?: string,
  ): ChildProcess {
    const length = Math.max(3, ...Object.keys(fds).map((fd) => Number(fd) + 1));
    const stdio = Array.from({ length }, (_, fd) => fds[fd] ?? 'ignore');
    const child = spawn(file, args, { stdio, detached: true, ...(argv0 !== undefined && { argv0 }) });
    this.#children.push(child);
    return child;
  }

  /** The children alone have the pipes from now on. */
  close(): void {
    for (const end of this.#own.splice(0)) end.close();
  }

  /** Ends all that it has started, with their descendants. */
  async end(): Promise<void> {
    this.close();
    for (const child of this.#children) {
      if (child.pid === undefined) continue;
      try {
        process.kill(-child.pid, 'SIGKILL'); // its group: it leads one
      } catch {
        // nobody is left of it
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  }
}

/** Whether a process sleeps in a function of the kernel whose name that is: not by what is tested here. */
export function sleepsIn(pid: number, name: RegExp): boolean {
  return /^S/.test(stateOf(pid)) && name.test(file(pid, 'wchan'));
}

/** Its state, as one letter; '' when it has ended. */
export function stateOf(pid: number): string {
  return file(pid, 'stat')
    .replace(/^.*\) /s, '')
    .slice(0, 1);
}

/** Waits until it waits to write, or to read. */
export async function untilWriting(...pids: readonly number[]): Promise<void> {
  for (const pid of pids) await until(() => sleepsIn(pid, WRITES), `${pid} waits to write`);
}

export async function untilReading(...pids: readonly number[]): Promise<void> {
  for (const pid of pids) await until(() => sleepsIn(pid, READS), `${pid} waits to read`);
}

export async function untilSleeping(...pids: readonly number[]): Promise<void> {
  for (const pid of pids) await until(() => sleepsIn(pid, /nanosleep/), `${pid} sleeps`);
}

/** The only child of a process, once there is one. */
export async function childOf(pid: number): Promise<number> {
  const [child] = await childrenOf(pid, 1);
  return child as number;
}

/** The children of a process, once there are so many, in the order in which they were started. */
export async function childrenOf(pid: number, count: number): Promise<number[]> {
  const children = (): string[] => file(pid, `task/${pid}/children`).trim().split(' ').filter(Boolean);
  await until(() => children().length >= count, `${pid} has ${count} children`);
  return children().map(Number);
}

export const WRITES = /pipe_(write|wait_writable)$/;
export const READS = /pipe_(read|wait_readable)$/;

function file(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
