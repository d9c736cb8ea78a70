import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PackageCopy, PIPE_THAT_LIES, packageRoot } from '../fixtures/package-copy.js';
import { runNode } from '../fixtures/run-node.js';

const KERNEL_PROGRAMS = ['1-one-task', '2-exactly-full', '3-writer-task', '4-two-tasks'];
const PROGRAMS = ['5-one-task', '6-writer-task', '7-two-tasks'];
const THREADS = ['3-writer-worker', '4-two-workers', '6-writer-worker', '7-two-workers'];

const copies: PackageCopy[] = [];
after(() => {
  for (const copy of copies) copy.remove();
});

test('5-one-task: explains the deadlock, reads nothing and ends with status 0', () => {
  const { status, stdout, stderr } = run('5-one-task');
  assert.equal(stderr, '');
  assert.match(stdout, /DeadlockError, ERR_PIPE_DEADLOCK/);
  assert.match(stdout, /the pipe \(unbuffered\): write has moved 0 of 400 bytes/);
  assert.match(stdout, /the write waits for a read/);
  assert.match(stdout, /so it waits for the write/);
  assert.doesNotMatch(stdout, /Written|Read /);
  assert.equal(status, 0);
});

for (const program of ['6-writer-task', '7-two-tasks']) {
  test(`${program}: writes and reads 40000 bytes, compares each and ends with status 0`, () => {
    const { status, stdout, stderr } = run(program);
    assert.equal(stderr, '');
    assert.deepEqual(stdout.trimEnd().split('\n').sort(), [
      'All 40000 bytes compared: each is as it was written.',
      'Read 40000 byte(s). [in-memory pipe]',
      'Written 40000 byte(s). [in-memory pipe]',
    ]);
    assert.equal(status, 0);
  });

  test(`${program} --numbers: prints each index with the byte that is there`, () => {
    const { status, stdout } = run(program, ['--numbers']);
    const [, list = ''] = stdout.split('Index:byte\n');
    const pairs = list.trim().split(/\s+/);
    assert.equal(pairs.length, 40000);
    assert.deepEqual(
      pairs,
      pairs.map((_, index) => `${index}:${index % 256}`),
    );
    assert.ok(list.split('\n').every((line) => line.length <= 75)); // the tour puts 5 columns before it
    assert.equal(status, 0);
  });
}

test('5-one-task --numbers: says that there are none', () => {
  const { status, stdout } = run('5-one-task', ['--numbers']);
  assert.match(stdout, /^No numbers: nothing was read\.$/m);
  assert.equal(status, 0);
});

test('6-writer-task, 7-two-tasks: a byte that arrives wrong is named, and the status is not 0', () => {
  const { root } = brokenCopy(PIPE_THAT_LIES);
  for (const program of ['6-writer-task', '7-two-tasks']) {
    const { status, stdout } = run(program, [], root);
    assert.match(stdout, /^Wrong: byte 0 is 1 and not 0\.$/m);
    assert.equal(status, 1);
  }
});

test('5-one-task: a pipe with a buffer gives a status that is not 0', () => {
  const { root } = brokenCopy('export const pipe = () => real.pipe({ capacity: 400 });');
  const { status, stdout } = run('5-one-task', [], root);
  assert.match(stdout, /Written 400 byte/);
  assert.equal(status, 1);
});

test('5-one-task: another deadlock than that of its write gives a status that is not 0', () => {
  const { root } = brokenCopy(`
export function pipe(options) {
  const ends = real.pipe(options);
  ends.writer.write = () => ends.reader.read(new Uint8Array(1));
  return ends;
}`);
  const { status, stdout } = run('5-one-task', [], root);
  assert.match(stdout, /Wrong: it should be the one write/);
  assert.equal(status, 1);
});

test('5, 6, 7: a write that never settles gives a status that is not 0', () => {
  const { root } = brokenCopy(`
export function pipe(options) {
  const ends = real.pipe(options);
  ends.writer.write = () => new Promise(() => {});
  return ends;
}`);
  for (const program of PROGRAMS) assert.notEqual(run(program, [], root).status, 0);
});

test('6-writer-task, 7-two-tasks: a read that comes back short gives a status that is not 0', () => {
  const { root } = brokenCopy(`
export function pipe(options) {
  const ends = real.pipe({ ...options, capacity: 4096 });
  return ends;
}`);
  for (const program of ['6-writer-task', '7-two-tasks']) {
    const { status, stdout } = run(program, [], root);
    assert.match(stdout, /^Read 4096 byte/m);
    assert.notEqual(status, 0);
  }
});

/** What programs 3 and 4 say of one that arrives whole; who is first is not theirs to say. */
const WHOLE = [
  'All 40000 bytes compared: each is as it was written.',
  'Read 40000 byte(s). [file-based pipe]',
  'Written 40000 byte(s). [file-based pipe]',
];

