import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PackageCopy, PIPE_THAT_LIES, packageRoot } from '../fixtures/package-copy.js';
import { type RunNodeOptions, runNode } from '../fixtures/run-node.js';

const folder = mkdtempSync(join(tmpdir(), 'pipework-test-'));
const copies: PackageCopy[] = [];
after(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const copy of copies) copy.remove();
});

const PATH = process.env['PATH'] ?? '';
const hasSha256sum = spawnSync('sha256sum', ['--version']).status === 0;
const GOOD_END = /\nEvery outcome is the expected one\.\n$/;

test('tour: shows both deadlocks, the short reads and what finishes, in plain text of 80 columns, with status 0', () => {
  const { status, stdout, stderr } = tour();
  assert.equal(stderr, '');
  const [, one = '', two = '', three = '', four = '', five = '', six = '', seven = ''] = stdout.split(
    /^(?=[1-7] {2}|[1-7] in threads|A real file)/m,
  );
  assert.match(one, /^1 .*the note: blocks over 4096$/m);
  assert.match(one, /ERR_PIPE_DEADLOCK.*write has moved 4096 of 40000 bytes.*What waits for what/s);
  assert.match(one, /^ {3}✓ finishes, and at 4096 stands still and says why, as expected; exit status 0$/m);
  assert.match(two, /exactly full\.$/m);
  assert.match(two, /^ {3}✓ finishes, as expected; exit status 0$/m);
  for (const part of [three, four]) {
    assert.match(part, /Read 4096 byte.*BrokenPipeError, EPIPE.*Capacity 4096: readFull.*Read 40000 byte/s);
    assert.match(part, /^ {3}✓ reads short once, and all in a loop, as expected; exit status 0$/m);
  }
  assert.match(five, /^5 .*the note: "Error" \(cannot work\)$/m);
  assert.match(five, /ERR_PIPE_DEADLOCK.*write has moved 0 of 400 bytes.*What waits for what/s);
  assert.match(five, /^ {3}✓ stands still and says why, as expected; exit status 0$/m);
  for (const part of [six, seven]) {
    assert.match(part, /^[67] .*the note: "Corret" \(correct\)$/m);
    assert.match(part, /│ Written 40000 byte\(s\)\. \[in-memory pipe\]$/m);
    assert.match(part, /│ Read 40000 byte\(s\)\. \[in-memory pipe\]$/m);
    assert.match(part, /│ All 40000 bytes compared/);
    assert.match(part, /^ {3}✓ finishes, as expected; exit status 0$/m);
  }
  for (const number of [3, 4, 6, 7]) {
    const [, part = ''] = stdout.split(new RegExp(`^${number} in threads {2}`, 'm'));
    const short = number < 6 ? 4096 : 256; // bytes
    assert.match(
      part,
      new RegExp(
        `BrokenPipeError, EPIPE.*Read ${short} byte.*Capacity ${short}: readFull.*Read 40000 byte`,
        's',
      ),
    );
    assert.match(part, /^ {3}✓ reads short once, and all in a loop, as expected; exit status 0$/m);
  }
  assert.match(stdout, GOOD_END);
  assert.ok(!stdout.includes('\x1b'));
  assertFits(stdout);
  assert.equal(status, 0);
});

test('tour FILE: count and SHA-256 behind all pipes are those of the file', () => {
  const bytes = randomBytes(300_001); // several pieces, and no multiple of anything
  const path = write('some file', bytes);
  const { status, stdout } = tour([path]);
  assertSent(stdout, bytes);
  assert.match(stdout, /300,001 bytes/);
  assert.equal(status, 0);
});

test('tour FILE: an empty file arrives as empty', () => {
  const { status, stdout } = tour([write('empty', Buffer.alloc(0))]);
  assertSent(stdout, Buffer.alloc(0));
  assert.equal(status, 0);
});

test('tour: without FILE it is the package-lock.json of the project around the current directory', () => {
  const project = join(folder, 'project');
  mkdirSync(join(project, 'src', 'deep'), { recursive: true });
  const lock = Buffer.from('{ "lockfileVersion": 3 }\n');
  writeFileSync(join(project, 'package-lock.json'), lock);
  assertSent(tour([], { cwd: join(project, 'src', 'deep') }).stdout, lock);
});

