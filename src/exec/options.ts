import type { Signal } from '../io/index.js';
import { checkOptions, checkSignal, checkWhole, describe } from '../io/internal.js';
import { checkEnvironment, type Environment } from './environment.js';
import { checkStderr, type Stderr } from './stderr.js';
import { checkStdin, type Stdin } from './stdin.js';
import { checkStdout, type Stdout } from './stdout.js';

/** Options of a pipeline. */
export interface PipelineOptions {
  /** What the first stage reads; nothing by default. */
  readonly stdin?: Stdin | undefined;
  /** Where the last stage's output goes; 'pipe' by default: to `job.stdout`. */
  readonly stdout?: Stdout | undefined;
  /** Where the standard error of stages goes that say nothing else; 'tail' by default. */
  readonly stderr?: Stderr | undefined;
  /** For all commands; their own options come on top. */
  readonly env?: Environment | undefined;
  /** Starts all commands with no variables but those of `env`. */
  readonly clearEnv?: boolean | undefined;
  /** The folder that commands run in which say nothing else; this process's by default. */
  readonly cwd?: string | undefined;
  /** Ends everything, and `done` rejects with the signal's reason. */
  readonly signal?: Signal | undefined;
  /** Ends everything after so many milliseconds. */
  readonly timeout?: number | undefined;
  /** How long what is told to end by SIGTERM may take before SIGKILL; 5000 milliseconds by default. */
  readonly killGrace?: number | undefined;
  /** How long pipes that others hold are read when all stages have ended; 100 milliseconds, from the last byte on. */
  readonly drainGrace?: number | undefined;
  /**
   * Passes SIGINT, SIGTERM and SIGHUP of this process on, as SIGTERM; by default no handler is installed. In a worker thread
   * nothing of them arrives.
   */
  readonly killOnSignal?: boolean | undefined;
  /** `false`: a stage that ends because nobody wants more of its output has failed. */
  readonly forgiveSigpipe?: boolean | undefined;
  /** Bytes that the pipes between stages hold; 256 KiB by default, as long as there are few. */
  readonly capacity?: number | undefined;
  /** The most bytes of output that are collected for `done`; 64 MiB by default. */
  readonly maxBytes?: number | undefined;
}

/** @throws {TypeError | RangeError} A wrong option, which the message names. */
export function checkPipelineOptions(options: PipelineOptions): void {
  checkOptions('options', options, KNOWN);
  const { stdin, stdout, stderr, env, clearEnv, cwd, signal } = options;
  if (stdin !== undefined) checkStdin(stdin);
  if (stdout !== undefined) checkStdout(stdout);
  if (stderr !== undefined) checkStderr(stderr);
  checkEnvironment(env, clearEnv, cwd);
  if (signal !== undefined) checkSignal(signal);
  for (const name of ['timeout', 'killGrace', 'drainGrace'] as const) {
    if (options[name] !== undefined) checkMilliseconds(`options.${name}`, options[name]);
  }
  for (const name of ['killOnSignal', 'forgiveSigpipe'] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'boolean') {
      throw new TypeError(`options.${name} must be a boolean, got ${describe(value)}`);
    }
  }
  if (options.capacity !== undefined) checkCapacity(options.capacity);
  if (options.maxBytes !== undefined) checkWhole('options.maxBytes', options.maxBytes, 0);
}

const KNOWN = [
  'stdin',
  'stdout',
  'stderr',
  'env',
  'clearEnv',
  'cwd',
  'signal',
  'timeout',
  'killGrace',
  'drainGrace',
  'killOnSignal',
  'forgiveSigpipe',
  'capacity',
  'maxBytes',
];

/** What a timer takes; beyond that it would fire at once. */
const MILLISECONDS_MAX = 2 ** 31 - 1;
/** What F_SETPIPE_SZ takes. */
const CAPACITY_MAX = 2 ** 31 - 1; // bytes

function checkMilliseconds(argument: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`${argument} must be a number, got ${describe(value)}`);
  if (!(value >= 0 && value <= MILLISECONDS_MAX)) {
    throw new RangeError(`${argument} must be from 0 to ${MILLISECONDS_MAX} milliseconds, got ${value}`);
  }
}

function checkCapacity(value: unknown): void {
  checkWhole('options.capacity', value, 1);
  if ((value as number) > CAPACITY_MAX) {
    throw new RangeError(`options.capacity must be at most ${CAPACITY_MAX} bytes, got ${value}`);
  }
}
