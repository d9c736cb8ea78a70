/**
 * `npm run test:native`: the C code under sanitizers. The lower layers as a program of their own (native/test), plain, under
 * AddressSanitizer with UndefinedBehaviorSanitizer and then under ThreadSanitizer; the whole addon in Node, in each way
 * of waiting, under the first two, and under valgrind where it is installed. Any finding ends it with status 1.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const work = join(root, 'build', 'native-test');
const compiler = process.env['CC'] || 'cc';
const headers = dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json'));
const MEMORY = '-fsanitize=address,undefined';
/** Its clone(2) is for children that have memory of their own; `__clone` is the C library's. */
const THREADS = ['-fsanitize=thread', '-Dclone=__clone'];
const FLAGS = [
  '-std=gnu11',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-g',
  '-O1',
  '-fno-omit-frame-pointer',
  '-pthread',
];
const ADDON = ['-fPIC', '-shared', '-fvisibility=hidden', `-I${join(headers, 'include')}`];
const STOP = { UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1', TSAN_OPTIONS: 'halt_on_error=1' };

/** Against hanging only: under valgrind it takes 300 s where other things run. */
const TIMEOUT = 600_000; // milliseconds

function testLayers(name: string, flags: readonly string[]): void {
  const program = join(work, name);
  const files = [
    ...sources('native').filter((path) => !/addon\w*\.c$/.test(path)),
    ...sources('native/test'),
  ];
  run(compiler, [...FLAGS, '-fno-sanitize-recover=all', ...flags, ...files, '-o', program]);
  const printed = run(program, [], STOP);
  console.log(`${name} of the lower layers: ${printed.trim()}`);
}

/** A copy of the package around the addon as it was compiled for this; returns the program to run in it. */
function packageWith(name: string, flags: readonly string[]): string {
  const folder = join(work, name);
  mkdirSync(join(folder, 'native', 'build'), { recursive: true });
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'));
  copyFileSync(join(root, 'build', 'test', 'native', 'exercise.js'), join(folder, 'exercise.js'));
  const binary = join(folder, 'native', 'build', 'pipework.node');
  run(compiler, [...FLAGS, ...ADDON, ...flags, ...sources('native'), '-o', binary]);
  return join(folder, 'exercise.js');
}

function testAddon(): void {
  const exercise = packageWith('addon-sanitized', [MEMORY, '-fno-sanitize-recover=all']);
  const runtime = run(compiler, ['-print-file-name=libasan.so']).trim();
  for (const mode of ['', 'thread', 'posix']) {
    // What V8 leaves to the end of the process is no leak of ours, and nothing tells them apart.
    const env = { ...STOP, LD_PRELOAD: runtime, ASAN_OPTIONS: 'detect_leaks=0', PIPEWORK_OS: mode };
    const printed = run(process.execPath, [exercise], env);
    console.log(`${MEMORY.slice(11)} of the addon in Node, ${mode || 'uv_poll'}: ${printed.trim()}`);
  }
}

function testUnderValgrind(): void {
  if (spawnSync('valgrind', ['--version']).status !== 0) {
    console.log('valgrind of the addon in Node: left out, it is not installed');
    return;
  }
  const exercise = packageWith('addon-plain', []);
  // V8 reads memory that it has not written, and writes the code that it runs.
  const flags = ['-q', '--error-exitcode=9', '--smc-check=all-non-file', '--undef-value-errors=no'];
  const printed = run('valgrind', [...flags, process.execPath, exercise]);
  console.log(`valgrind of the addon in Node, uv_poll: ${printed.trim()}, no error`);
}

/** Runs a program to its end; what it printed. Ends this one when it fails. */
function run(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: TIMEOUT,
    killSignal: 'SIGKILL',
  });
  if (status === 0) return stdout;
  console.error(
    `${program} ${args.join(' ')}\nended with ${status ?? signal ?? error?.message}\n${stdout}${stderr}`,
  );
  process.exit(1);
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(root, folder, name));
}

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
testLayers('plain', []);
testLayers('address-and-undefined', [MEMORY]);
testLayers('thread', THREADS);
testAddon();
testUnderValgrind();
console.log('native code: nothing found');
