/** Each trap in docs/gotchas.md names the tests that hold what is said of it, and they exist. */
import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A name that is put together from parts, as far as they are written down. */
const PUT_TOGETHER: readonly (readonly [RegExp, string])[] = [
  [/^job\.kill\(\): ends (.*)$/, "'$1': "],
  [/^the end of this program by (process\.exit\(\)|an uncaught error) ends what still runs$/, "'$1': "],
];

test('docs/gotchas.md: every test that it names is there', () => {
  const folder = `${root}test/exec/`;
  const sources = readdirSync(folder)
    .map((file) => readFileSync(folder + file, 'utf8'))
    .join('\n');
  const text = readFileSync(`${root}docs/gotchas.md`, 'utf8');
  const names = [...text.matchAll(/^Tests?: ([\s\S]*?)\n(?=\n|$)/gm)].flatMap(([, list = '']) =>
    [...list.replaceAll('\n', ' ').matchAll(/\*([^*]+)\*/g)].map(([, name = '']) => name),
  );
  ok(names.length > 25, `${names.length} names`);
  const isThere = (name: string): boolean => {
    const rule = PUT_TOGETHER.find(([pattern]) => pattern.test(name));
    return sources.includes(rule === undefined ? name : name.replace(...rule));
  };
  deepEqual(
    names.filter((name) => !isThere(name)),
    [],
  );
});
