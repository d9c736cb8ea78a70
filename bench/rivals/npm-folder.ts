import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Rivals from npm live in a folder of their own, and none of them is a dependency of the package. */
const FOLDER = fileURLToPath(new URL('../../../bench/npm/', import.meta.url));
const fromFolder = createRequire(`${FOLDER}package.json`);

/** Installs them all, in the versions that stand there, unless that was done. @returns Why it cannot be. */
export function installFromNpm(): string | undefined {
  if (existsSync(`${FOLDER}node_modules/.package-lock.json`)) return undefined;
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { error, status, stderr } = spawnSync('npm', args, { cwd: FOLDER, encoding: 'utf8' });
  if (error !== undefined) return 'there is no npm on the PATH';
  return status === 0 ? undefined : `npm does not install it: ${stderr.trim().split('\n')[0]}`;
}

/** What the package exports. */
export async function importFromNpm<Exports>(name: string): Promise<Exports> {
  return (await import(pathToFileURL(fromFolder.resolve(name)).href)) as Exports;
}

/** The path of a file in a package. */
export function fileFromNpm(name: string): string {
  return `${FOLDER}node_modules/${name}`;
}
