/** The public types stand in one file: what changes for users is seen in a review. */
import { equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { API_FILE, publicTypes } from '../../scripts/api.js';
import { packageRoot } from '../fixtures/package-copy.js';

test(`the public types are those of ${API_FILE}`, (t) => {
  const now = publicTypes();
  if (now === readFileSync(join(packageRoot, API_FILE), 'utf8')) return;
  const folder = mkdtempSync(join(tmpdir(), 'pipework-api-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'now.d.ts'), now);
  const { stdout } = spawnSync('diff', ['-U2', join(packageRoot, API_FILE), join(folder, 'now.d.ts')], {
    encoding: 'utf8',
  });
  throw new Error(`they differ; if that is meant, 'npm run api' writes the file\n${stdout}`);
});

test('publicTypes: has the names of every door, and no comment of theirs', () => {
  const text = publicTypes();
  equal(/^\/\/ pipework\n/m.test(text) && /^\/\/ pipework\/os\n/m.test(text), true);
  equal(text.match(/^export declare function fromFd\(/gm)?.length, 2, 'overloads');
  equal(/^export type \{ KernelReader \};$/m.test(text), true, 'made by pipe() alone');
  equal(text.includes('/*'), false);
});
