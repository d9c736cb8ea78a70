import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { binding, type SystemError, systemError } from '../../os/internal.js';
import type { ChildFd } from '../child-fd.js';
import type { Child, Exit, StartSpec } from './child.js';
import { signalName } from './native-child.js';

/**
 * A child of `node:child_process`, where the addon cannot start any: fewer facts, and the runtime copies this process's
 * page tables for each.
 */
export class NodeChild implements Child {
  readonly pid: number | undefined;
  readonly exited: Promise<Exit>;

  readonly #child: ChildProcess;
  /** The addon's number of its pidfd; -1 where there is none. */
  readonly #slot: number;
  #isTold: boolean;

  constructor(child: ChildProcess, spec: StartSpec) {
    this.#child = child;
    this.pid = child.pid;
    // What never began must get no signal: its handle's number is 0, or anything, and 0 is this process's whole group.
    this.#isTold = child.pid === undefined;
    // Not collected before the event loop goes on: the number is certainly still its own.
    this.#slot = child.pid === undefined ? -1 : (binding().openProcess?.(child.pid) ?? -1);
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit): void => {
        this.#isTold = true;
        if (this.#slot >= 0) binding().close(this.#slot);
        resolve(exit);
      };
      child.on('exit', (code, signal) => end({ code, signal }));
      child.on('error', (error) => {
        // Else it is a signal that could not be sent.
        if (this.pid === undefined) end({ code: null, signal: null, error: explain(error, spec) });
      });
    });
  }

  /** The runtime may have collected it, with others, before it tells of any of them. */
  get hasExited(): boolean {
    return this.#isTold || (this.#slot >= 0 && binding().wait(this.#slot, 0) !== 0);
  }

  signal(number: number): void {
    if (this.hasExited) return;
    if (this.#slot >= 0) binding().signal?.(this.#slot, number);
    else this.#child.kill(signalName(number) as NodeJS.Signals);
  }
}

/** Starts a process by the runtime's own means. What it throws at once comes as the error of a child, too. */
export function startByNode(spec: StartSpec): NodeChild | SystemError {
  try {
    const child = spawn(spec.file, spec.args, {
      env: spec.env.all,
      ...(spec.cwd !== undefined && { cwd: spec.cwd }),
      stdio: spec.fds.map(descriptorOf),
    });
    return new NodeChild(child, spec);
  } catch (error) {
    return explain(error as Error, spec);
  }
}

function descriptorOf({ kind, value }: ChildFd): number | 'ignore' {
  if (kind === 'null') return 'ignore';
  return kind === 'slot' ? binding().number(value) : value;
}

/** A missing folder reads as a missing command there. */
function explain(error: Error, spec: StartSpec): SystemError {
  const { code, errno } = error as SystemError;
  if (code === undefined || typeof errno !== 'number') return error as SystemError;
  const isCwd = spec.cwd !== undefined && !isFolder(spec.cwd);
  return isCwd ? systemError(errno, 'chdir', `the cwd ${spec.cwd}`) : systemError(errno, 'spawn', spec.file);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
