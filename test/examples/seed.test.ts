import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PackageCopy, PIPE_THAT_LIES, packageRoot } from '../fixtures/package-copy.js';
import { runNode } from '../fixtures/run-node.js';

const PROGRAMS = ['5-one-task', '6-writer-task', '7-two-tasks'];

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

function run(program: string, args: readonly string[] = [], root = packageRoot) {
  return runNode(join(root, 'dist/examples/seed', `${program}.js`), args);
}

function brokenCopy(pipe: string): PackageCopy {
  const copy = new PackageCopy();
  copies.push(copy);
  copy.replacePipe(pipe);
  return copy;
}
