import { checkOptions, describe } from '../io/internal.js';

/** Variables for a command: added to this process's, or taken away where `undefined`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What of a command's options says where it runs. */
export interface Surroundings {
  readonly env?: Environment | undefined;
  readonly clearEnv?: boolean | undefined;
  readonly cwd?: string | undefined;
}

/** @throws {TypeError} A wrong option, which the message names. */
export function checkEnvironment(env: unknown, clearEnv: unknown, cwd: unknown): void {
  if (env !== undefined) {
    checkOptions('options.env', env, Object.keys(env ?? {}));
    // An array of 'NAME=value', or a map, has no names of its own, and would be taken for none.
    if (Symbol.iterator in (env as object)) {
      throw new TypeError(`options.env must be an object of names and values, got ${describe(env)}`);
    }
    for (const [name, value] of Object.entries(env as Environment)) {
      if (name === '' || /[=\0]/.test(name)) {
        throw new TypeError(`options.env must have names without '=' or NUL, got ${describe(name)}`);
      }
      if (value === undefined) continue;
      if (typeof value !== 'string' || value.includes('\0')) {
        throw new TypeError(`options.env.${name} must be a string without NUL, got ${describe(value)}`);
      }
    }
  }
  if (clearEnv !== undefined && typeof clearEnv !== 'boolean') {
    throw new TypeError(`options.clearEnv must be a boolean, got ${describe(clearEnv)}`);
  }
  if (cwd !== undefined && (typeof cwd !== 'string' || cwd === '' || cwd.includes('\0'))) {
    throw new TypeError(`options.cwd must be the path of a folder, got ${describe(cwd)}`);
  }
}

/** The variables that a command runs with. */
export class Variables {
  readonly all: Readonly<Record<string, string>>;
  /** Their number, and as the kernel takes them: each as `NAME=value`, with a NUL behind it. */
  readonly count: number;
  readonly packed: string;

  constructor(all: Readonly<Record<string, string>>) {
    const names = Object.keys(all);
    let packed = '';
    for (const name of names) packed += `${name}=${all[name]}\0`;
    this.all = all;
    this.count = names.length;
    this.packed = packed;
  }
}

/** A command's own variables over those of its pipeline, over this process's. */
export function mergeEnvironment(own: Surroundings, pipeline: Surroundings): Variables {
  const isCleared = own.clearEnv ?? pipeline.clearEnv ?? false;
  const merged = isCleared ? noVariables() : ownEnvironment();
  for (const variables of [pipeline.env ?? {}, own.env ?? {}]) {
    for (const [name, value] of Object.entries(variables)) {
      if (value === undefined) delete merged[name];
      else merged[name] = value;
    }
  }
  return new Variables(merged);
}

/** A copy. Each look at one of them is a call to the system, and a spread takes two. */
function ownEnvironment(): Record<string, string> {
  const { env } = process;
  const copy = noVariables();
  for (const name of Object.getOwnPropertyNames(env)) copy[name] = env[name] as string;
  return copy;
}

/** Without names that an object has by itself: `__proto__` is one for a variable, too. */
function noVariables(): Record<string, string> {
  return Object.create(null);
}

/** The paths to try for a program, as execvp(3) does. */
export function searchPath(file: string, { all }: Variables): string[] {
  if (file.includes('/')) return [file];
  return (all['PATH'] ?? DEFAULT_PATH)
    .split(':')
    .map((folder) => (folder === '' ? `./${file}` : `${folder}/${file}`));
}

/** What execvp(3) of glibc looks through without a PATH. */
const DEFAULT_PATH = '/bin:/usr/bin';