test('1-one-task: finishes at the default capacity, explains the deadlock at 4096, and ends with status 0', () => {
  const { status, stdout, stderr } = run('1-one-task');
  assert.equal(stderr, '');
  const [large, small] = runs(stdout);
  assert.match(large?.title ?? '', /^Capacity \d+, the default/);
  assert.deepEqual(large?.lines.sort(), WHOLE);
  assert.match(small?.title ?? '', /^Capacity 4096:/);
  const said = small?.lines.join('\n') ?? '';
  assert.match(said, /^DeadlockError, ERR_PIPE_DEADLOCK/);
  assert.match(said, /the pipe \(4096 of 4096 bytes full\): write has moved 4096 of 40000 bytes/);
  assert.match(said, /the write waits for room.*so it waits for the write/s);
  assert.doesNotMatch(said, /Written/);
  assert.match(said, /Read 4096 byte\(s\).*\nAll 4096 bytes compared: each is as it was written\.$/);
  assert.equal(status, 0);
});

test('2-exactly-full: at 4096 the pipe is exactly full, and both finish with status 0', () => {
  const { status, stdout, stderr } = run('2-exactly-full');
  assert.equal(stderr, '');
  const [large, small, ...others] = runs(stdout);
  assert.deepEqual(others, []);
  assert.match(large?.lines[1] ?? '', /^4096 of \d+ bytes are in the pipe\.$/);
  assert.deepEqual(small, {
    title: 'Capacity 4096: write, then read',
    lines: [
      'Written 4096 byte(s). [file-based pipe]',
      '4096 of 4096 bytes are in the pipe: exactly full.',
      'Read 4096 byte(s). [file-based pipe]',
      'All 4096 bytes compared: each is as it was written.',
    ],
  });
  assert.equal(status, 0);
});

for (const program of ['3-writer-task', '4-two-tasks']) {
  test(`${program}: one read comes short at 4096, readFull gets all at both, and the status is 0`, () => {
    const { status, stdout, stderr } = run(program);
    assert.equal(stderr, '');
    const [largeOnce, largeFull, smallOnce, smallFull] = runs(stdout);
    for (const whole of [largeOnce, largeFull, smallFull]) assert.deepEqual(whole?.lines.sort(), WHOLE);
    assert.match(largeOnce?.title ?? '', /^Capacity \d+, the default: one read$/);
    assert.equal(smallFull?.title, 'Capacity 4096: readFull');
    assert.equal(smallOnce?.title, 'Capacity 4096: one read');
    const [read, written, compared, short] = smallOnce?.lines ?? [];
    assert.equal(read, 'Read 4096 byte(s). [file-based pipe]');
    assert.match(written ?? '', /^Written \d+ byte\(s\), then BrokenPipeError, EPIPE: /);
    assert.equal(compared, 'All 4096 bytes compared: each is as it was written.');
    assert.equal(short, 'Short: 35904 of 40000 bytes never arrive.');
    assert.equal(status, 0);
  });
}

test('1, 2, 3, 4 --numbers: print each index that was read with the byte that is there', () => {
  for (const [program, counts] of [
    ['1-one-task', [40000, 4096]],
    ['2-exactly-full', [4096, 4096]],
    ['3-writer-task', [40000, 40000, 4096, 40000]],
    ['4-two-tasks', [40000, 40000, 4096, 40000]],
  ] as const) {
    const { status, stdout } = run(program, ['--numbers']);
    const lists = stdout.split('Index:byte\n').slice(1);
    const pairs = lists.map((list) => list.match(/\d+:\d+/g) ?? []);
    assert.deepEqual(
      pairs,
      counts.map((count) => Array.from({ length: count }, (_, index) => `${index}:${index % 256}`)),
    );
    assert.ok(stdout.split('\n').every((line) => line.length <= 75 || !/\d:\d/.test(line)));
    assert.equal(status, 0);
  }
});

test('1, 2, 3, 4: a byte that arrives wrong is named, and the status is not 0', () => {
  const { root } = brokenCopy(PIPE_THAT_LIES, 'os');
  for (const program of KERNEL_PROGRAMS) {
    const { status, stdout } = run(program, [], root);
    assert.match(stdout, /^ {2}Wrong: byte 0 is 1 and not 0\.$/m);
    assert.equal(status, 1);
  }
});

test('1, 2, 3, 4: a pipe that is not of 4096 bytes gives a status that is not 0', () => {
  const { root } = brokenCopy('export const pipe = ({ name }) => real.pipe({ name });', 'os');
  for (const program of KERNEL_PROGRAMS) {
    const { status, stdout } = run(program, [], root);
    assert.match(stdout, /^ {2}Wrong: the capacity should be 4096\.$/m);
    assert.equal(status, 1);
  }
});

