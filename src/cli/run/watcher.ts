import type { Job, Stderr, Stdout } from '../../exec/index.js';

/** Whoever watches a pipeline that runs. */
export interface Watcher {
  /** Where the last stage's output goes. */
  readonly stdout: Stdout;
  /** Where a stage's standard error goes. */
  stderr(index: number): Stderr;
  /** All stages have been started. */
  begin(job: Job): void;
  /** All of them have ended. Resolves when all that they said is where it belongs. */
  end(): Promise<void>;
}

/** Nobody watches: the stages have the terminal, or whatever it is, for themselves. */
export const NOBODY: Watcher = { stdout: 'inherit', stderr: () => 'inherit', begin() {}, async end() {} };
