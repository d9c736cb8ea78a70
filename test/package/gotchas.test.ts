/** Every trap of docs/gotchas.md is held by a test, and every test that it names is there. */
import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(root, 'docs/gotchas.md'), 'utf8');
const [, ...traps] = page.split(/^### /m);

/** `Test: FILE, NAME`, on a line of its own. */
const NAMED = /^Test: (\S+), `(.+)`$/gm;

test('docs/gotchas.md: every trap names a test', () => {
  ok(traps.length > 20);
  const without = traps.filter((trap) => trap.match(NAMED) === null).map((trap) => trap.split('\n')[0]);
  deepEqual(without, []);
});

test('docs/gotchas.md: every test that is named is there, and no line names one in another way', () => {
  const lines = page.split('\n').filter((line) => line.startsWith('Test:'));
  const named = [...page.matchAll(NAMED)];
  deepEqual(
    named.map(([line]) => line),
    lines,
  );
  const missing = named
    .filter(([, file = '', name = '']) => !namesIn(file).includes(name))
    .map(([line]) => line);
  deepEqual(missing, []);
});

/** The source of a file of tests, with its quotes as they are read; '' when it is not there. */
function namesIn(file: string): string {
  const path = join(root, file.endsWith('.c') ? file : `test/${file}`);
  return existsSync(path) ? readFileSync(path, 'utf8').replaceAll("\\'", "'") : '';
}
