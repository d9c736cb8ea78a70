/**
 * What tests start ends with them. All that this process starts from here on, and what that starts, has a mark in its
 * environment, whatever groups and sessions it makes; a shell that outlives this process kills it when this process has
 * ended, however it ended. Linux: elsewhere nothing is marked and nothing is found.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

export class Leftovers {
  readonly #mark: string;

  /** From now on. A run within a run has both marks. */
  constructor() {
    this.#mark = `${process.pid}.${Date.now()}`;
    if (process.platform !== 'linux') return;
    // Without the mark, or it would find itself; its standard input ends with this process.
    const watcher = spawn('/bin/sh', ['-c', WATCH, 'sh', this.#mark], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    watcher.unref();
    (watcher.stdin as unknown as { unref(): void }).unref();
    process.env[NAME] = `${process.env[NAME] ?? ''} ${this.#mark}`;
  }

  /**
   * Kills those that do not end by themselves.
   *
   * @param grace Milliseconds; by default enough for a stage that got SIGTERM and has 5 seconds.
   * @returns Their numbers and command lines.
   */
  async end(grace = 10_000): Promise<string[]> {
    const deadline = performance.now() + grace;
    let found = this.#find();
    while (found.length > 0 && performance.now() < deadline) {
      await pause(LOOK_EVERY);
      found = this.#find();
    }
    for (const { pid } of found) kill(pid);
    return found.map(({ pid, command }) => `${pid} ${command}`);
  }

  #find(): { readonly pid: number; readonly command: string }[] {
    if (process.platform !== 'linux') return [];
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && contents(name, 'environ').includes(this.#mark))
      .map((name) => ({
        pid: Number(name),
        command: contents(name, 'cmdline').replaceAll('\0', ' ').trim(),
      }));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended meanwhile
  }
}

/** '' for one that has ended, or is somebody else's. */
function contents(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

const LOOK_EVERY = 50; // milliseconds
const NAME = 'PIPEWORK_TESTS';

/** Again and again, for those that are started meanwhile. */
const WATCH = `
read -r nothing
for i in 0 1 2 3 4 5 6 7 8 9; do
  for path in $(grep -alsF -- "$1" /proc/[0-9]*/environ); do
    pid=\${path#/proc/}
    kill -9 "\${pid%/environ}"
  done
done`;
