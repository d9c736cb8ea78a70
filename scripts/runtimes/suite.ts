/** One row of the table: cases that one process of each runtime, or one page, runs one after the other. */
export interface Suite {
  /** No two suites have the same. */
  readonly name: string;
  /** PIPEWORK_OS of the process: a way of waiting that this runtime would not choose. */
  readonly mode?: 'posix' | 'thread';
  /** What a runtime prints by itself meanwhile. Anything else that a process prints is a failure. */
  readonly prints?: RegExp;
  /** In a page it runs in a worker, since the thread of its cases blocks now and then, and a window must not. */
  readonly blocks?: true;
  /** Called once on the runtime that is to run them. As many on each: what one cannot run it skips, and says why. */
  cases(): readonly Case[] | Promise<readonly Case[]>;
}

/** A case of the conformance suite is one. */
export interface Case {
  readonly name: string;
  /** Why this runtime cannot run it. */
  readonly skip?: string;
  /** Rejects when what its name says is not so. */
  run(): Promise<void>;
}
