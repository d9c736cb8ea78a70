/** Installing pipework installs pipework: no other package, and nothing runs. */
import { deepEqual, equal } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));

test('package.json: dependencies is empty', () => {
  deepEqual(manifest.dependencies ?? {}, {});
  deepEqual(manifest.optionalDependencies ?? {}, {});
  deepEqual(manifest.bundleDependencies ?? manifest.bundledDependencies ?? [], []);
});

test('package.json: peers, if any, are optional', () => {
  for (const peer of Object.keys(manifest.peerDependencies ?? {})) {
    equal(manifest.peerDependenciesMeta?.[peer]?.optional, true, peer);
  }
});

test('package.json: there is no install script', () => {
  const run = ['preinstall', 'install', 'postinstall', 'prepublish', 'preprepare', 'prepare', 'postprepare'];
  deepEqual(
    run.filter((name) => name in manifest.scripts),
    [],
  );
  // npm compiles what has one of these at its root, without being asked by any script.
  equal(existsSync(new URL('binding.gyp', root)), false);
});

test('package.json: tools have one exact version each', () => {
  for (const [name, version] of Object.entries(manifest.devDependencies)) {
    equal(/^\d+\.\d+\.\d+$/.test(String(version)), true, `${name}: ${version}`);
  }
});
