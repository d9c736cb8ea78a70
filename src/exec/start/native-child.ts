import { constants } from 'node:os';
import {
  binding,
  EAGAIN,
  holdLoop,
  letLoopGo,
  type SystemError,
  systemError,
  trafficOf,
  unwatch,
  watch,
} from '../../os/internal.js';
import type { ChildFd } from '../child-fd.js';
import { searchPath } from '../environment.js';
import type { Usage } from '../usage.js';
import type { Child, Exit, StartSpec } from './child.js';

/**
 * A child that the addon starts and reaps: nothing of this process is copied for it, its pidfd says when it has ended,
 * and nobody else can wait for it first.
 */
export class NativeChild implements Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  hasExited = false;

  readonly #slot: number;
  readonly #name: string;
  /** Resident memory of this process at its peak, which the kernel counts as the child's (KiB). */
  readonly #parentPeak = process.resourceUsage().maxRSS;
  #resolve!: (exit: Exit) => void;

  constructor(slot: number, pid: number, name: string) {
    this.#slot = slot;
    this.pid = pid;
    this.#name = name;
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#watch();
    holdLoop(this);
  }

  signal(number: number): void {
    if (!this.hasExited) binding().signal?.(this.#slot, number);
  }

  #watch(): void {
    watch(this.#slot, this.#name, this);
  }

  /** It may have ended. */
  retry(): void {
    if (this.hasExited) return;
    const traffic = trafficOf(this.pid); // gone as soon as it is reaped
    const result = reapSlot(this.#slot);
    if (result === EAGAIN) {
      this.#watch();
      return;
    }
    this.hasExited = true;
    unwatch(this.#slot);
    letLoopGo(this);
    if (result < 0) {
      this.#resolve({ code: null, signal: null, error: systemError(result, 'waitid', this.#name) });
      return;
    }
    const [code, signal, user, system, peak] = facts as unknown as [number, number, number, number, number];
    const usage: Usage = {
      userTime: user / 1000,
      systemTime: system / 1000,
      ...(peak > this.#parentPeak && { peakMemory: peak * 1024 }),
      ...traffic,
    };
    this.#resolve({
      code: code === -1 ? null : code,
      signal: signal === 0 ? null : signalName(signal),
      usage,
    });
  }
}

/**
 * Starts a process by clone(2).
 *
 * @returns The child; or the error that says which step failed; or `undefined` where it cannot be done so.
 */
export function startNative(spec: StartSpec): NativeChild | SystemError | undefined {
  const api = binding();
  if (api.start === undefined) return undefined;
  const { files, packed, layout } = pack(spec);
  const slot = api.start(packed, layout);
  if (slot >= 0) {
    const pid = layout[1] as number;
    try {
      return new NativeChild(slot, pid, spec.name);
    } catch (error) {
      // It cannot be watched (EMFILE), and must not run on unseen.
      api.signal?.(slot, constants.signals.SIGKILL);
      while (reapSlot(slot) === EAGAIN) api.wait(slot, -1);
      return error as SystemError;
    }
  }
  if (slot === ENOSYS) return undefined;
  switch (layout[0]) {
    case STEP_CHDIR:
      return systemError(slot, 'chdir', `the cwd ${spec.cwd}`);
    case STEP_EXEC:
      return systemError(slot, 'execve', files.length === 1 ? spec.file : `${spec.file}, looked for in PATH`);
    default:
      return systemError(slot, layout[0] === STEP_STDIO ? 'dup2' : 'clone', spec.name);
  }
}

export function signalName(number: number): string {
  return NAMES.get(number) ?? `SIG${number}`;
}

const ENOSYS = -constants.errno.ENOSYS;
const STEP_STDIO = 1;
const STEP_CHDIR = 2;
const STEP_EXEC = 3;
const NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number as number, name]));
const FD_KINDS = { null: 1, slot: 2, number: 3 };

/** For all children: 64 bytes outside V8's heap. */
const facts = new Float64Array(new ArrayBuffer(64));

function reapSlot(slot: number): number {
  return binding().reap?.(slot, facts) ?? -1;
}

/** The two arrays that native/addon_spawn.c takes. */
function pack(spec: StartSpec): { files: string[]; packed: Uint8Array; layout: Int32Array } {
  const files = searchPath(spec.file, spec.env);
  const cwd = spec.cwd === undefined ? [] : [spec.cwd];
  const strings = [...cwd, ...files, spec.file, ...spec.args];
  const layout = Int32Array.of(
    cwd.length,
    files.length,
    1 + spec.args.length,
    spec.env.count,
    spec.fds.length,
    ...spec.fds.flatMap((fd: ChildFd) => [FD_KINDS[fd.kind], fd.value]),
  );
  return { files, packed: Buffer.from(`${strings.join('\0')}\0${spec.env.packed}`), layout };
}
