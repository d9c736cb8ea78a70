import type { Graph } from './graph.js';

/** Options of `scan()`. */
export interface ScanOptions {
  /** Only these processes, and whom `follow` adds. */
  readonly pid?: number | readonly number[] | undefined;
  /** Only processes of this user, by number, and whom `follow` adds. */
  readonly user?: number | undefined;
  /**
   * Who is looked at besides those that were asked for. `pipes`, the default: who has an end of their pipes, and of those
   * processes' pipes, and so on; this looks through the descriptors of every process. `children`: their descendants.
   * `nobody`.
   */
  readonly follow?: 'pipes' | 'children' | 'nobody' | undefined;
  /** `false`: pipes are not opened to ask for their capacity and how much is in them. */
  readonly fill?: boolean | undefined;
  /** Asks how long processes have not run, `asleepFor`, which costs another file for each. */
  readonly asleep?: boolean | undefined;
  /** An earlier look, for `rates`. */
  readonly since?: Graph | undefined;
}
