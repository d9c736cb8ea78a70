import { spawn } from 'node:child_process';

/** How a program ended, and what it said. */
export interface Ended {
  /** Exit status; `null` when a signal ended it, or when it did not start. */
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it did not run to an end of its own: it did not start, or took too long and was killed. */
  readonly failure: string | undefined;
  /** Whether it took too long, and was killed. */
  readonly isOverdue: boolean;
}

export interface RunOptions {
  /** Milliseconds that it may take; then it is killed, so that nothing hangs. */
  readonly timeout: number;
  readonly cwd?: string;
}

/** Runs `command` to its end. Never rejects: that something did not run is an outcome too. */
export function runChild(
  command: string,
  args: readonly string[],
  { timeout, cwd }: RunOptions,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let failure: string | undefined;
    let isOverdue = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => {
      isOverdue = true;
      failure = `still running after ${timeout / 1000} s, and killed`;
      child.kill('SIGKILL');
      // A grandchild may hold the other ends of these two for as long as it likes.
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeout);
    child.on('error', (error: NodeJS.ErrnoException) => {
      failure = `'${command}' did not start: ${error.code ?? error.message}`;
    });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status: failure === undefined ? status : null, signal, stdout, stderr, failure, isOverdue });
    });
  });
}