test('tour: a project without a package-lock.json does not lend that of the project around it', () => {
  const outer = join(folder, 'outer');
  const inner = join(outer, 'inner');
  mkdirSync(inner, { recursive: true });
  writeFileSync(join(outer, 'package-lock.json'), '{}');
  writeFileSync(join(inner, 'package.json'), '{}');
  const { status, stdout } = tour([], { cwd: inner });
  assert.match(stdout, /^A real file +.*tour\.js$/m);
  assert.equal(status, 0);
});

test('tour FILE: a file that cannot be read is named with the code of the system, before anything runs', () => {
  const missing = join(folder, 'missing');
  const { status, stdout, stderr } = tour([missing]);
  assert.equal(stdout, '');
  assert.equal(stderr, `pipework tour: cannot read '${missing}': ENOENT, no such file or directory\n`);
  assert.equal(status, 2);
});

test('tour FILE: what is not a regular file is refused, since it may never end', () => {
  const { status, stdout, stderr } = tour([folder]);
  assert.equal(stdout, '');
  assert.equal(stderr, `pipework tour: cannot send '${folder}': it is not a regular file\n`);
  assert.equal(status, 2);
});

test('tour --numbers: is passed on to the programs', () => {
  const { status, stdout } = tour(['--numbers']);
  assert.equal(stdout.match(/39999:63/g)?.length, 17); // one of 1, three each of 3 and 4, one each of 6 and 7; again with threads, but for 1
  assert.match(stdout, /│ No numbers: nothing was read\./);
  assertFits(stdout);
  assert.equal(status, 0);
});

test('tour: programs with another outcome are marked, the others are judged on their own, and the status is 1', () => {
  const copy = packageCopy();
  copy.replace(
    'dist/examples/seed/2-exactly-full.js',
    'process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);',
  );
  copy.replace('dist/examples/seed/6-writer-task.js', '');
  copy.replace('dist/examples/seed/7-two-tasks.js', 'console.error("I give up"); process.exitCode = 3;');
  const { status, stdout } = tour([], {}, copy.root);
  const [, two = '', six = '', seven = ''] = unwrapped(stdout).split(/^(?=[267] {2})/m);
  assert.match(two, /^ {3}✗ ended by SIGKILL; expected: it finishes$/m);
  assert.match(two, /✓ reads short.*✓ reads short.*✓ stands still/s); // those behind it
  assert.ok(
    six.includes('✗ it does not say "Written 40000 byte(s). [in-memory pipe]"; expected: it finishes'),
    stdout,
  );
  assert.match(seven, /│ I give up$/m);
  assert.match(seven, /^ {3}✗ exit status 3 and not 0; expected: it finishes$/m);
  assert.match(stdout, /\nNot as expected: 3 outcomes\.\n$/);
  assert.equal(status, 1);
});

test('tour --timeout: a program that hangs is killed, and the status is 1', () => {
  const copy = packageCopy();
  copy.replace('dist/examples/seed/7-two-tasks.js', 'setInterval(() => {}, 1000);');
  const { status, stdout } = tour(['--timeout', '3'], {}, copy.root);
  assert.ok(
    unwrapped(stdout).includes('✗ still running after 3 s, and killed; expected: it finishes'),
    stdout,
  );
  assert.equal(status, 1);
});

test('tour: a pipe that changes a byte is found by the programs and by both digests, and the status is 1', () => {
  const copy = packageCopy();
  copy.replacePipe(PIPE_THAT_LIES);
  const { status, stdout } = tour([write('a file', randomBytes(5000))], {}, copy.root);
  assert.equal(stdout.match(/│ Wrong: byte 0 is 1 and not 0\./g)?.length, 2);
  assert.equal(stdout.match(/✗ not the same as the file/g)?.length, 2);
  assert.match(stdout, /\nNot as expected: 4 outcomes\.\n$/);
  assert.equal(status, 1);
});

test('tour: a kernel pipe that changes a byte is found by the programs and by its digest, and the status is 1', () => {
  const copy = packageCopy();
  copy.replacePipe(PIPE_THAT_LIES, 'os');
  const { status, stdout } = tour([], {}, copy.root);
  assert.match(stdout, /✗ exit status 1 and not 0/);
  assert.match(stdout, /through os\.pipe\(\) .*\n.*\n {3}✗ not the same as the file$/m);
  assert.equal(status, 1);
});

test('tour: a child that ends early is found by its digest, and the status is 1', () => {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'sha256sum'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const { status, stdout } = tour([write('large', randomBytes(300_001))], {
    env: { PATH: `${bin}:${PATH}` },
  });
  assert.match(stdout, /through os\.pipe\(\) into sha256sum .*\n.*\n {3}✗ not the same as the file$/m);
  assert.match(stdout, /\nNot as expected: 1 outcome\.\n$/);
  assert.equal(status, 1);
});

