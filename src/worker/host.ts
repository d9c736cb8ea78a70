/**
 * What this door uses of its host beyond ES2022 and io/host.ts: all of it may be missing, and is looked for before use.
 * Modules of Node's are asked for at run time, so that a browser can load this door.
 */
type WaitAsync = (
  words: Int32Array,
  word: number,
  value: number,
) => { readonly async: true; readonly value: Promise<unknown> } | { readonly async: false };

/** A timer as Node and Bun make it; Deno's is a number. */
export interface Timer {
  ref?(): unknown;
  unref?(): unknown;
}

/** As much of a LockManager as is used here. */
export interface Locks {
  request(name: string, callback: () => unknown): Promise<unknown>;
  request(name: string, options: { readonly signal: object }, callback: () => unknown): Promise<unknown>;
}

interface Host {
  readonly AbortController: new () => { readonly signal: { readonly aborted: boolean }; abort(): void };
  readonly Atomics?: { readonly waitAsync?: WaitAsync; pause?(): void };
  readonly SharedArrayBuffer?: unknown;
  /** Of a page: whether it may share memory. */
  readonly crossOriginIsolated?: boolean;
  readonly crypto: { getRandomValues(words: Int32Array): unknown };
  readonly performance: { now(): number }; // milliseconds
  readonly navigator?: { readonly hardwareConcurrency?: number; readonly locks?: Locks };
  setInterval(callback: () => void, delay: number): Timer | number;
  clearInterval(timer: unknown): void;
  readonly BroadcastChannel?: {
    readonly prototype: object;
    new (
      name: string,
    ): {
      onmessage: ((event: { readonly data: unknown }) => void) | null;
      postMessage(message: unknown): void;
      unref?(): unknown;
    };
  };
  readonly Deno?: {
    refTimer(timer: unknown): void;
    unrefTimer(timer: unknown): void;
    readonly permissions: {
      querySync(what: { name: 'read'; path: string }): { readonly state: string };
    };
  };
  readonly process?: {
    getBuiltinModule?(name: string): unknown;
    on?(event: string, listener: (value: never) => void): unknown;
  };
}

export const host = globalThis as unknown as Host;

/** A module of Node's, where there is one. */
export function builtin<Module>(name: string): Module | undefined {
  return host.process?.getBuiltinModule?.(name) as Module | undefined;
}
