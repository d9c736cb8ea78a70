/**
 * Who is told when the kernel says that an end can be tried again. The addon puts the slots into `ready` and calls
 * `onReady`; an event may be late or needless, so whoever is told tries, and judges by the result.
 */
import { binding } from './binding.js';
import { releaseLoop } from './outside.js';
import { systemError } from './system-error.js';

const READY_MAX = 256; // slots that one report names, as in native/addon.c

/** Shared with the addon for the life of this thread. */
export const ready = new Int32Array(READY_MAX);

/** By slot, whose numbers are no higher than there were ends open at a time. */
const watchers: (Watcher | undefined)[] = [];

/** One side of a pipe. */
export interface Watcher {
  /** The kernel says that what waits may go on. */
  retry(): void;
}

/** From now on `watcher` is told when `slot` may have become ready: at least once more. */
export function watch(slot: number, name: string, watcher: Watcher): void {
  const result = binding().watch(slot);
  if (result < 0) throw systemError(result, 'epoll_ctl', name);
  watchers[slot] = watcher;
}

/** `slot` is about to be closed; its number may soon be another end's. */
export function unwatch(slot: number): void {
  if (watchers[slot] !== undefined) watchers[slot] = undefined;
}

export function onReady(count: number): void {
  releaseLoop();
  // A copy: what is called here may close ends, whose slots new ends then get, and may be reported again.
  const told = Array.from(ready.subarray(0, count), (slot) => watchers[slot]);
  for (const watcher of told) watcher?.retry();
}
