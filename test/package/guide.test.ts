/** The pages of docs/guide show the code that the tests run: the files of examples/guide, each of them once. */
import { deepEqual, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fencesOf } from '../../scripts/doc-blocks.js';
import { packageRoot } from '../fixtures/package-copy.js';

const PAGES = join(packageRoot, 'docs/guide');
const EXAMPLES = join(packageRoot, 'examples/guide');

const pages = readdirSync(PAGES).filter((name) => name !== 'README.md');
const examples = readdirSync(EXAMPLES).map((name) => readFileSync(join(EXAMPLES, name), 'utf8'));

for (const page of pages) {
  test(`docs/guide/${page} shows files of examples/guide, whole and as they are`, () => {
    const shown = fencesOf(readFileSync(join(PAGES, page), 'utf8'));
    ok(shown.length > 0);
    for (const { line, code } of shown) {
      ok(examples.includes(code), `docs/guide/${page}:${line} is no file of examples/guide, to the letter`);
    }
  });
}

test('docs/guide shows every file of examples/guide once', () => {
  const shown = pages.flatMap((page) => fencesOf(readFileSync(join(PAGES, page), 'utf8')));
  deepEqual(shown.map(({ code }) => code).sort(), [...examples].sort());
});

test('docs/guide/README.md leads to every page', () => {
  const index = readFileSync(join(PAGES, 'README.md'), 'utf8');
  deepEqual([...index.matchAll(/\]\((\w[\w-]*\.md)\)/g)].map(([, page]) => page).sort(), pages.sort());
});
