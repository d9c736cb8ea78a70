/**
 * The one place that loads native code, at first use and not at import: a program that imports `pipework/os` and makes
 * no pipe runs everywhere.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { UnsupportedError } from '../io/unsupported-error.js';
import { onReady, ready } from './readiness.js';

/**
 * What native/addon.c does. A slot stands for one end that the addon owns; every result is a count, a slot, a number of
 * a descriptor or 0, and negative for `-errno`.
 */
export interface Binding {
  open(slots: Int32Array, given: number): number;
  reopen(fd: number, direction: number): number;
  adopt(fd: number, direction: number, how: number): number;
  twin(slot: number): number;
  twinNumber(slot: number): number;
  release(slot: number): number;
  close(slot: number): number;
  read(slot: number, into: Uint8Array, start: number, length: number): number;
  write(slot: number, chunk: Uint8Array, start: number, length: number): number;
  pass(
    writer: number,
    chunk: Uint8Array,
    reader: number,
    into: Uint8Array,
    length: number,
    moved: Int32Array,
  ): number;
  wait(slot: number, timeout: number): number;
  available(slot: number): number;
  capacity(slot: number): number;
  setCapacity(slot: number, bytes: number): number;
  watch(slot: number): number;
  hold(on: number): number;
  directions(fd: number): number;
  owner(fd: number): number;
  number(slot: number): number;
  inode(slot: number): number;
  expose(slot: number): number;
  closeNumber(fd: number): number;
  /** Processes, in the same table; not there where the system has no pidfd (macOS). */
  start?(packed: Uint8Array, layout: Int32Array): number;
  openProcess?(pid: number): number;
  signal?(slot: number, signal: number): number;
  reap?(slot: number, facts: Float64Array): number;
  /** Terminals, whose two sides stand in the same table; Linux only. */
  openTerminal?(like: number, slots: Int32Array): number;
  resizeTerminal?(slot: number, like: number): number;
  isPlainTerminal?(fd: number): number;
  /** Looks at any processes, through /proc; Linux only. What each gives is written in native/look.h. */
  listDescriptors?(pids: Int32Array): (string | number)[] | number;
  readProcesses?(pids: Int32Array, more: number): (string | number)[] | number;
  lookAtPipes?(places: Int32Array, inodes: Float64Array, paths: string, facts: Int32Array): number;
}

/** Numbers that both sides of the binding know. */
export const READ = 1;
export const WRITE = 2;
export const READ_IO = 1;
export const READ_SCHED = 2;
export const NOWAIT = 1;
export const POLL = 2;

let loaded: Binding | undefined;

/**
 * @throws {UnsupportedError} There is no binary for this platform, or the one that is there does not load; the message
 * lists what was tried.
 */
export function binding(): Binding {
  loaded ??= load();
  return loaded;
}

/** The numbers of the descriptors that `slot` stands for: ours, and its twin if one was made. */
export function descriptorsOf(slot: number): number[] {
  return [binding().number(slot), binding().twinNumber(slot)].filter((number) => number >= 0);
}

/**
 * The first that is there has to load: one that was built here and does not is no reason to go on with another, which is
 * not what somebody built.
 */
function load(): Binding {
  const tried: string[] = [];
  for (const candidate of CANDIDATES) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    const name = candidate.slice('../../'.length);
    if (!existsSync(path)) {
      tried.push(`${name}: it is not there`);
      continue;
    }
    try {
      return start(path);
    } catch (error) {
      throw unsupported([...tried, `${name}: ${(error as Error).message.split('\n')[0]}`], error);
    }
  }
  throw unsupported(tried);
}

interface Addon {
  init(
    posix: number,
    thread: number,
    ready: Int32Array,
    onReady: (count: number) => void,
  ): Binding | undefined;
}

function start(path: string): Binding {
  const require = createRequire(import.meta.url);
  const addon = require(path) as Addon;
  const api = addon.init(isPosixForced() ? 1 : 0, hasNoUvPoll() ? 1 : 0, ready, onReady);
  if (api === undefined) throw new Error('it loads, but does not start');
  return api;
}

function unsupported(tried: readonly string[], cause?: unknown): UnsupportedError {
  return new UnsupportedError(
    `kernel pipes need pipework's native part, and none loads on ${process.platform}-${process.arch}:\n  ${tried.join('\n  ')}\n` +
      "'npm run build:native' in the package's folder builds it with a C compiler (docs/native.md)",
    cause === undefined ? undefined : { cause },
  );
}

const CANDIDATES = [
  '../../native/build/pipework.node',
  `../../prebuilds/${process.platform}-${process.arch}/pipework.node`,
];

/** PIPEWORK_OS=posix: only what any POSIX system has, as on macOS, so that it is tested on Linux too. */
function isPosixForced(): boolean {
  return process.env['PIPEWORK_OS'] === 'posix';
}

/**
 * Where a thread of the addon waits instead of the event loop: Bun has no uv_poll, and calling it ends the process; Deno
 * has one, but frees the clean-up hook that it needs twice (Deno 2.9.6).
 */
function hasNoUvPoll(): boolean {
  return 'Bun' in globalThis || 'Deno' in globalThis || process.env['PIPEWORK_OS'] === 'thread';
}
