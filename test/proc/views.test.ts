/**
 * The scenarios once more, by another user and with less to be seen: a look then says less, and nothing that is wrong. Each
 * view has a process of its own, which tells of every case.
 */
import { deepEqual, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { outcomeOf } from '../../scripts/runtimes/outcome.js';
import { packageRoot } from '../fixtures/package-copy.js';
import { scenarios } from './scenarios.js';

const NOBODY = 65534;
const program = fileURLToPath(new URL('../runtimes/run.js', import.meta.url));
const onlyRoot = process.getuid?.() === 0 ? false : 'only root can become another user';

test('scan(), verdict(): an ordinary user sees the same of processes of his own', { skip: onlyRoot }, () => {
  check({}, NOBODY);
});

test('scan(), verdict(): where system calls are refused it says less, and nothing that is wrong', () => {
  check({ PIPEWORK_PROC: 'no-syscall' });
});

test('scan(), verdict(): where it is refused in what processes sleep it says that they sleep', () => {
  check({ PIPEWORK_PROC: 'no-wchan' });
});

function check(env: Readonly<Record<string, string>>, user?: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-view-'));
  try {
    const report = join(folder, 'report');
    writeFileSync(report, '');
    chmodSync(folder, 0o755);
    chmodSync(report, 0o666);
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [program, 'proc', report], {
      cwd: packageRoot,
      env: { ...process.env, ...env },
      encoding: 'utf8',
      timeout: TIMEOUT,
      ...(user !== undefined && { uid: user, gid: user }),
    });
    const ended = {
      isClean: status === 0,
      how: `it ended with ${signal ?? status}`,
      printed: stdout + stderr,
    };
    const outcome = outcomeOf(readFileSync(report, 'utf8'), ended, scenarios.length);
    deepEqual(outcome.failed, []);
    deepEqual(outcome.skipped, []);
    ok(outcome.passed === scenarios.length, `${outcome.passed} of ${scenarios.length}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Against hanging only. */
const TIMEOUT = 200_000; // milliseconds
