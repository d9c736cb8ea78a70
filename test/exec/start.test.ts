/** What a process finds when it is started, and what is told of one that cannot be. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, constants, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as exec from 'pipework/exec';
import { packageRoot } from '../fixtures/package-copy.js';
import { runSource } from '../fixtures/run-source.js';
import { inWay, rejection, WAYS } from './ways.js';

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

  test(
    `what cannot be started tells its error, whatever that is, by the name of the stage (${way})`,
    inWay(way, async () => {
      const loop = join(folder, `loop-${way}`);
      symlinkSync(loop, loop);
      const cases: readonly (readonly [code: string, stage: exec.Stage])[] = [
        ['ENOENT', ['/nowhere/x']],
        ['ENOENT', ['no-such-command-anywhere']],
        ['EACCES', [file('plain', 'x', 0o644)]],
        ['EACCES', ['/bin']],
        ['ENOTDIR', ['/bin/sh/x']],
        ['ELOOP', [loop]],
        ['E2BIG', ['/bin/true', 'x'.repeat(200_000)]],
        ['ENOENT', [file('odd', '#!/nowhere/x\n', 0o755)]],
        ['ENAMETOOLONG', [`/${'x'.repeat(300)}`]],
      ];
      for (const [code, stage] of cases) {
        const error = await rejection(exec.run(['sleep', '1000'], stage));
        equal((error.stage.error as { code?: unknown }).code, code, String(stage).slice(0, 80));
        deepEqual([error.stage.index, error.stage.code, error.stage.pid], [1, null, undefined]);
        match(error.message, /^(.*: )?stage 2 of 2, .* could not be started: /);
      }
    }),
  );

  test(
    `a cwd that is missing is told from a command that is (${way})`,
    inWay(way, async () => {
      const missing = await rejection(exec.run(exec.command('true', [], { cwd: '/nowhere' })));
      const { code, syscall } = missing.stage.error as { code?: unknown; syscall?: unknown };
      deepEqual([code, syscall], ['ENOENT', 'chdir']);
      match(missing.message, /the cwd \/nowhere/);
      const noCommand = await rejection(exec.run(exec.command('no-such', [], { cwd: folder })));
      ok((noCommand.stage.error as { syscall?: unknown }).syscall !== 'chdir');
    }),
  );

  for (const free of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    test(`with ${free} descriptors left a pipeline works or fails with EMFILE, and leaves none and no process (${way})`, () => {
      const { stdout, stderr, status } = runSource(STARVED, { PIPEWORK_EXEC: way, FREE: `${free}` }, 80);
      equal(status, 0, stderr);
      match(stdout, /^(EMFILE|ok) 0 0 ok\n$/, stderr);
    });
  }
}

const STARVED = `
import fs from 'node:fs';
import * as exec from 'pipework/exec';
const open = () => fs.readdirSync('/proc/self/fd').length;
const isOurs = (pid) => {
  try { return fs.readFileSync('/proc/' + pid + '/stat', 'utf8').replace(/.*\\) . /, '').startsWith(process.pid + ' '); } catch { return false; }
};
const three = () => exec.run(['echo', 'x'], ['cat'], ['cat']).then(() => 'ok', (error) => error.stage?.error?.code ?? error.code);
await three();
const before = open();
const taken = [];
try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
for (let i = 0; i < process.env.FREE; i++) fs.closeSync(taken.pop());
const told = await three();
taken.forEach((fd) => fs.closeSync(fd));
console.log(told, open() - before, fs.readdirSync('/proc').filter(isOurs).length, await three());`;

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
