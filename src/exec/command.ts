import { checkOptions, describe } from '../io/internal.js';
import { checkEnvironment, type Environment } from './environment.js';
import { quoteAll } from './quote.js';
import { checkStderr, type Stderr } from './stderr.js';
import { Substitution } from './substitution.js';

/** Options of one command. */
export interface CommandOptions {
  /** Variables added to this process's; one that is `undefined` is taken away. */
  readonly env?: Environment | undefined;
  /** Starts with no variables but those of `env`. */
  readonly clearEnv?: boolean | undefined;
  /** The folder to run in; this process's by default. */
  readonly cwd?: string | undefined;
  /** The exit codes that mean success; [0] by default. */
  readonly okCodes?: readonly number[] | undefined;
  /** Where its standard error goes; 'tail' by default. */
  readonly stderr?: Stderr | undefined;
}

/** What stands in an argument list: a string, or a pipeline whose output the command opens as a file. */
export type Argument = string | Substitution;

/**
 * A program to run, with its arguments and options. Made by `command()` and `shell()`.
 *
 * @example What a message calls it
 * ```ts
 * import * as exec from 'pipework/exec';
 *
 * console.log(String(exec.command('grep', ['-c', "it's"]))); // prints grep -c 'it'\''s'
 * ```
 */
export class Command {
  readonly file: string;
  readonly args: readonly Argument[];
  readonly options: CommandOptions;

  constructor(file: string, args: readonly Argument[], options: CommandOptions) {
    this.file = file;
    this.args = args;
    this.options = options;
  }

  /** The command line, quoted so that a shell would take it. */
  toString(): string {
    return quoteAll([this.file, ...this.args.map(String)]);
  }
}

/**
 * A command with options of its own; `[file, ...args]` is one without. No shell ever looks at it: each argument reaches
 * the program as it is.
 *
 * @param file A path, or a name that is looked for in the PATH of the command's environment.
 * @param args Its arguments: strings, or what `substitute()` returned.
 * @returns The command, for any number of pipelines.
 * @throws {TypeError} A wrong argument, or one with a NUL in it, which no program can be given.
 * @example grep says 1 when it finds nothing
 * ```ts
 * import * as exec from 'pipework/exec';
 *
 * const grep = exec.command('grep', ['nothing'], { okCodes: [0, 1] });
 * const { stages } = await exec.run(grep, { stdin: 'something\n' });
 * console.log(stages[0]?.code, stages[0]?.ok); // prints 1 true
 * ```
 */
export function command(file: string, args: readonly Argument[] = [], options: CommandOptions = {}): Command {
  checkText('file', file);
  if (file === '') throw new TypeError('file must be the name of a program, got ""');
  if (!Array.isArray(args)) throw new TypeError(`args must be an array, got ${describe(args)}`);
  for (const [i, arg] of args.entries()) {
    if (!(arg instanceof Substitution)) checkText(`args[${i}]`, arg);
  }
  checkOptions('options', options, ['env', 'clearEnv', 'cwd', 'okCodes', 'stderr']);
  const { env, clearEnv, cwd, okCodes, stderr } = options;
  checkEnvironment(env, clearEnv, cwd);
  if (okCodes !== undefined) checkCodes(okCodes);
  if (stderr !== undefined) checkStderr(stderr);
  // Copies: what the caller changes later is not what was checked.
  return new Command(file, [...args], {
    ...options,
    ...(env !== undefined && { env: { ...env } }),
    ...(okCodes !== undefined && { okCodes: [...okCodes] }),
  });
}

/**
 * A command for `/bin/sh -c`: the one place where a shell looks at text. Never put into it what comes from outside.
 *
 * @param text What the shell is to run.
 * @returns The command, for any number of pipelines.
 * @throws {TypeError} A wrong argument.
 * @example
 * ```ts
 * import * as exec from 'pipework/exec';
 *
 * const out = await exec.run(exec.shell('echo $((6 * 7)) && echo done'));
 * console.log(out.lines().join(' ')); // prints 42 done
 * ```
 */
export function shell(text: string, options: CommandOptions = {}): Command {
  checkText('text', text);
  return command('/bin/sh', ['-c', text], options);
}

/** `[file, ...args]` as a command. @throws {TypeError} */
export function commandOf(stage: readonly Argument[]): Command {
  const [file, ...args] = stage;
  if (file === undefined) throw new TypeError('a command must be [file, ...args], got an empty array');
  if (typeof file !== 'string') throw new TypeError(`file must be a string, got ${describe(file)}`);
  return command(file, args);
}

function checkText(argument: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(`${argument} must be a string, got ${describe(value)}`);
  if (value.includes('\0')) throw new TypeError(`${argument} must have no NUL in it, got ${describe(value)}`);
}

function checkCodes(codes: readonly number[]): void {
  if (!Array.isArray(codes) || codes.length === 0) {
    throw new TypeError(`options.okCodes must be an array of exit codes, got ${describe(codes)}`);
  }
  for (const code of codes) {
    if (!Number.isInteger(code) || code < 0 || code > 255) {
      throw new RangeError(`options.okCodes must hold whole numbers from 0 to 255, got ${describe(code)}`);
    }
  }
}
