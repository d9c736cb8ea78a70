/** The sources are formatted and linted: `npm run format` mends most of what this finds. */
import { equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('biome check finds nothing', () => {
  const root = fileURLToPath(new URL('../../../', import.meta.url));
  const biome = fileURLToPath(new URL('node_modules/@biomejs/biome/bin/biome', `file://${root}`));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [biome, 'check', '--error-on-warnings', '--colors=off'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  equal(status, 0, `${stdout}${stderr}`);
});
