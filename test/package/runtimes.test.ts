/** `npm run test:runtimes` tells of every case what became of it, and takes nothing that hangs or crashes for a success. */
import { deepEqual, equal, match, throws } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Engine, engineOf } from '../../scripts/runtimes/engine.js';
import { type Ended, type Line, type Outcome, outcomeOf } from '../../scripts/runtimes/outcome.js';
import {
  columnsOf,
  differences,
  type Page,
  parsePage,
  readPage,
  renderPage,
  replaced,
} from '../../scripts/runtimes/page.js';
import { runSuite } from '../../scripts/runtimes/run-suite.js';
import { runtimes } from '../../scripts/runtimes/runtimes.js';
import { textReport } from '../../scripts/runtimes/text-report.js';
import { until } from '../exec/processes.js';
import { suites } from '../runtimes/suites.js';

const binaries = new URL('../../../test/runtimes/binaries/', import.meta.url);
const CLEAN: Ended = { isClean: true, how: 'the process ended with status 0', printed: '' };
const SELF: Engine = { name: 'Node', command: [process.execPath] };
const TWO: readonly Line[] = [{ cases: 2 }, { begun: 'a' }, { passed: 'a' }];

function outcome(lines: readonly Line[], ended: Partial<Ended> = {}, cases = 2): Outcome {
  return outcomeOf(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { ...CLEAN, ...ended }, cases);
}

test('outcomeOf(): counts what the process told', () => {
  const lines: Line[] = [
    { cases: 3 },
    { begun: 'a' },
    { passed: 'a' },
    { skipped: 'b', why: 'no b here' },
    { begun: 'c' },
    { failed: 'c', why: 'Error: wrong' },
  ];
  deepEqual(outcome(lines, {}, 3), {
    passed: 1,
    failed: [{ name: 'c', why: 'Error: wrong' }],
    skipped: [{ name: 'b', why: 'no b here' }],
  });
});

const broken = (how: string): Partial<Ended> => ({ isClean: false, how });

for (const [what, lines, ended, name, why] of [
  ['hangs', [...TWO, { begun: 'b' }], broken('hung: killed'), 'b', /^hung: killed$/],
  ['crashes', [...TWO, { begun: 'b' }], broken('ended with SIGSEGV'), 'b', /^ended with SIGSEGV$/],
  ['ends in the midst', [...TWO, { begun: 'b' }], {}, 'b', /ended with status 0$/],
  ['leaves cases out', TWO, {}, '(between two cases)', /status 0\n1 cases were left$/],
  [
    'tells nothing',
    [],
    { ...broken('ended'), printed: 'no such module\n' },
    '(before the first case)',
    /such module$/,
  ],
  ['has no cases', [{ cases: 0 }], {}, '(between two cases)', /status 0$/],
  [
    'fails at its end',
    [{ cases: 1 }, { passed: 'a' }],
    broken('status 134'),
    '(after the last case)',
    /status 134$/,
  ],
  ['does not end', [{ cases: 1 }, { passed: 'a' }], broken('hung'), '(after the last case)', /^hung$/],
  ['prints', [{ cases: 1 }, { passed: 'a' }], { printed: 'Warning\n' }, '(after the last case)', /Warning$/],
  [
    'has fewer cases than the suite',
    [{ cases: 1 }, { passed: 'a' }],
    {},
    '(the count of cases)',
    /^there were 1, where the suite has 2$/,
  ],
] as const) {
  test(`outcomeOf(): a process or page that ${what} has failed, and the failure says where`, () => {
    const { failed } = outcome(lines, ended);
    deepEqual(
      failed.map(({ name }) => name),
      [name],
    );
    match(failed[0]?.why ?? '', why);
  });
}

test('outcomeOf(): a last line that was cut off is not taken for one', () => {
  const { passed, failed } = outcomeOf('{"cases":1}\n{"begun":"a"}\n{"pas', CLEAN, 1);
  deepEqual([passed, failed[0]?.name], [0, 'a']);
});

