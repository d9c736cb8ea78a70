/** The live view of `pipework run`, on real terminals that an emulator judges. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ownNap, sleepers, until } from '../exec/processes.js';
import { noTerminal, Terminal, type TerminalOptions } from './terminal.js';

const skip = noTerminal;
const folder = mkdtempSync(join(tmpdir(), 'pipework-view-'));
const terminals: Terminal[] = [];
after(() => {
  for (const terminal of terminals) terminal.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('view: a row for each stage, the fill of each pipe between, and it is gone at the end', {
  skip,
}, async () => {
  const nap = ownNap();
  const terminal = on(`pipework run 'yes' 'exec sleep ${nap}' 'cat'`);
  const screen = await terminal.shows((text) => text.includes('100 % of 256 KiB'), 'a full pipe');
  const [head, yes, full, sleep, empty, cat, totals, ...more] = screen.split('\n');
  assert.match(head ?? '', /^ {4}STATE +CPU +OUT +RATE {2}STAGE$/);
  assert.match(yes ?? '', /^. 1 waits for 2 +\d+ % +\d+ KiB +[\d.]+ [KM]?i?B\/s {2}yes$/);
  assert.match(full ?? '', /^ {2}│ █{32} 100 % of 256 KiB$/);
  assert.match(sleep ?? '', /^. 2 sleeps +0 % +0 B +0 B\/s {2}exec sleep/);
  assert.match(empty ?? '', /^ {2}│ ░{32} {3}0 % of 256 KiB$/);
  assert.match(cat ?? '', /^. 3 waits for 2 +0 % +0 B +0 B\/s {2}cat$/);
  assert.match(totals ?? '', /^ 0:\d\d {2}\d+ KiB in {2}0 B out$/);
  assert.deepEqual(more, []);
  process.kill(sleepers(nap)[0] as number);
  assert.equal(await terminal.status, 143);
  assert.deepEqual(await terminal.lines(), [
    `pipework run: stage 2 of 3, exec sleep ${nap}, was killed by SIGTERM`,
  ]);
  assertAsBefore(terminal);
});

test('view: what stages say stands above it, whole and in order', { skip }, async () => {
  const nap = ownNap();
  const begins = ownNap();
  const talk = `seq 30; sleep ${begins}; for i in 1 2 3; do echo out $i; echo err $i >&2; sleep 0.3; done; sleep ${nap}`;
  const terminal = on(`pipework run '${talk}' 'cat'`);
  await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
  await wake(begins);
  await terminal.shows(
    (text) => text.includes('out 3') && text.includes('2 waits for 1'),
    'all of it, and the view',
  );
  const lines = await terminal.lines();
  const view = lines.findIndex((line) => line.includes('STATE'));
  const said = lines.slice(0, view);
  assert.deepEqual(
    said.slice(0, 30),
    Array.from({ length: 30 }, (_, i) => String(i + 1)),
  );
  assert.deepEqual(
    said.slice(30).filter((line) => line.startsWith('out')),
    ['out 1', 'out 2', 'out 3'],
  );
  assert.deepEqual(
    said.slice(30).filter((line) => line.startsWith('err')),
    ['err 1', 'err 2', 'err 3'],
  );
  assert.equal(said.length, 36);
  await until(() => sleepers(nap).length > 0, 'all is said');
  process.kill(sleepers(nap)[0] as number);
  await terminal.status;
  assert.deepEqual((await terminal.lines()).slice(0, 36), said);
});

test('view: the last stage has a terminal as large as this one, and its output arrives unchanged', {
  skip,
}, async () => {
  const nap = ownNap();
  const last = `test -t 1 && stty size < /dev/stdout; printf "\\033[31mred\\033[0m\\ta\\b\\n no newline"; exec sleep ${nap}`;
  const terminal = on(`pipework run 'true' '${last}'`, { columns: 90, rows: 20 });
  await terminal.shows((text) => text.includes('sleeps'), 'the view');
  process.kill(sleepers(nap)[0] as number);
  await terminal.status;
  assert.equal((await terminal.lines())[0], '20 90');
  // The terminal's own line discipline makes \r\n of \n.
  assert.ok(terminal.raw.includes('\x1b[31mred\x1b[0m\ta\b\r\n'), terminal.raw);
  assert.match((await terminal.lines()).join('\n'), /^20 90\nred.*\n no newline *\npipework run/);
});

test('view: 30,000 lines of output to the terminal arrive whole', { skip }, async () => {
  const nap = ownNap();
  const terminal = on(`pipework run 'sleep ${nap}; seq 30000 | rev' 'cat'`);
  await terminal.shows((text) => text.includes('STATE'), 'the view');
  await wake(nap);
  assert.equal(await terminal.status, 0);
  const expected = Array.from({ length: 30_000 }, (_, i) => [...String(i + 1)].reverse().join(''));
  assert.deepEqual(await terminal.lines(), expected);
});

test('view: standard error keeps its colours, and loses what would move the cursor', { skip }, async () => {
  const [begins, nap] = [ownNap(), ownNap()];
  const talk = `sleep ${begins}; printf "\\033[31mred\\033[0m \\033[2J\\033[Hhome\\n1 of 2\\r2 of 2" >&2; sleep ${nap}`;
  const terminal = on(`pipework run '${talk}' 'cat'`);
  await terminal.shows((text) => text.includes('STATE'), 'the view');
  await wake(begins);
  const screen = await terminal.shows((text) => text.includes('2 of 2'), 'the line that is not whole');
  assert.match(screen, /^red home\n2 of 2\n {4}STATE/m);
  assert.ok(terminal.raw.includes('\x1b[31mred\x1b[0m home'));
  assert.ok(!terminal.raw.includes('\x1b[2J'));
  process.kill(sleepers(nap)[0] as number);
  await terminal.status;
});

test('view: how much of the file the first stage has read, and how long the rest may take', {
  skip,
}, async () => {
  const file = join(folder, 'input with a name');
  writeFileSync(file, Buffer.alloc(1_000_000));
  for (const command of [
    `pipework run 'while head -c 20000; do sleep 0.2; done' 'cat > /dev/null' < '${file}'`,
    `pipework run 'exec < "${file}"; while head -c 20000; do sleep 0.2; done' 'cat > /dev/null'`,
  ]) {
    const terminal = on(command);
    await terminal.shows(
      (text) => / \d+ % of input with a name, about 0:\d\d left /.test(text),
      'what is left',
    );
    terminal.type('\x03');
    await terminal.status;
  }
});

test('view: Ctrl-C reaches the stages, which are waited for, and this process ends by it', {
  skip,
}, async () => {
  const nap = ownNap();
  const polite = `trap "sleep 0.5; echo bye >&2; exit 0" INT; sleep ${nap}`;
  const terminal = on(`pipework run '${polite}' 'cat'`);
  await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
  terminal.type('\x03');
  assert.equal(await terminal.status, 130);
  assert.equal((await terminal.lines()).at(-1), 'bye');
  assert.ok(!(await terminal.lines()).join('\n').includes('STATE'));
  assert.deepEqual(sleepers(nap), []);
  assertAsBefore(terminal);
});

test('view: SIGTERM is passed on, and the screen is in order before this process ends by it', {
  skip,
}, async () => {
  const nap = ownNap();
  const terminal = on(`pipework run 'exec sleep ${nap}' 'cat'`);
  await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
  process.kill(terminal.pid, 'SIGTERM');
  assert.equal(await terminal.status, 143);
  assert.deepEqual(await terminal.lines(), ['Terminated'], 'as the shell says');
  assert.deepEqual(sleepers(nap), []);
  assertAsBefore(terminal);
});

test('view: --timeout takes it away, and the status is 124', { skip }, async () => {
  const terminal = on(`pipework run --timeout 3 'sleep ${ownNap()}' 'cat'`);
  await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
  assert.equal(await terminal.status, 124);
  assert.match((await terminal.lines()).join('\n'), /^pipework run: timed out after \d+\.\d s$/);
});

test('view: Ctrl-Z takes it away before it stops, and fg brings it back', { skip }, async () => {
  const nap = ownNap();
  const terminal = shell();
  terminal.type(`pipework run 'sleep ${nap}' cat\n`);
  await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
  terminal.type('\x1a');
  const stopped = await terminal.shows((text) => text.includes('Stopped'), 'that it has stopped');
  assert.ok(!stopped.includes('STATE'), stopped);
  terminal.type('echo "the shell" has it\n');
  await terminal.shows((text) => text.includes('the shell has it'), 'what the shell does');
  assert.ok(!(await terminal.lines()).join('\n').includes('STATE'));
  terminal.type('fg\n');
  const again = await terminal.shows((text) => text.includes('2 waits for 1'), 'the view again');
  assert.ok(again.indexOf('the shell has it') < again.indexOf('STATE'));
  terminal.type('\x03');
  await terminal.shows((text) => !text.includes('STATE'), 'no view');
  terminal.type('echo status $?\n');
  await terminal.shows((text) => text.includes('status 130'), 'how it ended');
  terminal.type('exit 0\n');
  assert.equal(await terminal.status, 0);
});

test('view: in the background nothing is drawn, and what stages say passes', { skip }, async () => {
  const nap = ownNap();
  const terminal = shell();
  terminal.type(`pipework run 'sleep 1.5; echo said >&2; sleep ${nap}' cat &\n`);
  await terminal.shows((text) => /said$/m.test(text), 'what the stage says');
  assert.ok(!terminal.raw.includes('STATE'));
  terminal.type('fg\n');
  await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
  terminal.type('\x03');
  terminal.type('exit 0\n');
  await terminal.status;
});

test('view: makes way for a program that takes the terminal for itself', { skip }, async () => {
  const asks =
    'stty -icanon -echo; printf "press a key" > /dev/tty; dd bs=1 count=1 2> /dev/null; stty icanon echo';
  const [begins, nap] = [ownNap(), ownNap()];
  const terminal = on(`pipework run 'sleep ${begins}; ${asks}; sleep ${nap}' 'cat > /dev/null'`);
  await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
  await wake(begins);
  await terminal.shows((text) => /^press a key$/m.test(text), 'the question');
  const frames = await settled(() => terminal.raw.length);
  assert.match((await terminal.lines()).at(-1) ?? '', /^press a key$/);
  terminal.type('k');
  await terminal.shows(
    (text) => text.split('press a key')[1]?.includes('2 waits for 1') ?? false,
    'the view again',
  );
  assert.ok(terminal.raw.length > frames);
  terminal.type('\x03');
  await terminal.status;
  assertAsBefore(terminal);
});

test('view: keeps off while a stage waits for what is typed', { skip }, async () => {
  const terminal = on(`pipework run 'cat' 'tr a-z A-Z'`);
  await new Promise((resolve) => setTimeout(resolve, 1500)); // several frames
  assert.equal(terminal.raw, '');
  terminal.type('hello\n');
  await terminal.shows((text) => text.includes('hello\n'), 'what was typed');
  terminal.type('\x04');
  assert.equal(await terminal.status, 0);
  assert.deepEqual(await terminal.lines(), ['hello', 'HELLO']);
});

test('view: a last stage that does more than to write lines has the screen for itself', {
  skip,
}, async () => {
  const [begins, ends] = [ownNap(), ownNap()];
  const paints = `sleep ${begins}; printf "\\033[?1049h\\033[5;5Hpainted\\033[?1049l"; sleep ${ends}; echo end`;
  const terminal = on(`pipework run 'true' '${paints}'`);
  await terminal.shows((text) => text.includes('sleeps'), 'the view');
  await wake(begins);
  await until(() => terminal.raw.includes('painted'), 'it paints');
  await new Promise((resolve) => setTimeout(resolve, 1200)); // several frames
  await wake(ends);
  assert.equal(await terminal.status, 0);
  const at = terminal.raw.indexOf('\x1b[?1049h\x1b[5;5Hpainted\x1b[?1049l');
  assert.ok(at > 0);
  assert.ok(!terminal.raw.slice(at).includes('STATE'), 'nothing is drawn any more');
  assert.deepEqual(await terminal.lines(), ['end']);
});

test('view: a terminal of 20 columns, and one of few rows', { skip }, async () => {
  const nap = ownNap();
  const narrow = on(`pipework run 'sleep ${nap}' cat 'cat > /dev/null'`, { columns: 20 });
  const shown = (await narrow.shows((text) => text.includes('3 waits for 2'), 'the view')).split('\n');
  assert.equal(shown.length, 7, 'no line is broken');
  assert.match(shown[1] ?? '', /^. 1 sleeps {6}sl…$/);
  const low = on(`pipework run ${`'cat' `.repeat(9)}`, { rows: 6, env: { LANG: 'C' } });
  narrow.type('\x03');
  await narrow.status;
  low.type('\x04');
  await low.status;
  const many = on(`pipework run 'sleep ${nap}' ${`'cat' `.repeat(9)}`, { rows: 6 });
  const few = (await many.shows((text) => text.includes(' more'), 'some stages')).split('\n');
  assert.deepEqual(few.length, 5);
  assert.match(few[0] ?? '', /^. {2}1 sleeps .*sleep/);
  assert.equal(few[3], '  and 7 stages more');
  many.type('\x03');
  await many.status;
});

test('view: a resize on the way leaves one view, and what stood above it', { skip }, async () => {
  // Rows enough for every line to be broken into four: what has left the screen nobody can take back.
  const stages = `'sleep ${ownNap()}' 'cat' 'cat > /dev/null'`;
  const terminal = on(`seq 5; pipework run ${stages}`, { rows: 50 });
  const above = ['1', '2', '3', '4', '5'];
  await terminal.shows((text) => text.includes('3 waits for 2'), 'the view');
  for (const columns of [50, 20, 100, 33, 80]) {
    await terminal.resize(columns, 50);
    await terminal.shows((text) => fits(text, columns, above), `one view in ${columns} columns`);
  }
  terminal.type('\x03');
  await terminal.status;
  assert.deepEqual(await terminal.lines(), above);
});

test('view: wide characters do not break lines, and control characters never reach the terminal', {
  skip,
}, async () => {
  const wide = '漢字かな交じり文'.repeat(4);
  const evil = '\x1b]0;title\x07\x1b[31m\u202e\u009b2J\x08';
  const nap = ownNap();
  for (const columns of [79, 80, 41]) {
    const stages = [`sleep ${nap} # ${wide} 👨‍👩‍👧‍👦❤️`, `sleep ${nap} # ${evil}`];
    const terminal = on(`pipework run "$ONE" "$TWO" cat`, {
      columns,
      env: { ONE: stages[0] as string, TWO: stages[1] as string },
    });
    const shown = await terminal.shows((text) => text.includes('3 waits for 2'), 'the view');
    assert.equal(shown.split('\n').length, 7, shown);
    if (columns === 80) assert.match(shown, /# \\x1b…/);
    terminal.type('\x03');
    await terminal.status;
    for (const part of ['\x1b]', '\x07', '\x1b[31m', '\u202e', '\u009b']) {
      assert.ok(!Buffer.from(terminal.raw, 'latin1').toString().includes(part), JSON.stringify(part));
    }
  }
});

test('view: killed at any moment, it leaves the terminal as it was', { skip }, async () => {
  const count = process.env['PIPEWORK_SOAK'] === '1' ? 200 : 8;
  for (let i = 0; i < count; i++) {
    const nap = ownNap();
    const talk = `while sleep 0.05; do echo out; echo err >&2; done & sleep ${nap}; kill $!`;
    const terminal = on(`pipework run '${talk}' cat`);
    await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 600)); // at any moment
    process.kill(terminal.pid, 'SIGKILL');
    for (const pid of sleepers(nap)) process.kill(pid);
    assert.equal(await terminal.status, 137);
    assertAsBefore(terminal);
    assert.ok(!terminal.raw.includes('\x1b[?'), 'no mode of the terminal was ever changed');
    const [column] = await terminal.cursor();
    assert.equal(column, 0, 'the next prompt begins a line');
  }
});

test('view: a terminal that goes away ends the run', { skip }, async () => {
  const nap = ownNap();
  const terminal = on(`pipework run 'sleep ${nap}' cat`);
  await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
  const { pid } = terminal;
  terminal.remove();
  await until(() => sleepers(nap).length === 0 && !isAlive(pid), 'all have ended');
});

test('view: not with --no-view, --quiet, --json, TERM=dumb, or where standard error is no terminal', {
  skip,
}, async () => {
  const without = [
    ['--no-view', {}],
    ['--quiet', {}],
    ['', { TERM: 'dumb' }],
  ] as const;
  const stages = "'sleep 1.2; test -t 2 && echo a terminal' cat"; // by then a view would have been drawn
  const plain = without.map(([options, env]) => on(`pipework run ${options} ${stages}`, { env }));
  const json = on(`pipework run --json 'sleep 1.2' cat`);
  const elsewhere = on(`pipework run 'sleep 1.2; echo out' cat 2> /dev/null`);
  for (const terminal of plain) {
    assert.equal(await terminal.status, 0);
    assert.equal(terminal.raw, 'a terminal\r\n');
  }
  await json.status;
  assert.match(json.raw, /^\{"event":"start".*\}\r\n\{"event":"sample"/);
  await elsewhere.status;
  assert.equal(elsewhere.raw, 'out\r\n');
});

test('view: colours, unless NO_COLOR is set', { skip }, async () => {
  for (const [env, isColoured] of [
    [{}, true],
    [{ NO_COLOR: '1' }, false],
  ] as const) {
    const terminal = on(`pipework run 'sleep ${ownNap()}' cat`, { env });
    await terminal.shows((text) => text.includes('2 waits for 1'), 'the view');
    terminal.type('\x03');
    await terminal.status;
    assert.equal(terminal.raw.includes('\x1b[90m'), isColoured);
  }
});

function on(command: string, options: TerminalOptions = {}): Terminal {
  const terminal = new Terminal(command, options);
  terminals.push(terminal);
  return terminal;
}

/** Ends a sleep(1) by a signal of which a shell says nothing. */
async function wake(nap: string): Promise<void> {
  await until(() => sleepers(nap).length > 0, 'it sleeps');
  for (const pid of sleepers(nap)) process.kill(pid, 'SIGPIPE');
}

/** A shell with job control. */
function shell(): Terminal {
  return on('exec bash --norc --noprofile -i', { env: { PS1: '$ ' } });
}

/** Nothing of this process, nor of a shell, has changed what the terminal does. */
function assertAsBefore(terminal: Terminal): void {
  const { before, after } = terminal.settings;
  assert.equal(after, before);
  assert.ok(terminal.isSane);
}

/** Whether there is one whole view below `above`, and no broken line. */
function fits(text: string, columns: number, above: readonly string[]): boolean {
  const lines = text.split('\n');
  const isWhole = lines.slice(0, above.length).every((line, index) => line === above[index]);
  return isWhole && lines.length === above.length + 7 && lines.every((line) => line.length < columns);
}

/** What a count is when it has not grown for several frames. */
async function settled(count: () => number): Promise<number> {
  for (let before = -1; ; ) {
    if (before === count()) return before;
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
