/**
 * A runtime as this machine has it: the path of a binary that npm has installed in test/runtimes/binaries, or why there
 * is none. They are in a folder of their own since they take 900 MB, which nobody needs to build or to test on one Node.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Runtime } from './runtimes.js';

/** A column of the table. */
export interface Engine {
  /** With its version, where it is known. */
  readonly name: string;
  /** Program and arguments; the path of a script comes after them. */
  readonly command: readonly string[];
  /** Why there is no such program; `command` is empty then. */
  readonly missing?: string;
}

/** @throws {Error} There is a binary for `platform`, and it is not installed. */
export function engineOf(
  { name, binaries, args }: Runtime,
  platform: string,
  folder: string = FOLDER,
): Engine {
  const binary = binaries[platform];
  if (binary === undefined)
    return { name, command: [], missing: `no binary of it is pinned for ${platform}` };
  const version = installedVersion(folder, binary.package);
  const path = join(folder, 'node_modules', binary.package, binary.path);
  // npm leaves out an optional package that it cannot fetch, and calls that a success.
  if (version === undefined || !existsSync(path)) throw new Error(`${name} is not installed: ${path}`);
  return { name: `${name.split(' ')[0]} ${version}`, command: [path, ...args] };
}

/** Lets npm install what the lock file in the folder says, unless it is there. */
export function installEngines(runtimes: readonly Runtime[], platform: string): void {
  const { optionalDependencies: pinned } = JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8'));
  const packages = runtimes.flatMap(({ binaries }) => binaries[platform]?.package ?? []);
  const isInstalled = packages.every(
    (name) => pinned[name]?.split('@').at(-1) === installedVersion(FOLDER, name),
  );
  if (isInstalled) return;
  console.error('installing the runtimes in test/runtimes/binaries');
  const own = process.env['npm_execpath']; // set by npm run
  const [program, ...args] = own === undefined ? ['npm'] : [process.execPath, own];
  const { status, error } = spawnSync(program as string, [...args, 'ci', '--no-audit', '--no-fund'], {
    cwd: FOLDER,
    stdio: ['ignore', 2, 2], // its output is no part of the table
  });
  if (status !== 0) throw new Error(`npm ci in ${FOLDER} ended with ${status ?? error}`);
}

/** As the keys of `binaries`; on musl no key has it, since no binary there is built against that. */
export function ownPlatform(): string {
  const platform = `${process.platform}-${process.arch}`;
  if (process.platform !== 'linux') return platform;
  const { header } = process.report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? `${platform}-musl` : platform;
}

const FOLDER = fileURLToPath(new URL('../../../test/runtimes/binaries/', import.meta.url));

function installedVersion(folder: string, name: string): string | undefined {
  const manifest = join(folder, 'node_modules', name, 'package.json');
  if (!existsSync(manifest)) return undefined;
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  return version.replace(/^v/, ''); // npm calls a version so, whatever its manifest says
}
