/** `pipework top`, on real terminals that an emulator judges. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ownNap, sleepers, until } from '../exec/processes.js';
import { PackageCopy, packageRoot } from '../fixtures/package-copy.js';
import { noTerminal, Terminal, type TerminalOptions } from './terminal.js';

const skip = noTerminal;
const terminals: Terminal[] = [];
const children: ChildProcess[] = [];
after(() => {
  for (const terminal of terminals) terminal.remove();
  for (const { pid } of children) {
    try {
      process.kill(-(pid as number), 'SIGKILL');
    } catch {
      // all of the group have ended
    }
  }
});

test('top PID: who writes, who is waited for, and how full the pipe is', { skip }, async () => {
  const { writer, sleeper } = await pipeline();
  const terminal = on(`pipework top ${sleeper}`);
  const screen = await terminal.shows((text) => /writing 1/.test(text), 'the pipeline');
  const lines = screen.split('\n');
  assert.match(lines[0] ?? '', /^pipework top {2}\d\d:\d\d:\d\d {2}1 pipeline$/);
  assert.match(lines[1] ?? '', /^ +PID STATE +WAITS ON +CPU +IN\/s +OUT\/s {2}OUT +COMMAND$/);
  const row = (pid: number): string => lines.find((line) => line.slice(1, 8).trim() === String(pid)) ?? '';
  assert.match(row(writer), new RegExp(`^ +${writer} writing 1 +${sleeper} .* ████████  yes$`));
  assert.match(row(sleeper), new RegExp(`^► +${sleeper} sleeping .* sleep 1000`));
  assert.equal(lines.length, 24);
  terminal.type('q');
  await assertRestored(terminal, 0);
});

test('top: keys sort, filter, pause and scroll', { skip }, async () => {
  const { writer, sleeper } = await pipeline();
  const terminal = on(`pipework top ${writer}`);
  await terminal.shows((text) => text.includes('writing 1'), 'the pipeline');
  for (const [key, head] of [
    ['c', 'CPU*'],
    ['i', 'IN/s*'],
    ['o', 'OUT/s*'],
    ['p', 'PID*'],
  ] as const) {
    terminal.type(key);
    await terminal.shows((text) => text.includes(head), `the sort by ${head}`);
  }
  const shownPids = async (): Promise<string[]> =>
    (await terminal.lines()).flatMap((line) => /^[ ►!] {0,6}(\d+) /.exec(line)?.[1] ?? []);
  const pids = await shownPids();
  assert.deepEqual(
    pids.map(Number),
    [...pids.map(Number)].sort((a, b) => a - b),
  );
  terminal.type(`/${sleeper}`);
  await terminal.shows((text) => text.includes(`\n/${sleeper}`), 'what is typed');
  await terminal.shows((text) => !text.includes('writing 1'), 'fewer rows');
  terminal.type('\r');
  await terminal.shows((text) => text.includes(`filter ${sleeper}: 1`), 'what is filtered');
  assert.deepEqual(await shownPids(), [String(sleeper)]);
  terminal.type('/\x15\x7fnothing\x1b');
  await terminal.shows((text) => text.includes('writing 1'), 'all rows again');
  terminal.type(' ');
  await terminal.shows((text) => text.includes('paused'), 'that it is paused');
  const length = terminal.raw.length;
  await new Promise((resolve) => setTimeout(resolve, 1500)); // several looks
  assert.equal(terminal.raw.length, length);
  terminal.type(' ');
  await terminal.shows((text) => !text.includes('paused'), 'that it goes on');
  const first = (await shownPids())[0];
  terminal.type('\x1b[B');
  await until(() => terminal.raw.length > length, 'it draws');
  terminal.type('kjq');
  await assertRestored(terminal, 0);
  assert.ok(first !== undefined);
});

test('top: more processes than rows are scrolled through', { skip }, async () => {
  const nap = ownNap();
  const many = spawn('sh', ['-c', `${'sleep 1000 | '.repeat(20)} sleep ${nap}`], {
    stdio: 'ignore',
    detached: true,
  });
  children.push(many);
  await until(() => sleepers(nap).length === 1, 'all are there');
  const terminal = on(`pipework top ${sleepers(nap)[0]}`, { rows: 10 });
  await terminal.shows((text) => text.includes('↑↓'), 'that there is more');
  assert.ok(!(await terminal.lines()).join('\n').includes(`sleep ${nap}`));
  assert.equal((await terminal.lines()).length, 10);
  terminal.type('\x1b[6~\x1b[6~\x1b[6~\x1b[6~');
  await terminal.shows((text) => text.includes('sleep 1000.'), 'the last one');
  terminal.type('k'); // the first one that is more than the pages were
  await terminal.shows((text) => !text.includes('sleep 1000.'), 'the one above');
  terminal.type('j');
  await terminal.shows((text) => text.includes('sleep 1000.'), 'the last one again');
  terminal.type('\x1b[H');
  await terminal.shows((text) => !text.includes('sleep 1000.'), 'the first ones');
  terminal.type('q');
  await assertRestored(terminal, 0);
});

for (const [what, end, status] of [
  ['Ctrl-C', (terminal: Terminal) => terminal.type('\x03'), 0],
  ['Ctrl-D', (terminal: Terminal) => terminal.type('\x04'), 0],
  ['SIGTERM', (terminal: Terminal) => process.kill(terminal.pid, 'SIGTERM'), 143],
  ['SIGINT', (terminal: Terminal) => process.kill(terminal.pid, 'SIGINT'), 130],
  ['SIGHUP', (terminal: Terminal) => process.kill(terminal.pid, 'SIGHUP'), 129],
  ['SIGKILL', (terminal: Terminal) => process.kill(terminal.pid, 'SIGKILL'), 137],
] as const) {
  test(`top: ${what} gives the terminal back as it was`, { skip }, async () => {
    const { writer } = await pipeline();
    const terminal = on(`echo before; pipework top ${writer}; status=$?; sleep 1; exit $status`);
    await terminal.shows((text) => text.includes('writing 1'), 'the pipeline');
    end(terminal);
    await assertRestored(terminal, status);
    assert.equal((await terminal.lines())[0], 'before');
  });
}

test('top: Ctrl-Z gives the terminal back while it is stopped, and fg takes it again', { skip }, async () => {
  const { writer } = await pipeline();
  const terminal = on('exec bash --norc --noprofile -i', { env: { PS1: '$ ' } });
  terminal.type(`pipework top ${writer}\n`);
  await terminal.shows((text) => text.includes('writing 1'), 'the pipeline');
  terminal.type('\x1a');
  await terminal.shows((text) => text.includes('Stopped'), 'that it has stopped');
  assert.ok(terminal.isSane);
  terminal.type('echo the "shell has" it\n');
  await terminal.shows((text) => text.includes('the shell has it'), 'what the shell does');
  terminal.type('fg\n');
  await terminal.shows(
    (text) => text.includes('writing 1') && !text.includes('Stopped'),
    'the pipeline again',
  );
  terminal.type('q');
  await terminal.shows((text) => text.includes('Stopped'), 'the shell');
  terminal.type('exit 7\n');
  await assertRestored(terminal, 7);
});

test('top: an error gives the terminal back before it is told', { skip }, async () => {
  const copy = new PackageCopy();
  try {
    copy.replace(
      'dist/cli/top/page.js',
      `let count = 0;
      export function page() { if (count++ === 2) throw new Error('cannot go on'); return { lines: ['frame'], scroll: 0 }; }
      export function pageSize() { return 1; }`,
    );
    const main = join(copy.root, 'dist/cli/main.js');
    const terminal = on(`'${process.execPath}' '${main}' top ${(await pipeline()).writer}`);
    await assertRestored(terminal, 1);
    assert.match((await terminal.lines()).join('\n'), /Error: cannot go on/);
  } finally {
    copy.remove();
  }
});

test('top: 20 columns, another size on the way, and command lines that would do harm', { skip }, async () => {
  const evil = '\x1b]0;title\x07\x1b[31m\u202e漢字漢字漢字';
  const nap = ownNap();
  const child = spawn('sh', ['-c', `yes | sh -c 'sleep ${nap}; :' "$0"`, evil], {
    stdio: 'ignore',
    detached: true,
  });
  children.push(child);
  await until(() => sleepers(nap).length === 1, 'it runs');
  const terminal = on(`pipework top ${sleepers(nap)[0]}`, { columns: 20 });
  for (const columns of [20, 50, 80, 130, 33]) {
    if (columns !== 20) await terminal.resize(columns, 24);
    await terminal.shows((text) => {
      const lines = text.split('\n');
      const fits = lines.length === 24 && lines.every((line) => line.length < columns);
      return fits && text.includes('writing 1');
    }, `all of it in ${columns} columns`);
  }
  await terminal.resize(160, 24);
  await terminal.shows(
    (text) => text.includes('\\x1b]0;title\\x07\\x1b[31m\\u{202e}漢字'),
    'what it is called',
  );
  terminal.type('q');
  await assertRestored(terminal, 0);
  for (const part of ['\x1b]', '\x07', '\x1b[31m', '\u202e']) {
    assert.ok(!Buffer.from(terminal.raw, 'latin1').toString().includes(part), JSON.stringify(part));
  }
});

test('top: a terminal whose size nobody has set is taken for one of 80 by 24', { skip }, async () => {
  const { writer, sleeper } = await pipeline();
  const terminal = on(`stty rows 0 cols 0; pipework top ${sleeper}`);
  const screen = await terminal.shows((text) => text.includes(`${writer} writing 1`), 'the pipeline');
  assert.equal(screen.split('\n').length, 24);
  terminal.type('q');
  assert.equal(await terminal.status, 0);
  assert.ok(terminal.isSane);
});

test('top: a process that ends is gone from the screen', { skip }, async () => {
  const { writer, sleeper } = await pipeline();
  const terminal = on(`pipework top ${writer} ${process.pid}`);
  await terminal.shows((text) => text.includes(`${writer} writing 1`), 'the pipeline');
  process.kill(sleeper);
  await terminal.shows((text) => !text.includes(`${writer} `), 'that both have gone');
  terminal.type('q');
  await assertRestored(terminal, 0);
});

test('top: what cannot be shown, or is not understood, is one plain message', () => {
  for (const [args, message, status] of [
    [[], "there is no terminal for it; 'pipework ps' prints the same once", 2],
    [['0'], "a PID must be a number from 1 to 2147483647, got '0'\nSee 'pipework top --help'.", 2],
    [
      ['--interval', '0'],
      "--interval must be a number of seconds above 0, at most 86400, got '0'\nSee 'pipework top --help'.",
      2,
    ],
    [['--frob'], "unknown option '--frob'\nSee 'pipework top --help'.", 2],
  ] as const) {
    const {
      stderr,
      stdout,
      status: actual,
    } = spawnSync(process.execPath, [MAIN, 'top', ...args], { encoding: 'utf8' });
    assert.equal(stderr, `pipework top: ${message}\n`);
    assert.deepEqual([stdout, actual], ['', status]);
  }
});

test('top PID: a process that is not there is named, and the status is 1', { skip }, async () => {
  const terminal = on('pipework top 2147483647');
  assert.equal(await terminal.status, 1);
  assert.deepEqual(await terminal.lines(), ['pipework top: there is no process 2147483647']);
  assert.ok(terminal.isSane);
});

const MAIN = join(packageRoot, 'dist/cli/main.js');

function on(command: string, options: TerminalOptions = {}): Terminal {
  const terminal = new Terminal(command, options);
  terminals.push(terminal);
  return terminal;
}

/** `yes` that waits for a reader which sleeps. */
async function pipeline(): Promise<{ readonly writer: number; readonly sleeper: number }> {
  const nap = ownNap();
  const script = `yes & echo $! >&3; wait`;
  const child = spawn('sh', ['-c', `{ ${script}; } | exec sleep ${nap}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    detached: true,
  });
  children.push(child);
  let said = '';
  child.stdio[3]?.on('data', (text) => {
    said += text;
  });
  await until(() => said.endsWith('\n') && sleepers(nap).length === 1, 'both are there');
  return { writer: Number(said), sleeper: sleepers(nap)[0] as number };
}

async function assertRestored(terminal: Terminal, status: number): Promise<void> {
  assert.equal(await terminal.status, status);
  const { before, after } = terminal.settings;
  assert.equal(after, before);
  await terminal.lines();
  assert.ok(terminal.isSane);
}
