/**
 * Writes messages until the ring is full, then reads until it is empty, over and over, without ever waiting: what the
 * contract costs where nothing is awaited.
 */
import { type Case, notFor } from '../case.js';
import type { TryRing } from '../rival.js';
import { messagesOf, Tally } from '../tally.js';

const CAPACITY = 65536; // bytes
const BYTES_MIN = 640_000_000;
const WARM_UP_MIN = 128_000_000; // bytes

export const tryCases: readonly Case[] = [
  tryCase('try-64', 'bounded 64 KiB, tryWrite / tryRead, 64 B', 64, ['ours-bounded', 'plain-ring']),
];

/** A case in which the rings of `rivals` are filled with messages of `size` bytes, and emptied. */
export function tryCase(name: string, title: string, size: number, rivals: readonly string[]): Case {
  return {
    name,
    title,
    unit: 'ns/message',
    size,
    rivals,
    async run(rival) {
      const ring = rival.openRing?.(CAPACITY);
      if (ring === undefined) throw notFor(rival);
      fillAndDrain(ring, size, WARM_UP_MIN / size);
      return fillAndDrain(ring, size, BYTES_MIN / size);
    },
  };
}

/** @returns Nanoseconds for each message. */
function fillAndDrain(ring: TryRing, size: number, atLeast: number): number {
  const chunks = messagesOf(size);
  const tally = new Tally(size);
  const into = new Uint8Array(size);
  let sent = 0;
  const start = process.hrtime.bigint();
  while (sent < atLeast) {
    while (ring.tryWrite(chunks[sent % chunks.length] as Uint8Array) === size) sent++;
    for (let count = ring.tryRead(into) ?? 0; count > 0; count = ring.tryRead(into) ?? 0)
      tally.add(into, count);
  }
  const took = Number(process.hrtime.bigint() - start);
  tally.check(sent, chunks);
  return took / sent;
}
