import type { ReadableStreamBYOBReader } from 'node:stream/web';
import type { Tally } from './tally.js';

/**
 * Reads a byte stream to its end by BYOB, `size` bytes at a time, with the memory that each read gives back, and waits for what
 * `pause` returns after each read.
 */
export async function receiveByob(
  reader: ReadableStreamBYOBReader,
  tally: Tally,
  size: number,
  pause?: () => Promise<void> | undefined,
): Promise<void> {
  let into = new Uint8Array(size);
  for (;;) {
    const { done, value } = await reader.read(into);
    if (done || value === undefined) return;
    tally.add(value, value.length);
    const paused = pause?.();
    if (paused !== undefined) await paused;
    into = new Uint8Array(value.buffer as ArrayBuffer);
  }
}
