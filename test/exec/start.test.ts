/** What a process finds when it is started. */
import { deepEqual, equal } from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as exec from 'pipework/exec';
import { packageRoot } from '../fixtures/package-copy.js';
import { inWay, WAYS } from './ways.js';

const folder = mkdtempSync(join(tmpdir(), 'pipework-start-'));
after(() => rmSync(folder, { recursive: true }));

for (const way of WAYS) {
  test(
    `a process has no signal ignored and none blocked, although Node ignores some (${way})`,
    inWay(way, async () => {
      const out = await exec.run(['grep', '-E', '^Sig(Blk|Ign)', '/proc/self/status']);
      // libuv leaves the signals beyond 31 as they were, which is at their defaults.
      deepEqual(out.lines(), ['SigBlk:\t0000000000000000', 'SigIgn:\t0000000000000000']);
    }),
  );

  test(
    `a process has pipes and not sockets: its /dev/stdin, /dev/stdout and /dev/stderr can be opened (${way})`,
    inWay(way, async () => {
      const copy = exec.shell('cat /dev/stdin > /dev/stdout; echo told > /dev/stderr');
      const out = await exec.run(['echo', 'through'], copy);
      deepEqual([out.text(), out.stages[1]?.stderr], ['through\n', 'told\n']);
    }),
  );

  test(
    `a script without an interpreter's line is run by /bin/sh, with its arguments (${way})`,
    inWay(way, async () => {
      const script = file('script', 'echo "$# $1"\n', 0o755);
      equal((await exec.run([script, 'a b', ''])).text(), '2 a b\n');
    }),
  );
}

test('a process has the descriptors that it was given, and none that this one inherited or left open', () => {
  // The fourth is the folder that ls reads. Node makes what it inherits close-on-exec up to 16 alone.
  const { stdout, stderr } = run(
    ['bash', '--norc', '-c', 'exec 17</dev/null 20</dev/null 251</dev/null; exec "$@"', 'bash'],
    "console.log((await exec.run(['ls', '/proc/self/fd'])).lines().join(' '));",
  );
  equal(stdout, '0 1 2 3\n', stderr);
});

test('a process that inherits a descriptor finds it blocking, whoever set it otherwise', () => {
  const given = `
import os, subprocess, sys
ends = os.pipe2(os.O_NONBLOCK)
subprocess.run(sys.argv[1:], stdin=ends[0], stderr=ends[1])`;
  const { stdout, stderr } = run(
    ['python3', '-c', given],
    `const cat = ['cat', '/proc/self/fdinfo/0', '/proc/self/fdinfo/2'];
    process.stdout.write((await exec.run(cat, { stdin: 'inherit', stderr: 'inherit' })).stdout);`,
  );
  const flags = [...stdout.matchAll(/flags:\s*([0-7]+)/g)].map(([, text = '']) => Number.parseInt(text, 8));
  deepEqual(
    flags.map((each) => each & constants.O_NONBLOCK),
    [0, 0],
    stderr,
  );
});

/** Runs a program that uses `exec` by another that sets the scene. */
function run([command = '', ...args]: readonly string[], source: string): SpawnSyncReturns<string> {
  const node = [
    process.execPath,
    '--input-type=module',
    '--eval',
    `import * as exec from 'pipework/exec';${source}`,
  ];
  return spawnSync(command, [...args, ...node], {
    cwd: packageRoot,
    encoding: 'utf8',
    env: { ...process.env, PIPEWORK_EXEC: 'native' },
  });
}

function file(name: string, content: string, mode: number): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}
