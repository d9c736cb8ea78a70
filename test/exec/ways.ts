/**
 * Tests by each way of starting processes. Whatever a test does to a pipeline, nothing may be left of it: no descriptor,
 * and no child of this process, a zombie included.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as exec from 'pipework/exec';
import { openDescriptors } from '../os/descriptors.js';

export type Way = 'native' | 'child_process';

/** What PIPEWORK_EXEC is for each. */
export const WAYS: readonly Way[] = ['native', 'child_process'];

/** `run` as a test that starts processes in that way. */
export function inWay(way: Way, run: (way: Way) => Promise<void>): () => Promise<void> {
  return async () => {
    process.env['PIPEWORK_EXEC'] = way;
    // The runner cancels a test when the loop runs dry, which a wait for somebody outside may let it do.
    const alive = setInterval(() => {}, 1000); // milliseconds
    try {
      await exec.run(['true'], ['true']); // what is opened once for all
      await turn(); // what the test before has closed
      const before = openDescriptors();
      await run(way);
      await turn();
      equal(openDescriptors(), before, 'descriptors');
      deepEqual(children(), []);
    } finally {
      clearInterval(alive);
      delete process.env['PIPEWORK_EXEC'];
    }
  };
}

/** The children of this process as /proc has them, such as `123 (sleep) Z`. */
export function children(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(statOf)
    .filter((stat) => new RegExp(`\\) . ${process.pid} `).test(stat))
    .map((stat) => stat.slice(0, stat.indexOf(')') + 3));
}

/** What `promise` rejects with. */
export async function rejection<Reason = exec.PipelineError>(promise: Promise<unknown>): Promise<Reason> {
  try {
    await promise;
  } catch (error) {
    return error as Reason;
  }
  throw new Error('it resolved');
}

/** Lets everything that is ready happen. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}
