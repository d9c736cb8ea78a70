/**
 * Enforces which folder of src/ may import which: arrows point down, never sideways, never up, and cross folders only
 * through `index.js`, or the doors for siblings, `io/internal.js` and `os/internal.js`. So `pipework` itself can fail for no missing module, and a transport can be
 * deleted with its folder.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findImports } from './find-imports.js';

export interface WrongArrow {
  readonly file: string; // from the folder above src
  readonly line: number; // from 1
  readonly why: string;
}

/** What may be imported from where, besides a folder's own files. */
interface Folder {
  readonly below: readonly string[];
  /** Whether the folder runs on every runtime, and so imports no module of Node's. */
  readonly isPure: boolean;
  /** Packages that are optional peers; `dependencies` stays empty. */
  readonly peers?: RegExp;
}

const FOLDERS: Readonly<Record<string, Folder>> = {
  io: { below: [], isPure: true },
  testing: { below: ['io'], isPure: true },
  inspect: { below: ['io'], isPure: true },
  worker: { below: ['io'], isPure: true },
  nats: { below: ['io'], isPure: false, peers: /^@nats-io\// },
  node: { below: ['io'], isPure: false },
  os: { below: ['io'], isPure: false },
  proc: { below: ['os', 'io'], isPure: false },
  exec: { below: ['os', 'proc', 'io'], isPure: false },
  cli: {
    below: ['io', 'testing', 'inspect', 'worker', 'nats', 'node', 'os', 'proc', 'exec'],
    isPure: false,
  },
};

/** What other doors need of a folder and users do not. */
const DOORS_FOR_SIBLINGS = ['io/internal.js', 'os/internal.js'];

/** Files that load next to nothing else: a command that only looks at processes has to be there at once. */
const LIGHT_DOORS = ['io/arguments.js', 'io/unsupported-error.js', 'os/binding.js', 'os/proc-files.js'];

/** The one file that loads native code. */
const BINDING = 'os/binding.ts';

/** Looks through `root`, a folder like src/; the arrows come in the order of files and lines. */
export function findWrongArrows(root: string): WrongArrow[] {
  const wrong: WrongArrow[] = [];
  for (const path of sourcesIn(root)) {
    for (const { specifier, line } of findImports(readFileSync(join(root, path), 'utf8'))) {
      const why = judge(path, specifier);
      if (why !== undefined) wrong.push({ file: `src/${path}`, line, why });
    }
  }
  return wrong;
}

/** What is wrong with an import in the file `path`, or `undefined`. */
function judge(path: string, specifier: string | undefined): string | undefined {
  const from = path.split('/')[0] as string;
  const folder = FOLDERS[from];
  if (folder === undefined || !path.includes('/')) {
    return `'${from}' is no folder that the rules know: add it to scripts/check-imports.ts`;
  }
  if (specifier === undefined) {
    // cli may import everything anyway; the binding loads what it finds.
    return from === 'cli' || path === BINDING
      ? undefined
      : 'import() of something computed, which nobody can check';
  }
  if (isNative(specifier)) {
    return path === BINDING
      ? undefined
      : `'${specifier}' leads to native code, which is for ${BINDING} alone`;
  }
  if (specifier.startsWith('.')) return judgeRelative(path, from, folder, specifier);
  if (folder.isPure)
    return `'${specifier}': ${from} runs on every runtime and imports no module from outside`;
  if (specifier.startsWith('node:') || folder.peers?.test(specifier)) return undefined;
  return `'${specifier}': no packages; modules of Node's are written with 'node:', own ones with their path`;
}

function judgeRelative(path: string, from: string, folder: Folder, specifier: string): string | undefined {
  const target = join(dirname(path), specifier);
  const to = target.split('/')[0] as string;
  if (target.startsWith('..')) return `'${specifier}' leads out of src`;
  if (to === from) return undefined;
  if (!(to in FOLDERS)) return `'${specifier}' leads to '${to}', which is no folder that the rules know`;
  if (!folder.below.includes(to)) {
    const down = folder.below.length === 0 ? 'nothing' : folder.below.join(', ');
    return `'${specifier}': ${from} must not import ${to}; below it lies ${down}`;
  }
  if (target === `${to}/index.js` || DOORS_FOR_SIBLINGS.includes(target)) return undefined;
  if (LIGHT_DOORS.includes(target)) return undefined;
  return `'${specifier}': into another folder only through its index.js, or ${DOORS_FOR_SIBLINGS.join(' or ')}`;
}

function isNative(specifier: string): boolean {
  return (
    specifier.endsWith('.node') ||
    /^(node:)?(module|ffi)$|^bun:ffi$/.test(specifier) ||
    /(^|\/)(native|prebuilds)\//.test(specifier)
  );
}

/** All sources under `root`, relative to it, sorted. */
function sourcesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

/** The folder src/ of this project, from the compiled script in build/scripts. */
export const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wrong = findWrongArrows(process.argv[2] ?? SRC);
  for (const { file, line, why } of wrong) console.error(`${file}:${line}: ${why}`);
  if (wrong.length > 0) process.exitCode = 1;
}