test('2-exactly-full: a pipe that takes one byte more than it holds gives a status that is not 0', () => {
  const { root } = brokenCopy(
    `
export function pipe(options) {
  const ends = real.pipe(options);
  ends.writer.tryWrite = () => 1;
  return ends;
}`,
    'os',
  );
  const { status, stdout } = run('2-exactly-full', [], root);
  assert.match(stdout, /Wrong: one byte more should not fit\./);
  assert.equal(status, 1);
});

test('3-writer-task, 4-two-tasks: a single read that gets everything at 4096 gives a status that is not 0', () => {
  const { root } = brokenCopy(
    `
import { readFull } from '../io/index.js';
export function pipe(options) {
  const ends = real.pipe(options);
  const read = ends.reader.read.bind(ends.reader);
  ends.reader.read = (into) => readFull({ read }, into);
  return ends;
}`,
    'os',
  );
  for (const program of ['3-writer-task', '4-two-tasks']) {
    const { status, stdout } = run(program, [], root);
    assert.match(stdout, /Wrong: 40000 of 4096 bytes arrived\./);
    assert.equal(status, 1);
  }
});

test('1, 2, 3, 4: a write that never settles gives a status that is not 0', () => {
  const { root } = brokenCopy(
    `
export function pipe(options) {
  const ends = real.pipe(options);
  ends.writer.write = () => new Promise(() => {});
  return ends;
}`,
    'os',
  );
  for (const program of KERNEL_PROGRAMS) assert.notEqual(run(program, [], root).status, 0);
});

for (const program of THREADS) {
  const capacities = program.startsWith('3') || program.startsWith('4') ? [65536, 4096] : [256]; // bytes

  test(`${program}: one read comes short of what the pipe cannot hold, readFull gets all, and the status is 0`, () => {
    const { status, stdout, stderr } = run(program);
    assert.equal(stderr, '');
    const shown = runs(stdout);
    const titles = capacities.flatMap((capacity) => [
      `Capacity ${capacity}: one read`,
      `Capacity ${capacity}: readFull`,
    ]);
    assert.deepEqual(
      shown.map(({ title }) => title),
      titles,
    );
    for (const [index, { lines }] of shown.entries()) {
      const capacity = capacities[index >> 1] as number;
      const count = index % 2 === 0 ? Math.min(capacity, 40000) : 40000; // bytes
      const [written = '', ...others] = lines;
      assert.match(
        written,
        count === 40000
          ? /^Written 40000 byte\(s\)\. \[pipe between threads\]$/
          : /^Written \d+ byte\(s\), then BrokenPipeError, EPIPE: the pipe: the reader was closed$/,
      );
      assert.deepEqual(others, [
        `Read ${count} byte(s). [pipe between threads]`,
        `All ${count} bytes compared: each is as it was written.`,
        ...(count === 40000 ? [] : [`Short: ${40000 - count} of 40000 bytes never arrive.`]),
      ]);
    }
    assert.equal(status, 0);
  });

  test(`${program}: a byte that arrives wrong, or a capacity that is another, gives a status that is not 0`, () => {
    const spoilt = brokenCopy(
      'export const openWriter = (handle) => { const writer = real.openWriter(handle); writer.tryWrite(Uint8Array.of(9)); return writer; };',
      'worker',
    );
    const { status, stdout } = run(program, [], spoilt.root);
    assert.match(stdout, /^ {2}Wrong: byte 0 is 9 and not 0\.$/m);
    assert.equal(status, 1);
    const roomy = brokenCopy(
      'export const pipe = ({ capacity, ...options }) => real.pipe({ ...options, capacity: capacity + 1 });',
      'worker',
    );
    assert.equal(run(program, [], roomy.root).status, 1);
  });
}

/** The runs that a program with a kernel pipe shows: a title, and below it what it says, indented. */
function runs(stdout: string): { title: string; lines: string[] }[] {
  const found: { title: string; lines: string[] }[] = [];
  for (const line of stdout.trimEnd().split('\n')) {
    if (line.startsWith('  ')) found.at(-1)?.lines.push(line.slice(2));
    else found.push({ title: line, lines: [] });
  }
  return found;
}

function run(program: string, args: readonly string[] = [], root = packageRoot) {
  return runNode(join(root, 'dist/examples/seed', `${program}.js`), args);
}

function brokenCopy(pipe: string, door: 'io' | 'os' | 'worker' = 'io'): PackageCopy {
  const copy = new PackageCopy();
  copies.push(copy);
  copy.replacePipe(pipe, door);
  return copy;
}
