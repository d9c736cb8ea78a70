import type { SystemError } from '../../os/internal.js';
import type { ChildFd } from '../child-fd.js';
import type { Variables } from '../environment.js';
import type { Usage } from '../usage.js';

/** All that starting a process needs, checked before. */
export interface StartSpec {
  /** What errors call it. */
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Variables;
  readonly cwd: string | undefined;
  /** The child's descriptors 0, 1, 2 and so on; it has no others. */
  readonly fds: readonly ChildFd[];
}

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  /** The signal that killed it, as `SIGTERM`. */
  readonly signal: string | null;
  /** Why it never ran. */
  readonly error?: SystemError;
  /** What it used, where the system says so. */
  readonly usage?: Usage;
}

/** A process that was started, or could not be: then it has no pid, and `exited` gives the error. */
export interface Child {
  readonly pid: number | undefined;
  /** Settles when it has been reaped; never rejects. */
  readonly exited: Promise<Exit>;
  readonly hasExited: boolean;
  /** Sends a signal to this process and never to another; nothing when it has ended. */
  signal(number: number): void;
}
