/**
 * Go's `io.Pipe`: go-pipe.go, compiled on the spot when `go` is there, with Go's own scheduler as it comes. The program
 * warms up, starts its clock and checks what it read just as the trials here do.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Rival } from '../rival.js';

const SOURCE = fileURLToPath(new URL('../../../bench/rivals/go-pipe.go', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../go-pipe', import.meta.url));

export const rival = goRival('io', "Go's io.Pipe");

export function goRival(kind: 'io' | 'os', title: string): Rival {
  return {
    title,
    prepare() {
      const { error, status, stderr } = spawnSync('go', ['build', '-o', PROGRAM, SOURCE], {
        encoding: 'utf8',
      });
      if (error !== undefined) return 'there is no go on the PATH';
      return status === 0 ? undefined : `go does not build it: ${stderr.trim()}`;
    },
    timeStream({ messages, warmUp, size }) {
      return Number(
        execFileSync(PROGRAM, [kind, ...[messages, warmUp, size].map(String)], { encoding: 'utf8' }),
      );
    },
  };
}
