/** The binaries of the tarball: what they need of a system, and what they show to it. */
import { deepEqual, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { readElf } from '../fixtures/elf.js';
import { packageRoot } from '../fixtures/package-copy.js';
import { hasCrossCompiler, prebuild } from '../fixtures/prebuild.js';

const NEWEST_GLIBC = [2, 28] as const;

for (const arch of ['x64', 'arm64']) {
  const skip = arch !== process.arch && !hasCrossCompiler ? `no cross compiler for ${arch}` : false;
  describe(`prebuilds/linux-${arch}`, { skip }, () => {
    const path = join(packageRoot, 'prebuilds', `linux-${arch}`, 'pipework.node');
    before(prebuild);

    test('is for that processor', () => {
      deepEqual(readElf(readFileSync(path)).machine, arch === 'x64' ? 62 : 183);
    });

    test(`needs no symbol newer than GLIBC_${NEWEST_GLIBC.join('.')}`, () => {
      const { versions } = readElf(readFileSync(path));
      ok(versions.length > 0);
      const newer = versions.filter((version) => {
        const [, major = '', minor = ''] = /^GLIBC_(\d+)\.(\d+)/.exec(version) ?? [];
        return !(Number(major) === NEWEST_GLIBC[0] && Number(minor) <= NEWEST_GLIBC[1]);
      });
      deepEqual(newer, []);
    });

    test("needs no library but the C library's", () => {
      const needed = readElf(readFileSync(path)).needed;
      deepEqual(
        needed.filter((name) => !/^(libc\.so\.6|libpthread\.so\.0|ld-linux-aarch64\.so\.1)$/.test(name)),
        [],
      );
    });

    test('shows the two symbols of Node-API and nothing else', () => {
      deepEqual(readElf(readFileSync(path)).exported.sort(), [
        'napi_register_module_v1',
        'node_api_module_get_api_version_v1',
      ]);
    });
  });
}

test('build:native: without a compiler it says what to install, with status 1', (t) => {
  const script = join(packageRoot, 'build/scripts/build-prebuilds.js');
  if (!existsSync(script)) return t.skip('no scripts here');
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', MISSING], {
    cwd: packageRoot,
    encoding: 'utf8',
  });
  deepEqual([status, stderr], [1, "test: there is no C compiler 'no-such-cc': install it\n"]);
});

const MISSING = `
import { buildNative, runBuild } from './build/scripts/build-native.js';
runBuild('test', () => buildNative({
  target: 'build/no-such/pipework.node', compiler: 'no-such-cc', remedy: 'install it', flags: [],
}));`;