test('runSuite(): kills what hangs, and says in which case', async (t) => {
  const program = join(folderOf(t), 'hangs.mjs');
  writeFileSync(
    program,
    `import { writeFileSync } from 'node:fs';
     const lines = [{ cases: 2 }, { passed: process.argv[2] }, { begun: 'for ever' }];
     writeFileSync(process.argv[3], lines.map((line) => JSON.stringify(line) + '\\n').join(''));
     process.stdout.write('about to hang');
     setInterval(() => {}, 1000);`,
  );
  const outcome = await runSuite(SELF, { name: 'a suite' }, { program, cases: 2, timeout: 4000 });
  deepEqual(outcome, {
    passed: 1,
    failed: [
      { name: 'for ever', why: 'hung: the process was killed after 4 s, and had printed\nabout to hang' },
    ],
    skipped: [],
  });
});

test('runSuite(): a process has the mode of its suite, and may print only what the suite says', async (t) => {
  const program = join(folderOf(t), 'prints.mjs');
  writeFileSync(
    program,
    `import { writeFileSync } from 'node:fs';
     const lines = [{ cases: 1 }, { passed: 'a' }];
     writeFileSync(process.argv[3], lines.map((line) => JSON.stringify(line) + '\\n').join(''));
     console.error(process.env.PIPEWORK_OS);`,
  );
  const run = (suite: { mode?: 'posix'; prints?: RegExp }) =>
    runSuite(SELF, { name: 'a suite', ...suite }, { program, cases: 1, timeout: 60_000 });
  match((await run({ mode: 'posix' })).failed[0]?.why ?? '', /had printed\nposix$/);
  match((await run({ prints: /^posix\n/ })).failed[0]?.why ?? '', /had printed\nundefined$/);
  deepEqual(await run({ mode: 'posix', prints: /^posix\n/ }), { passed: 1, failed: [], skipped: [] });
});

