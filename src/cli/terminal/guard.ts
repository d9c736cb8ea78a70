/**
 * Puts a terminal in order when this process is killed and cannot do it itself: a small shell holds the other end of a pipe,
 * whose end tells it. It is in a session of its own, so that nothing that is typed reaches it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { LEAVE } from './sequences.js';

export class Guard {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('error', () => {}); // there is no shell, and no guard
    child.stdin?.on('error', () => {}); // it was killed first
    child.unref();
    (child.stdin as (Writable & { unref?(): void }) | null)?.unref?.();
  }

  /** To be made while the terminal, which standard output is, is as it shall be again. Resolves when it is known. */
  static async start(): Promise<Guard> {
    const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'inherit', 'pipe'], detached: true });
    await new Promise((resolve) => {
      child.stderr?.once('data', resolve);
      child.once('close', resolve);
      child.once('error', resolve);
    });
    child.stderr?.destroy();
    return new Guard(child);
  }

  /** From now on there is something to put in order. */
  arm(): void {
    this.#child.stdin?.write('armed\n');
  }

  disarm(): void {
    this.#child.stdin?.write('plain\n');
  }
}

/**
 * The modes of the terminal are given back only when they are those that were set here: a shell that came first has its own.
 */
const SCRIPT = `
exec 3<&1
saved=$(stty -g <&3)
echo ready >&2
exec 2> /dev/null
state=plain
while read -r word; do
  state=$word
  if [ "$state" = armed ]; then ours=$(stty -g <&3); fi
done
[ "$state" = armed ] || exit 0
printf %s '${LEAVE}'
[ "$(stty -g <&3)" != "$ours" ] || stty "$saved" <&3`;
