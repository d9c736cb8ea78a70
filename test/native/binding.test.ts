/** The loader: at first use, and with a list of what it tried when nothing loads. */
import { equal, match } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PackageCopy } from '../fixtures/package-copy.js';

const PROGRAM = `
import * as os from 'pipework/os';
try { os.pipe(); } catch (error) { console.log(error.code, error.cause !== undefined, error.message); }`;

test('pipework/os: without a binary the first pipe() is an UnsupportedError that lists what was tried', (t) => {
  const printed = run(t, (copy) => copy.removeNative());
  match(printed, /^ERR_PIPE_UNSUPPORTED false .* none loads on linux-/);
  match(printed, /native\/build\/pipework\.node: it is not there\n/);
  match(printed, /prebuilds\/linux-\w+\/pipework\.node: it is not there\n/);
  match(printed, /npm run build:native/);
});

test('pipework/os: a binary that is there and does not load is told, and no other is taken instead', (t) => {
  const printed = run(t, (copy) => {
    copy.removeNative();
    mkdirSync(join(copy.root, 'native/build'), { recursive: true });
    copy.replace('native/build/pipework.node', 'no binary');
  });
  match(printed, /^ERR_PIPE_UNSUPPORTED true .*\n {2}native\/build\/pipework\.node: .*(invalid|short|ELF)/);
  equal(printed.includes('prebuilds/'), false);
});

function run(t: { after(fn: () => void): void }, change: (copy: PackageCopy) => void): string {
  const copy = new PackageCopy();
  t.after(() => copy.remove());
  change(copy);
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    cwd: copy.root,
    encoding: 'utf8',
  });
  equal(stderr, '');
  return stdout;
}
