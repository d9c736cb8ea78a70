/** `pipework run` as scripts use it: no terminal, exit statuses, signals, what it says and what it refuses. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ownNap, sleepers, until } from '../exec/processes.js';
import { PackageCopy, packageRoot } from '../fixtures/package-copy.js';

const folder = mkdtempSync(join(tmpdir(), 'pipework-run-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('run: each argument is one stage, joined to the next, and output goes where it would go', () => {
  const { status, stdout, stderr } = run(["printf 'b\\na\\nb\\n'", 'sort', 'uniq -c']);
  assert.equal(stdout.replace(/ +/g, ' '), ' 1 a\n 2 b\n');
  assert.equal(stderr, '');
  assert.equal(status, 0);
});

test('run: standard input is the first stage’s', () => {
  assert.equal(run(['tr a-z A-Z', 'rev'], { input: 'hello\n' }).stdout, 'OLLEH\n');
});

const noBash = spawnSync('bash', ['-c', ':']).status === 0 ? false : 'there is no bash on the PATH';

test('run: the exit status is that of pipefail in bash', { skip: noBash }, () => {
  for (const stages of [
    ['true'],
    ['exit 3'],
    ['exit 3', 'cat'],
    ['true', 'exit 4'],
    ['exit 3', 'exit 4', 'cat'],
    ['exit 3', 'exit 4'],
    ['kill -9 $$', 'cat'],
    ['exit 3', 'kill -TERM $$', 'true'],
    ['kill -SEGV $$'],
    ['kill -34 $$', 'true'],
    ['kill -64 $$'],
    ['no-such-command', 'cat'],
    ['cat', 'no-such-command'],
    ['exec /etc/passwd', 'cat'],
    ['echo $((1', 'cat'],
  ]) {
    const bash = `set -o pipefail\n${stages.map((stage) => `sh -c '${stage}'`).join(' | ')}\nexit $?`;
    const expected = spawnSync('bash', ['-c', bash], { stdio: 'ignore' }).status;
    assert.equal(run(stages).status, expected, stages.join(' | '));
  }
});

test('run: SIGPIPE of a stage is forgiven, except of the last', () => {
  assert.deepEqual(run(['yes', 'head -n 1']), { status: 0, stdout: 'y\n', stderr: '' });
  assert.deepEqual(run(['kill -PIPE $$']), { status: 141, stdout: '', stderr: '' });
});

test('run: says on standard error which stage decided, and --quiet does not', () => {
  const line = 'pipework run: stage 1 of 2, exit 3, exited with 3\n';
  assert.deepEqual(run(['exit 3', 'cat']), { status: 3, stdout: '', stderr: line });
  assert.deepEqual(run(['--quiet', 'exit 3', 'cat']), { status: 3, stdout: '', stderr: '' });
  assert.equal(run(['kill -9 $$']).stderr, 'pipework run: kill -9 $$ was killed by SIGKILL\n');
});

test('run: what a stage is called is shown with its control characters escaped', () => {
  const { stderr } = run(["exit 3 # \u001b[31m'\r\u202e\u009b"]);
  assert.equal(stderr, "pipework run: exit 3 # \\x1b[31m'\\r\\u{202e}\\x9b exited with 3\n");
});

test('run --summary: one line for each stage, with how it ended and what it moved', () => {
  const { status, stderr } = run(['--summary', 'seq 100000', 'cat', 'head -n 1', 'cat; exit 2']);
  const lines = stderr.split('\n');
  assert.match(lines[0] ?? '', /^1 +(SIGPIPE, forgiven|exit 0) /);
  assert.match(lines[2] ?? '', /^3 .*exit 0 {2} *\d\.\d\d s .*\d s CPU .*in .*out {2}head -n 1$/);
  assert.match(lines[3] ?? '', /^4 .*exit 2 .* {2}cat; exit 2$/);
  assert.deepEqual(lines.slice(4), ['pipework run: stage 4 of 4, cat; exit 2, exited with 2', '']);
  assert.equal(status, 2);
});

test('run --summary: bytes are those that the processes moved', () => {
  const { stderr } = run(['--summary', 'head -c 10485760 /dev/zero', 'cat', 'wc -c']);
  assert.match(stderr, /^1 .* 10 MiB in .* 10 MiB out {2}head/m);
  assert.match(stderr, /^2 .* 10 MiB in .* 10 MiB out {2}cat$/m);
  assert.match(stderr, /^3 .* 10 MiB in .* 9 B out {2}wc -c$/m);
});

test('run --json: standard error is JSON lines and nothing else, from the start to the end', async () => {
  const nap = ownNap();
  const stages = [`echo begun; echo what? >&2; sleep ${nap}; exit 3`, 'cat > /dev/null', 'true'];
  const { child, said } = start(['--json', '--capacity', '1M', ...stages]);
  const ended = once(child, 'close');
  const states = ({ stages }: Sample) => stages.map(({ state }) => state).join();
  await until(
    () => samplesIn(said()).some((sample) => states(sample) === 'sleeping,starved,ended'),
    'all wait',
  );
  wake(nap);
  const [status] = await ended;
  const events = eventsIn(said());
  const [first] = events;
  assert.equal(first.event, 'start');
  assert.deepEqual(
    first.stages.map(({ stage, command }: { stage: number; command: string }) => [stage, command]),
    stages.map((command, index) => [index + 1, command]),
  );
  const told = events.filter(({ event }) => event === 'stderr');
  assert.deepEqual([told[0].stage, told[0].text], [1, 'what?\n']);
  assert.deepEqual(samplesIn(said()).at(-1)?.pipes[0], { from: 1, to: 2, capacity: 1024 * 1024, queued: 0 });
  const stagesEnded = events.filter(({ event }) => event === 'stage');
  assert.deepEqual(stagesEnded.map(({ stage, code }) => [stage, code]).sort(), [
    [1, 3],
    [2, 0],
    [3, 0],
  ]);
  const { at, elapsed, ...end } = events.at(-1);
  assert.ok(Math.abs(Date.now() - at) < 60_000 && elapsed >= 500);
  assert.deepEqual(end, { event: 'end', status: 3, signal: null, timedOut: false });
  assert.equal(status, 3);
});

test('run --json: what a stage says comes whole, a character that is cut off at its end too', () => {
  const { stderr } = run(['--json', "printf 'a\\303\\244b\\377c\\303' >&2"]);
  const told = eventsIn(stderr).filter(({ event }) => event === 'stderr');
  assert.equal(told.map(({ text }) => text).join(''), 'a\u00e4b\ufffdc\ufffd');
  assert.equal(eventsIn(stderr).at(-1).event, 'end');
});

test('run --timeout: ends all stages, and the status is 124', () => {
  const nap = ownNap();
  const { status, stderr } = run(['--timeout', '0.3', `sleep ${nap}`, 'cat', 'true']);
  assert.match(stderr, /^pipework run: timed out after \d\.\d+ s\n$/);
  assert.deepEqual(sleepers(nap), []);
  assert.equal(status, 124);
});

test('run --timeout: a pipeline that is done in time is left alone', () => {
  assert.deepEqual(run(['--timeout', '60', 'echo done']), { status: 0, stdout: 'done\n', stderr: '' });
});

test('run --capacity: is that of the pipes between stages', async () => {
  for (const [size, bytes] of [
    ['4096', 4096],
    ['64k', 65536],
    ['1MiB', 1048576],
  ] as const) {
    const nap = ownNap();
    const { child, said } = start(['--json', '--capacity', size, 'yes', `exec sleep ${nap}`]);
    const ended = once(child, 'close');
    await until(() => samplesIn(said()).some(({ pipes }) => pipes[0]?.queued === bytes), 'it is full');
    assert.equal(samplesIn(said()).at(-1)?.pipes[0]?.capacity, bytes, size);
    wake(nap);
    await ended;
  }
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
  test(`run: ${signal} of this process alone is passed on, waited for, and what it ends by`, async () => {
    const nap = ownNap();
    const polite = `trap 'sleep 0.2; echo ended >&2; exit 0' TERM; echo ready >&2; sleep ${nap} & wait`;
    const { child, said } = start([polite, 'cat']);
    await until(() => said() === 'ready\n', 'the stage is ready');
    child.stdout?.resume();
    child.kill(signal);
    assert.deepEqual(await once(child, 'close'), [null, signal]);
    assert.equal(said(), 'ready\nended\n');
    assert.deepEqual(sleepers(nap), []);
  });
}

test('run: a reader that has seen enough ends the last stage as it would without us', async () => {
  const { child, said } = start(['yes']);
  child.stdout?.destroy();
  assert.deepEqual(await once(child, 'close'), [141, null]);
  assert.equal(said(), '');
});

test('run --json: goes on when nobody reads its standard error any more', async () => {
  const { child } = start(['--json', 'sleep 1; echo whole', 'cat']);
  child.stderr?.destroy();
  let output = '';
  child.stdout?.on('data', (text) => {
    output += text;
  });
  assert.deepEqual(await once(child, 'close'), [0, null]);
  assert.equal(output, 'whole\n');
});

test('run: standard error that is closed from the beginning is nobody’s', () => {
  const { status, stdout } = spawnSync(
    'sh',
    ['-c', `exec "$0" "$1" run 'echo out; echo err >&2' cat 2>&-`, process.execPath, MAIN],
    {
      encoding: 'utf8',
    },
  );
  assert.deepEqual([status, stdout], [0, 'out\n']);
});

test('run: a word that is a file and no command, or begins with -, gets a hint, and nothing runs', () => {
  writeFileSync(join(folder, 'notes.txt'), 'some\n');
  writeFileSync(join(folder, 'cat'), 'a file that is called like a command\n');
  const touch = 'touch has-run';
  for (const [stages, says] of [
    [
      ['cat', 'notes.txt'],
      "stage 2 is 'notes.txt', which is a file and no command: .*; did you mean: pipework run 'cat notes.txt'",
    ],
    [
      ['notes.txt'],
      "stage 1 is 'notes.txt', which is a file and no command: each argument is one stage, a command in quotes together with its arguments",
    ],
    [
      [touch, '-l'],
      "stage 2 is '-l', which begins with '-': .*; did you mean: pipework run 'touch has-run -l'",
    ],
    [[touch, '--summary'], "stage 2 is '--summary': options stand before the first stage"],
    [[touch, '--timeout=3'], "stage 2 is '--timeout=3': options stand before the first stage"],
    [[touch, ''], 'stage 2 is empty'],
    [[touch, ' \n'], 'stage 2 is empty'],
    [[], 'a STAGE is missing'],
  ] as const) {
    const { status, stdout, stderr } = run([...stages], { cwd: folder });
    assert.match(stderr, new RegExp(`^pipework run: ${says}\nSee 'pipework run --help'.\n$`));
    assert.deepEqual([status, stdout], [2, '']);
  }
  assert.equal(run(['test ! -e has-run'], { cwd: folder }).status, 0);
  assert.equal(run(['cat'], { cwd: folder, input: 'x' }).stdout, 'x');
});

test('run: a wrong option is named, with what was received', () => {
  const tooMuch = String(2 ** 31);
  for (const [args, says] of [
    [['--frob', 'true'], "unknown option '--frob'"],
    [['--capacity', '0', 'true'], "--capacity must be a number of bytes such as 65536, 64K or 1M, got '0'"],
    [['--capacity', '-1', 'true'], "option '--capacity' argument is ambiguous"],
    [['--capacity=1T', 'true'], "--capacity must be a number of bytes such as 65536, 64K or 1M, got '1T'"],
    [
      ['--capacity', '0.3', 'true'],
      "--capacity must be a number of bytes such as 65536, 64K or 1M, got '0.3'",
    ],
    [['--capacity', tooMuch, 'true'], `--capacity must be at most 2147483647 bytes, got '${tooMuch}'`],
    [['--timeout', '0', 'true'], "--timeout must be a number of seconds above 0, at most 86400, got '0'"],
    [
      ['--timeout', 'soon', 'true'],
      "--timeout must be a number of seconds above 0, at most 86400, got 'soon'",
    ],
    [['--json', '--summary', 'true'], '--json and --summary exclude each other: the events have it all'],
  ] as const) {
    const { status, stdout, stderr } = run([...args]);
    assert.equal(stderr, `pipework run: ${says}\nSee 'pipework run --help'.\n`);
    assert.deepEqual([status, stdout], [2, '']);
  }
});

test('run: options end before the first stage, or behind --', () => {
  assert.equal(run(['--quiet', '--', 'echo a', 'cat -n']).stdout.trim(), '1\ta');
  assert.equal(run(['grep --count a'], { input: 'a\n' }).stdout, '1\n');
});

test('run --help: teaches by examples, in 80 columns', () => {
  const { status, stdout } = run(['--help']);
  assert.match(stdout, /^Usage: pipework run \[OPTION\.\.\.\] STAGE\.\.\.$/m);
  for (const option of ['--summary', '--quiet', '--no-view', '--json', '--capacity', '--timeout']) {
    assert.match(stdout, new RegExp(`^  ${option} `, 'm'));
  }
  for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  assert.equal(status, 0);
});

test('run: without a native part it says so, with status 2', () => {
  const copy = new PackageCopy();
  try {
    copy.removeNative();
    const { status, stderr } = run(['true'], {}, copy.root);
    assert.match(stderr, /^pipework run: kernel pipes need pipework's native part/);
    assert.equal(status, 2);
  } finally {
    copy.remove();
  }
});

const MAIN = join(packageRoot, 'dist/cli/main.js');

interface RunOptions {
  readonly input?: string;
  readonly cwd?: string;
}

function run(args: readonly string[], options: RunOptions = {}, root = packageRoot) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist/cli/main.js'), 'run', ...args],
    {
      ...options,
      encoding: 'utf8',
      timeout: BOUND,
      killSignal: 'SIGKILL',
    },
  );
  return { status, stdout, stderr };
}

/** In a session of its own: there is no terminal that could send a signal to all. */
function start(args: readonly string[]): { readonly child: ChildProcess; readonly said: () => string } {
  const child = spawn(process.execPath, [MAIN, 'run', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    timeout: BOUND,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return { child, said: () => said };
}

/** What is read here of an event. */
interface Sample {
  readonly stages: readonly { readonly state: string }[];
  readonly pipes: readonly { readonly capacity?: number; readonly queued?: number }[];
}

// biome-ignore lint/suspicious/noExplicitAny: they are what the test is about
function eventsIn(said: string): any[] {
  const whole = said.slice(0, said.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line)));
}

function samplesIn(said: string): Sample[] {
  return eventsIn(said).filter(({ event }) => event === 'sample');
}

/** Ends a sleep(1) by a signal of which a shell says nothing. */
function wake(nap: string): void {
  for (const pid of sleepers(nap)) process.kill(pid, 'SIGPIPE');
}

/** Against hanging only. */
const BOUND = 120_000; // milliseconds
