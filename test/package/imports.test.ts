/** The arrows of src/ hold, and the script that says so finds each kind of wrong one. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findWrongArrows, SRC } from '../../scripts/check-imports.js';
import { findImports } from '../../scripts/find-imports.js';

test('src/ has no wrong arrow', () => {
  deepEqual(findWrongArrows(SRC), []);
});

const wrong: [rule: string, path: string, source: string, why: RegExp][] = [
  ['io imports no sibling', 'io/a.ts', "import { pipe } from '../os/index.js';", /io must not import os/],
  ['io imports no module of Node', 'io/a.ts', "import fs from 'node:fs';", /every runtime/],
  ['io imports no package', 'io/a.ts', "import type { A } from 'fast-check';", /every runtime/],
  ['io does not refer to types', 'io/a.ts', '/// <reference types="node" />', /every runtime/],
  ['testing imports no module of Node', 'testing/a.ts', "import 'node:test';", /every runtime/],
  ['inspect imports no module of Node', 'inspect/a.ts', "import 'node:fs';", /every runtime/],
  ['worker imports no package', 'worker/a.ts', "import 'left-pad';", /every runtime/],
  ['os does not look up', 'os/a.ts', "import { run } from '../exec/index.js';", /os must not import exec/],
  ['os does not look sideways', 'os/a.ts', "import '../node/index.js';", /os must not import node/],
  ['proc does not look up', 'proc/a.ts', "import '../exec/index.js';", /proc must not import exec/],
  ['nobody imports the cli', 'exec/a.ts', "import '../cli/main.js';", /exec must not import cli/],
  [
    'folders are entered by index.js',
    'cli/a.ts',
    "import '../exec/command.js';",
    /only through its index.js/,
  ],
  ['io/internal.js is the one back door', 'os/a.ts', "import '../io/ring.js';", /only through its index.js/],
  ['nothing leaves src', 'os/a.ts', "import '../../bench/run.js';", /out of src/],
  ['no packages', 'os/a.ts', "import 'koffi';", /no packages/],
  ['nor by the own name', 'exec/a.ts', "import * as os from 'pipework/os';", /no packages/],
  ['native code is for the binding', 'os/pipe.ts', "import { createRequire } from 'node:module';", /native/],
  ['native files too', 'exec/a.ts', "const b = require('../../build/Release/b.node');", /native/],
  ['export from counts', 'io/a.ts', "export * from '../os/index.js';", /io must not import os/],
  ['import() counts', 'io/a.ts', "const os = await import('../os/index.js');", /io must not import os/],
  ['import() in a type counts', 'io/a.ts', "let a: import('../os/index.js').A;", /io must not import os/],
  ['nobody can check a computed one', 'io/a.ts', 'await import(where);', /computed/],
  ['nor one of pieces', 'io/a.ts', "await import('../os/' + name);", /computed/],
  ['nor a computed native file', 'os/pipe.ts', 'const addon = require(path);', /computed/],
  ['nor in a file of the same name', 'exec/binding.ts', 'const addon = require(path);', /computed/],
  ['unknown folders', 'utils/a.ts', "import '../io/index.js';", /no folder that the rules know/],
];

for (const [rule, path, source, why] of wrong) {
  test(`check-imports: ${rule}`, (t) => {
    const [found, ...more] = findWrongArrows(tree(t, { [path]: `\n${source}\n` }));
    equal(more.length, 0);
    equal(found?.file, `src/${path}`);
    equal(found?.line, 2);
    match(found.why, why);
  });
}

test('check-imports: what the arrows allow is found right', (t) => {
  const root = tree(t, {
    'io/pipe.ts': "import { Ring } from './ring.js';",
    'os/pipe.ts':
      "import { pipe } from '../io/index.js'; import * as i from '../io/internal.js'; import 'node:fs';",
    'os/binding.ts': "import { createRequire } from 'node:module'; import './pipe.js'; require(path);",
    'proc/scan.ts': "import '../os/index.js'; import '../io/index.js'; import '../os/proc-files.js';",
    'exec/run.ts': "import '../proc/index.js'; import '../os/index.js';",
    'nats/pipe.ts': "import { connect } from '@nats-io/transport-node';",
    'cli/commands/run.ts': "import '../../exec/index.js'; await import(command);",
  });
  deepEqual(findWrongArrows(root), []);
});

test('check-imports: as a program, prints file and line of every wrong arrow and exits with 1', (t) => {
  const root = tree(t, {
    'io/a.ts': "import 'node:fs';\nimport 'node:os';",
    'io/b.ts': "import './a.js';",
  });
  const script = fileURLToPath(new URL('../../scripts/check-imports.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' });
  equal(status, 1);
  match(stderr, /^src\/io\/a\.ts:1: .*\nsrc\/io\/a\.ts:2: .*\n$/);
  equal(spawnSync(process.execPath, [script, SRC]).status, 0);
});

test('findImports: sees through what only looks like code, and is not led astray by it', () => {
  const source = readFileSync(
    new URL('../../../test/fixtures/looks-like-imports.txt', import.meta.url),
    'utf8',
  );
  deepEqual(
    findImports(source).map(({ specifier }) => specifier),
    ['in-template', 'found', './named.js', './type.js', './bare.js', 'late', 'plain', './typed.js'],
  );
});

/** A folder like src/ with these files in it, gone after the test. */
function tree(t: { after(fn: () => void): void }, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'pipework-imports-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), source);
  }
  return root;
}
