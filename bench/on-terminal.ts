/** The command `pipework` on a terminal of 80 columns, which script(1) makes. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** @returns Why no trial on a terminal can run; nothing when they can. */
export function terminalProblem(): string | undefined {
  return spawnSync('script', ['--version']).status === 0
    ? undefined
    : 'there is no script(1) to make a terminal with';
}

/** Starts it; the first line of what it shows is the number of its process. */
export function startOnTerminal(args: readonly string[]): ChildProcessWithoutNullStreams {
  const words = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const line = `stty rows 24 cols 80; echo $$; exec ${words.join(' ')}`;
  return spawn('script', ['--quiet', '--return', '--flush', '--command', line, '/dev/null'], {
    env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm-256color' },
  });
}
