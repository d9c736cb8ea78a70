/** Runs the Go originals. Built first and run then: `go run` has an exit status of its own and hides the program's. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, runChild } from './run-child.js';

/** What `go version` says, or `undefined` when there is no `go` on the PATH. */
export async function goVersion(): Promise<string | undefined> {
  const { failure, stdout } = await runChild('go', ['version'], { timeout: BUILD_TIMEOUT });
  return failure === undefined ? stdout.trim().replace(/^go version /, '') : undefined;
}

/** One run of a program: with which arguments, and how many milliseconds it may take. */
export interface GoRun {
  readonly args: readonly string[];
  readonly timeout: number;
}

/** Builds the Go program at `path` and runs it; how each of `runs` ended, or for each of them how the build failed. */
export async function runGo(path: string, runs: readonly GoRun[]): Promise<Ended[]> {
  const folder = await mkdtemp(join(tmpdir(), 'pipework-tour-'));
  try {
    // In a folder outside any Go module, so that none around the user's own has a say.
    const binary = join(folder, 'program');
    const built = await runChild('go', ['build', '-o', binary, path], {
      timeout: BUILD_TIMEOUT,
      cwd: folder,
    });
    if (built.failure !== undefined) return runs.map(() => built);
    if (built.status !== 0) return runs.map(() => ({ ...built, failure: 'go build failed' }));
    const ends: Ended[] = [];
    for (const { args, timeout } of runs) ends.push(await runChild(binary, args, { timeout, cwd: folder }));
    return ends;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first build on a machine compiles parts of Go's own library. */
const BUILD_TIMEOUT = 180_000; // milliseconds
