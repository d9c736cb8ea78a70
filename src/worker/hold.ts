import { host, type Timer } from './host.js';

/**
 * The event loop's part in waiting for another thread, since Atomics.waitAsync does not hold it: one timer for the thread,
 * which never fires, counts or does not. To switch it costs a tenth of a new timer for each wait.
 */
export function holdLoop(): void {
  if (++holders === 1) count(true);
}

export function letLoopGo(): void {
  if (--holders === 0) count(false);
}

let holders = 0;
let timer: Timer | number | undefined;

/** Longer than this no timer waits; it is as good as never. */
const NEVER = 2 ** 31 - 1; // milliseconds

function count(isHeld: boolean): void {
  if (host.process === undefined) return; // a page has no loop that ends
  timer ??= host.setInterval(() => {}, NEVER);
  if (typeof timer === 'object') {
    if (isHeld) timer.ref?.();
    else timer.unref?.();
  } else if (isHeld) host.Deno?.refTimer(timer);
  else host.Deno?.unrefTimer(timer);
}