test('exitOnSignals(), runSuite(): a signal ends what runs, and what that has started, and leaves no file', async (t) => {
  const folder = folderOf(t);
  const [program, told, temporary] = ['starts.mjs', 'pids', 'tmp'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(temporary);
  writeFileSync(
    program,
    `import { spawn } from 'node:child_process';
     import { renameSync, writeFileSync } from 'node:fs';
     const { pid } = spawn('sleep', ['1000']);
     writeFileSync(process.argv[3], process.pid + ' ' + pid);
     renameSync(process.argv[3], ${JSON.stringify(told)});`,
  );
  const scripts = new URL('../../scripts/runtimes/', import.meta.url);
  const source = `
    import { exitOnSignals } from '${new URL('exit-on-signals.js', scripts)}';
    import { runSuite } from '${new URL('run-suite.js', scripts)}';
    exitOnSignals();
    const options = ${JSON.stringify({ program, cases: 1, timeout: 60_000 })};
    await runSuite(${JSON.stringify(SELF)}, { name: 'a suite' }, options);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: 'inherit',
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const isThere = (pid: string): boolean => existsSync(`/proc/${pid}/exe`); // which a zombie has not
  await until(() => existsSync(told), 'both run');
  const pids = readFileSync(told, 'utf8').split(' ');
  deepEqual(pids.map(isThere), [true, true]);
  child.kill('SIGTERM');
  equal(await exited, 143);
  await until(() => !pids.some(isThere), 'neither runs');
  deepEqual(readdirSync(temporary), []);
});

test('engineOf(): says why there is no binary, which is a skip, and throws when one is not installed', async (t) => {
  const folder = folderOf(t);
  const runtime = {
    name: 'Bun',
    binaries: { 'linux-x64': { package: 'bun-here', path: 'bin/bun' } },
    args: ['run'],
  };
  const missing = engineOf(runtime, 'linux-x64-musl', folder);
  deepEqual(await runSuite(missing, { name: 'a suite' }, { program: '', cases: 1, timeout: 0 }), {
    passed: 0,
    failed: [],
    skipped: [{ name: '(all)', why: 'no binary of it is pinned for linux-x64-musl' }],
  });
  throws(() => engineOf(runtime, 'linux-x64', folder), /Bun is not installed: .*bun-here/);
  const installed = join(folder, 'node_modules', 'bun-here');
  mkdirSync(join(installed, 'bin'), { recursive: true });
  writeFileSync(join(installed, 'package.json'), '{ "version": "1.2.3" }');
  writeFileSync(join(installed, 'bin', 'bun'), '');
  deepEqual(engineOf(runtime, 'linux-x64', folder), {
    name: 'Bun 1.2.3',
    command: [join(installed, 'bin', 'bun'), 'run'],
  });
});

test('textReport(): a table, skips by reason, failures in full, and the count of all', () => {
  const skipped = [
    { name: 'b', why: 'no b here' },
    { name: 'c', why: 'no b here' },
    { name: 'd', why: 'no d here' },
  ];
  const text = textReport([
    { engine: 'Node 1', suite: 'memory', outcome: { passed: 12, failed: [], skipped: [] } },
    { engine: 'Bun 2', suite: 'memory', outcome: { passed: 9, failed: [], skipped } },
    { engine: 'Node 1', suite: 'kernel', outcome: { passed: 0, failed: [], skipped: skipped.slice(0, 1) } },
    {
      engine: 'Bun 2',
      suite: 'kernel',
      outcome: { passed: 1, failed: [{ name: 'e', why: 'Error: x\n    at y' }], skipped: [] },
    },
  ]);
  equal(
    text,
    `passed, FAILED, skipped  Node 1     Bun 2
memory                   12         9, 3 skipped
kernel                   1 skipped  1, 1 FAILED

Skipped:
  no b here
    Bun 2, memory: 2 cases
    Node 1, kernel: b
  no d here
    Bun 2, memory: d

Failed:
  Bun 2, kernel: e
    Error: x
        at y

22 passed, 1 failed, 4 skipped`,
  );
});

const cell = (runs: 'yes' | 'in part' | 'no', ...why: string[]) => ({ runs, why });
const SMALL: Page = {
  rows: ['memory', 'kernel'],
  columns: [
    { name: 'Node 1', cells: [cell('yes'), cell('in part', 'no b here', 'no c here')] },
    { name: 'Chromium 2', cells: [cell('yes'), cell('no', 'no kernel')] },
  ],
};
const isNode = ({ name }: { name: string }) => name.startsWith('Node');

test('renderPage(), parsePage(): a table with notes, which says all of it', () => {
  const text = renderPage(SMALL);
  match(
    text,
    /^\| {2}\| Node 1 \| Chromium 2 \|\n\| --- \| --- \| --- \|\n\| memory \| yes \| yes \|\n\| kernel \| in part \(1\) \(2\) \| no \(3\) \|$/m,
  );
  match(text, /\n\n1\. no b here\n2\. no c here\n3\. no kernel\n$/);
  deepEqual(parsePage(text), SMALL);
  throws(() => parsePage(text.replace('no (3)', '12 passed')), /got '12 passed'$/);
});

test('columnsOf(): what has run, without any count', () => {
  const skipped = [
    { name: 'b', why: 'no b here' },
    { name: 'd', why: 'no b here' },
  ];
  const results = [
    { engine: 'Node 1', suite: 'memory', outcome: { passed: 12, failed: [], skipped: [] } },
    { engine: 'Bun 2', suite: 'memory', outcome: { passed: 9, failed: [], skipped } },
    { engine: 'Node 1', suite: 'kernel', outcome: { passed: 0, failed: [], skipped } },
    { engine: 'Bun 2', suite: 'kernel', outcome: { passed: 1, failed: [], skipped: [] } },
  ];
  deepEqual(columnsOf(results), [
    { name: 'Node 1', cells: [cell('yes'), cell('no', 'no b here')] },
    { name: 'Bun 2', cells: [cell('in part', 'no b here'), cell('yes')] },
  ]);
});

test('differences(): each place where the page is not what has run, whatever the version', () => {
  const { rows, columns } = SMALL;
  const later = [{ name: 'Node 3', cells: columns[0]?.cells ?? [] }];
  deepEqual(differences(SMALL, rows, later, isNode), []);
  const other = [{ name: 'Node 1', cells: [cell('in part', 'no a here'), cell('in part', 'no b here')] }];
  deepEqual(differences(SMALL, rows, other, isNode), [
    'memory on Node 1: in part, no a here, and the page says: yes',
    'kernel on Node 1: in part, no b here, and the page says: in part, no b here, no c here',
  ]);
  deepEqual(differences(SMALL, [...rows, 'more'], later, isNode), ['it has other rows']);
  deepEqual(differences(SMALL, rows, [...later, ...later], isNode), ['it has other columns']);
});

test('replaced(): the columns of one command, and those of the other stay', () => {
  const later = [{ name: 'Node 3', cells: [cell('yes'), cell('yes')] }];
  const chromium = SMALL.columns.slice(1);
  deepEqual(replaced(SMALL, SMALL.rows, later, isNode), {
    rows: SMALL.rows,
    columns: [...later, ...chromium],
  });
  deepEqual(replaced({ rows: [], columns: [] }, SMALL.rows, later, isNode).columns, later);
  const more = replaced(SMALL, ['kernel', 'new'], later, isNode).columns[1]?.cells;
  deepEqual(more, [cell('no', 'no kernel'), cell('no', 'nobody has tried')]);
});

test('docs/runtimes.md: has a row for each suite, a column for each runtime that is pinned, and is what the scripts write', () => {
  const page = readPage();
  deepEqual(
    page.rows,
    suites.map(({ name }) => name),
  );
  const { optionalDependencies: pinned } = JSON.parse(
    readFileSync(new URL('package.json', binaries), 'utf8'),
  );
  const names = runtimes.map(({ name, binaries }) => {
    const version = pinned[binaries['linux-x64']?.package ?? ''].split('@').at(-1);
    return `${name.split(' ')[0]} ${version}`;
  });
  const columns = page.columns.map(({ name }) => name.replace(/^Chromium [\d.]+$/, 'Chromium'));
  deepEqual(columns, [...names, 'Chromium']);
  equal(readFileSync(new URL('../../../docs/runtimes.md', import.meta.url), 'utf8'), renderPage(page));
});

test('a filter that fits no runtime and suite is an error, not a success', () => {
  const script = fileURLToPath(new URL('../../scripts/test-runtimes.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, 'no such suite'], { encoding: 'utf8' });
  equal(status, 1);
  match(stderr, /no runtime and suite has 'no such suite' in its name/);
});

test('suites: no two have the same name', () => {
  const names = suites.map(({ name }) => name);
  deepEqual([...new Set(names)], names);
});

test('test/runtimes/binaries: pins each binary exactly, and its lock file names no host and no other package', () => {
  const { optionalDependencies: pinned } = JSON.parse(
    readFileSync(new URL('package.json', binaries), 'utf8'),
  );
  const named = runtimes.flatMap(({ binaries }) => Object.values(binaries).map((binary) => binary.package));
  deepEqual(Object.keys(pinned).sort(), named.sort());
  for (const version of Object.values(pinned)) match(String(version), /^(npm:[a-z0-9-]+@)?\d+\.\d+\.\d+$/);
  const text = readFileSync(new URL('package-lock.json', binaries), 'utf8');
  equal(text.includes('://'), false);
  const lock = JSON.parse(text);
  deepEqual(lock.packages[''].optionalDependencies, pinned);
  deepEqual(Object.keys(lock.packages).sort(), ['', ...named.map((name) => `node_modules/${name}`)].sort());
});

function folderOf(t: { after(run: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-runtimes-test-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}
