/** `npm test` fails when a test fails, and says what it left out. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as io from 'pipework';
import { ownNap, sleepers, until } from '../exec/processes.js';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));

test('the reporter tells failures, and what was skipped and why', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-runner-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'some.test.mjs');
  writeFileSync(
    file,
    `import { describe, test } from 'node:test';
     test('passes', () => {});
     test('is left out', { skip: 'Go is not on the PATH' }, () => {});
     describe('a suite', () => { test('fails', () => { throw new Error('as it should'); }); });`,
  );
  const { status, stdout } = node('--test', `--test-reporter=${join(scripts, 'test-reporter.js')}`, file);
  equal(status, 1);
  match(stdout, /not ok: fails\n.*some\.test\.mjs:4\n\s+Error: as it should/);
  match(stdout, /some\.test\.mjs: 1 passed, 1 FAILED, 1 skipped/);
  match(stdout, /Skipped:\n {2}is left out: Go is not on the PATH\n/);
  match(stdout, /Failed:\n.*some\.test\.mjs:4 fails\n\nAll: 1 passed, 1 FAILED, 1 skipped/);
});

test('the reporter tells of a suite that breaks before its first test', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-runner-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'some.test.mjs');
  writeFileSync(
    file,
    `import { describe, test } from 'node:test';
     describe('a suite', () => { throw new Error('no tests to be had'); });
     test('passes', () => {});`,
  );
  const { status, stdout } = node('--test', `--test-reporter=${join(scripts, 'test-reporter.js')}`, file);
  equal(status, 1);
  match(stdout, /not ok: a suite\n.*some\.test\.mjs:2\n\s+Error: no tests to be had/);
  match(stdout, /All: 1 passed, 1 FAILED/);
});

test('a filter that fits no file is an error, not a success', () => {
  const { status, stderr } = node(join(scripts, 'test.js'), 'no such file');
  equal(status, 1);
  match(stderr, /no file of tests has 'no such file' in its path/);
});

const noProc = process.platform === 'linux' ? false : 'processes are found in /proc';

/** A program that leaves two processes behind, one of them in a session of its own, and then does what `ends` says. */
function leaving(nap: string, ends: string): string[] {
  const leftovers = pathToFileURL(join(scripts, 'leftovers.js')).href;
  const program = `
    import { spawn } from 'node:child_process';
    import { Leftovers } from ${JSON.stringify(leftovers)};
    const leftovers = new Leftovers();
    const child = spawn('sh', ['-c', 'setsid sleep ${nap} & sleep ${nap} & wait'], { stdio: 'ignore', detached: true });
    child.unref();
    ${ends}`;
  return ['--input-type=module', '--eval', program];
}

test('what a killed run of tests has started is killed too', { skip: noProc }, async () => {
  const nap = ownNap();
  const run = spawn(process.execPath, leaving(nap, 'setInterval(() => {}, 1e6);'), { stdio: 'ignore' });
  await until(() => sleepers(nap).length === 2, 'both sleep');
  run.kill('SIGKILL');
  await once(run, 'exit');
  await until(() => sleepers(nap).length === 0, 'nobody is left');
});

test('a run of tests kills and names what is left behind', { skip: noProc }, async () => {
  const nap = ownNap();
  const end = "process.stdin.once('data', async () => console.log((await leftovers.end(100)).join('\\n')));";
  const run = spawn(process.execPath, leaving(nap, end), { stdio: ['pipe', 'pipe', 'inherit'] });
  await until(() => sleepers(nap).length === 2, 'both sleep');
  run.stdin.end('\n');
  const left = await io.text(run.stdout);
  deepEqual(left.replace(/^\d+ /gm, '').trimEnd().split('\n').sort(), [
    `sh -c setsid sleep ${nap} & sleep ${nap} & wait`,
    `sleep ${nap}`,
    `sleep ${nap}`,
  ]);
  await until(() => sleepers(nap).length === 0, 'nobody is left');
});

function node(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  // Without that variable a runner within a runner is one of its own.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return spawnSync(process.execPath, args, { encoding: 'utf8', env });
}