test('tour --timeout: a child that hangs is killed, and the status is 1', () => {
  const bin = join(folder, 'hanging');
  mkdirSync(bin);
  writeFileSync(join(bin, 'sha256sum'), '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 });
  const { status, stdout } = tour(['--timeout', '4'], { env: { PATH: `${bin}:${PATH}` } });
  assert.match(stdout, /through os\.pipe\(\) into sha256sum .*\n.*\n {3}✗ not the same as the file$/m);
  assert.equal(status, 1);
});

test('tour: without sha256sum on the PATH it says so, the rest is as ever, and nothing is waited for', () => {
  const { status, stdout } = tour(['--timeout', '600'], { env: { PATH: folder } });
  assert.match(stdout, /^ {3}There is no sha256sum on the PATH: nothing is sent into a child process\.$/m);
  assert.match(stdout, GOOD_END);
  assert.equal(status, 0);
});

test('tour: without a native part it says so for what needs it, runs the rest, and the status is 1', () => {
  const copy = packageCopy();
  copy.removeNative();
  const { status, stdout, stderr } = tour([], {}, copy.root);
  assert.equal(stderr, '');
  assert.match(
    stdout,
    /^What needs a kernel pipe cannot run here:\n {3}│ kernel pipes need pipework's native part/m,
  );
  assert.equal(stdout.match(/^ {3}✗ not run: there are no kernel pipes here$/gm)?.length, 5);
  assert.equal(stdout.match(/^ {3}✓ /gm)?.length, 10);
  assert.match(stdout, /\nNot as expected: 5 outcomes\.\n$/);
  assert.equal(status, 1);
});

test('tour: where the capacity of a pipe cannot be set it says so for what needs that, and the status is 1', () => {
  const { status, stdout, stderr } = tour([], { env: { PIPEWORK_OS: 'posix' } });
  assert.equal(stderr, '');
  assert.equal(stdout.match(/^ {3}✗ not run: the capacity of a pipe cannot be set here$/gm)?.length, 4);
  assert.equal(stdout.match(/✓ the same count and the same SHA-256/g)?.length, hasSha256sum ? 5 : 4);
  assert.equal(status, 1);
});

test('tour --go: without go on the PATH it says so, and the rest is as ever', () => {
  const { status, stdout } = tour(['--go'], { env: { PATH: folder } });
  assert.match(stdout, /^There is no go on the PATH/m);
  assert.match(stdout, GOOD_END);
  assert.equal(status, 0);
});

const noGo = spawnSync('go', ['version']).status === 0 ? false : 'there is no go on the PATH';

test('tour --go: the originals do what the note does not see, and the status is 0', { skip: noGo }, () => {
  const { status, stdout } = tour(['--go']);
  assert.equal(stdout.match(/^ {3}The original, in Go$/gm)?.length, 7);
  assert.equal(stdout.match(/^ {3}The original, in Go, with a capacity of 4096 bytes$/gm)?.length, 4);
  assert.match(stdout, /^ {3}✓ hangs without a word, as expected; still running after 3 s, and killed$/m);
  assert.match(stdout, /│ Error: write \|1: broken pipe$/m);
  assert.match(stdout, /│ fatal error: all goroutines are asleep - deadlock!$/m);
  assert.match(stdout, /^ {3}✓ ends with a fatal error, as expected; exit status 2$/m);
  assert.equal(stdout.match(/│ 0 1 2 3 \.\.\. \(each index; no byte is looked at\)$/gm)?.length, 9);
  assert.match(stdout, GOOD_END);
  assertFits(stdout);
  assert.equal(status, 0);
});

test('tour --go: an original that does not compile is marked, and the status is 1', { skip: noGo }, () => {
  const copy = packageCopy();
  copy.replace('examples/seed/5-one-task.go', 'package main\n');
  const { status, stdout } = tour(['--go'], {}, copy.root);
  assert.ok(unwrapped(stdout).includes('✗ go build failed; expected: it ends with a fatal error'), stdout);
  assert.match(stdout, /│ .*function main is undeclared/);
  assert.equal(status, 1);
});

test('tour: a reader of its output that has seen enough is no crash', async () => {
  const child = spawn(process.execPath, [main(), 'tour'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.destroy(); // now, long before the child has anything to say
  const [status] = await once(child, 'close');
  assert.equal(stderr, '');
  assert.equal(status, 1);
});

const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
const noTerminal = hasScript ? false : 'there is no script(1) of util-linux to make a terminal with';

test('tour: on a terminal it has styles, unless NO_COLOR is set', { skip: noTerminal }, () => {
  const styled = onTerminal({});
  assert.ok(styled.includes('\x1b['));
  assert.ok(!onTerminal({ NO_COLOR: '1' }).includes('\x1b'));
});

test('pipework: --help, -h and --version answer on stdout with status 0', () => {
  const help = pipework(['--help']);
  assert.match(help.stdout, /^Usage: pipework COMMAND.*^ {2}tour /ms);
  assert.equal(help.status, 0);
  assertFits(help.stdout);
  const ofTour = pipework(['tour', '--help']);
  assert.match(ofTour.stdout, /^Usage: pipework tour/);
  assert.equal(ofTour.status, 0);
  assertFits(ofTour.stdout);
  assert.deepEqual(pipework(['-h']), help);
  assert.deepEqual(pipework(['tour', '-h']), ofTour);
  const version = pipework(['--version']);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(version.status, 0);
});

test('pipework: what it does not understand is one plain message on stderr, with status 2', () => {
  for (const [args, message] of [
    [[], 'pipework: a command is missing'],
    [['tuor'], "pipework: there is no command 'tuor'"],
    [['--frob'], "pipework: unknown option '--frob'"],
    [['tour', '--frob'], "pipework tour: unknown option '--frob'"],
    [['tour', '--go=yes'], "pipework tour: option '--go' does not take an argument"],
    [['tour', 'a', 'b'], 'pipework tour: one FILE at most, got 2'],
    [
      ['tour', '--timeout', '0'],
      "pipework tour: --timeout must be a number of seconds above 0, at most 86400, got '0'",
    ],
    [
      ['tour', '--timeout', 'x'],
      "pipework tour: --timeout must be a number of seconds above 0, at most 86400, got 'x'",
    ],
  ] as const) {
    const { status, stdout, stderr } = pipework(args);
    const [first, second, ...others] = stderr.split('\n');
    assert.equal(first, message);
    assert.match(second ?? '', /^See 'pipework( tour)? --help'\.$/);
    assert.deepEqual(others, ['']);
    assert.equal(stdout, '');
    assert.equal(status, 2);
  }
});

function pipework(args: readonly string[], options: RunNodeOptions = {}, root = packageRoot) {
  return runNode(main(root), args, options);
}

function tour(args: readonly string[] = [], options: RunNodeOptions = {}, root = packageRoot) {
  return pipework(['tour', ...args], options, root);
}

function main(root = packageRoot): string {
  return join(root, 'dist/cli/main.js');
}

function packageCopy(): PackageCopy {
  const copy = new PackageCopy();
  copies.push(copy);
  return copy;
}

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** What `bytes` are, over and over: of the file itself, behind each pipe and in a child. */
function assertSent(stdout: string, bytes: Uint8Array): void {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const count = `${bytes.length.toLocaleString('en-US')} bytes`;
  const shown = Array.from(
    stdout.matchAll(/ {2}([\d,]+ bytes)\n {3}([0-9a-f]{64})$/gm),
    ([, ...pair]) => pair,
  );
  assert.deepEqual(
    shown,
    Array.from({ length: hasSha256sum ? 6 : 5 }, () => [count, sha256]),
  );
  assert.equal(stdout.match(/✓ the same count and the same SHA-256/g)?.length, hasSha256sum ? 5 : 4);
}

function assertFits(stdout: string): void {
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
}

/** Verdicts may be broken into several lines. */
function unwrapped(stdout: string): string {
  return stdout.replace(/\n {5}(?=\S)/g, ' ');
}

/** What the tour writes to a terminal, in an environment with no wishes about styles but `wishes`. */
function onTerminal(wishes: Readonly<Record<string, string>>): string {
  // CI too makes Node say that a terminal has no colours.
  const { NO_COLOR, FORCE_COLOR, NODE_DISABLE_COLORS, CI, ...rest } = process.env;
  const env = { ...rest, TERM: 'xterm-256color', ...wishes };
  const command = `'${process.execPath}' '${main()}' tour`;
  const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], { env, encoding: 'utf8' });
  assert.equal(status, 0);
  return stdout;
}
