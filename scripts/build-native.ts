/**
 * `npm run build:native`: compiles native/ for this machine into native/build/pipework.node, unless that is newer than
 * all it is made of. In a checkout it is a part of `npm run build`; in the installed package it is how musl and macOS get
 * their binary, so this file imports nothing of the project's and is in the tarball.
 *
 * CC and CFLAGS are respected. The headers of Node-API come from the package node-api-headers, or from the folder that
 * Node itself was installed in.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface NativeBuild {
  /** Where the binary goes, from the root of the project. */
  readonly target: string;
  /** The command, words separated by spaces. */
  readonly compiler: string;
  /** What to do when there is no such command. */
  readonly remedy: string;
  readonly flags: readonly string[];
}

/** What stands between the sources and a binary; the message is for the one who runs the script. */
export class NativeBuildError extends Error {
  override readonly name = 'NativeBuildError';
}

/** Whether anything was to be done. @throws {NativeBuildError} It cannot be built. */
export function buildNative({ target, compiler, remedy, flags }: NativeBuild): boolean {
  const binary = join(root, target);
  if (isUpToDate(binary)) return false;
  const [command = 'cc', ...words] = compiler.split(' ').filter((word) => word !== '');
  mkdirSync(dirname(binary), { recursive: true });
  // Not in place: a program that runs may have the old one mapped.
  const fresh = `${binary}.${process.pid}`;
  const args = [...words, ...FLAGS, ...flags, ...sources(), '-o', fresh];
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) {
    process.stderr.write(stderr);
    renameSync(fresh, binary);
    return true;
  }
  rmSync(fresh, { force: true });
  if ((error as { code?: string } | undefined)?.code === 'ENOENT') {
    throw new NativeBuildError(`there is no C compiler '${command}': ${remedy}`);
  }
  throw new NativeBuildError(`${command} failed\n${error?.message ?? stderr}`);
}

/** The root of the project or of the installed package, from the compiled script in build/scripts. */
const root = fileURLToPath(new URL('../../', import.meta.url));
const native = join(root, 'native');
const isMac = process.platform === 'darwin';
/** The sources of the scripts are not in the tarball. There a warning of a compiler that we never saw stops nobody. */
const isCheckout = existsSync(join(root, 'scripts'));

const FLAGS = [
  '-std=gnu11',
  '-O2',
  '-fPIC',
  '-fvisibility=hidden',
  '-Wall',
  '-Wextra',
  ...(isCheckout ? ['-Werror'] : []),
  // What Node brings is found when it loads us; macOS wants to be told so.
  ...(isMac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-pthread']),
];

function sources(): string[] {
  return [
    `-I${headers()}`,
    ...readdirSync(native)
      .filter((name) => name.endsWith('.c') && (!name.endsWith('_linux.c') || process.platform === 'linux'))
      .map((name) => join(native, name)),
  ];
}

/** The folder with node_api.h. */
function headers(): string {
  const folders = [join(dirname(process.execPath), '..', 'include', 'node')];
  try {
    const manifest = createRequire(import.meta.url).resolve('node-api-headers/package.json');
    folders.unshift(join(dirname(manifest), 'include'));
  } catch {
    // Not installed, as in the installed package.
  }
  const found = folders.find((folder) => existsSync(join(folder, 'node_api.h')));
  if (found !== undefined) return found;
  throw new NativeBuildError(
    `there is no node_api.h in ${folders.join(', nor in ')}: run 'npm install --no-save node-api-headers' first`,
  );
}

function isUpToDate(binary: string): boolean {
  if (!existsSync(binary)) return false;
  const { mtimeMs } = statSync(binary);
  return readdirSync(native)
    .filter((name) => /\.[ch]$/.test(name))
    .map((name) => join(native, name))
    .concat(fileURLToPath(import.meta.url))
    .every((path) => statSync(path).mtimeMs <= mtimeMs);
}

/** Runs `build` as a program: a plain message and the exit status 1 when something is missing. */
export function runBuild(name: string, build: () => void): void {
  try {
    build();
  } catch (error) {
    if (!(error instanceof NativeBuildError)) throw error;
    console.error(`${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

/** The compiler of this machine, with the flags that its user asks for. */
export const OWN_COMPILER = {
  compiler: process.env['CC'] || 'cc',
  remedy:
    'install one (Debian and Ubuntu: apt-get install gcc libc6-dev; Alpine: apk add build-base; ' +
    'macOS: xcode-select --install), or name yours in the environment variable CC',
  flags: (process.env['CFLAGS'] ?? '').split(/\s+/).filter((flag) => flag !== ''),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runBuild('build:native', () => buildNative({ target: 'native/build/pipework.node', ...OWN_COMPILER }));
}
