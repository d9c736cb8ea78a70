/**
 * Runs one suite on one runtime, in a process of its own that is killed when it takes too long, or when this one exits,
 * together with what it has started.
 */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine.js';
import { type Ended, type Outcome, outcomeOf } from './outcome.js';
import type { Suite } from './suite.js';

export interface RunSuiteOptions {
  /** The script that runs a suite: its arguments are the suite's name and the path of the report. */
  readonly program: string;
  /** How many the suite has. */
  readonly cases: number;
  /** Milliseconds; against hanging only. */
  readonly timeout: number;
}

/** Never rejects because of the process: whatever became of it is in the outcome. */
export async function runSuite(
  { command, missing }: Engine,
  { name, mode, prints }: Omit<Suite, 'cases'>,
  { program, cases, timeout }: RunSuiteOptions,
): Promise<Outcome> {
  if (missing !== undefined) return { passed: 0, failed: [], skipped: [{ name: '(all)', why: missing }] };
  const folder = mkdtempSync(join(tmpdir(), 'pipework-runtimes-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    const report = join(folder, 'report');
    const printed = join(folder, 'printed');
    const ended = await run([...command, program, name, report], environment(mode), printed, timeout);
    const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
    const all = readFileSync(printed, 'utf8');
    return outcomeOf(
      text,
      { ...ended, printed: prints === undefined ? all : all.replace(prints, '') },
      cases,
    );
  } finally {
    process.off('exit', remove);
    remove();
  }
}

function environment(mode: string | undefined): NodeJS.ProcessEnv {
  const { PIPEWORK_OS: _, ...env } = process.env;
  return {
    ...env,
    ...(mode !== undefined && { PIPEWORK_OS: mode }),
    NO_COLOR: '1',
    DENO_NO_UPDATE_CHECK: '1',
  };
}

/** What it prints goes to a file, which a grandchild that stays behind cannot hold up. */
function run(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  printed: string,
  timeout: number,
): Promise<Omit<Ended, 'printed'>> {
  const [program = '', ...args] = command;
  const output = openSync(printed, 'w');
  const child = spawn(program, args, { env, stdio: ['ignore', output, output], detached: true }); // a group of its own
  closeSync(output);
  const kill = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL');
  process.once('exit', kill);
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      kill();
    }, timeout);
    const settle = () => {
      clearTimeout(timer);
      process.off('exit', kill);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (status, signal) => {
      settle();
      const end = `the process ended with ${signal === null ? `status ${status}` : signal}`;
      const how = isLate ? `hung: the process was killed after ${timeout / 1000} s` : end;
      resolve({ isClean: status === 0 && !isLate, how });
    });
  });
}
