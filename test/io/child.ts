import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a helper program ended. `status` is `null` when it was killed because it hung. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `fixtures/<name>.ts` in a process of its own. */
export function child(
  name: string,
  args: readonly string[] = [],
  { env = {}, execArgv = [] }: { readonly env?: Record<string, string>; readonly execArgv?: string[] } = {},
): Promise<Ended> {
  const file = fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: HANG_AFTER, killSignal: 'SIGKILL' as const };
    const program = execFile(process.execPath, [...execArgv, file, ...args], options, (_, stdout, stderr) =>
      resolve({ status: program.exitCode, stdout, stderr }),
    );
  });
}

/** The path of a helper program's compiled source. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
}

const HANG_AFTER = 30_000; // ms
