/**
 * `npm test`: runs every compiled test, or with `npm test -- FILTER ...` the files whose path contains one of the
 * filters. Its exit status is that of the run, or 1 when a process was left behind. PIPEWORK_SOAK=1 asks for the long counts.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Leftovers } from './leftovers.js';

/** Against hanging only. A file of tests counts as one test, too. */
const TIMEOUT = process.env['PIPEWORK_SOAK'] === '1' ? 7_200_000 : 240_000; // milliseconds

const root = fileURLToPath(new URL('../../', import.meta.url));
const tests = join(root, 'build', 'test');
const filters = process.argv.slice(2);

const files = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.js') && hasSource(path))
  .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
  .map((path) => relative(root, join(tests, path)))
  .sort();

if (files.length === 0) {
  console.error(`no file of tests has ${filters.map((filter) => `'${filter}'`).join(' or ')} in its path`);
  process.exitCode = 1;
} else {
  const leftovers = new Leftovers();
  const { status, error } = spawnSync(
    process.execPath,
    [
      '--expose-gc',
      '--test',
      '--test-concurrency=2', // files; the default on two processors is one
      `--test-timeout=${TIMEOUT}`,
      '--test-reporter=./build/scripts/test-reporter.js',
      '--test-reporter-destination=stdout',
      ...files,
    ],
    { cwd: root, stdio: 'inherit' },
  );
  if (error !== undefined) throw error;
  const left = await leftovers.end();
  for (const one of left) console.error(`left behind: ${one}`);
  process.exitCode = left.length > 0 ? 1 : (status ?? 1);
}

/** What was compiled from a file that is gone by now is no test any more. */
function hasSource(path: string): boolean {
  return existsSync(join(root, 'test', `${path.slice(0, -'.js'.length)}.ts`));
}
