/**
 * Writes messages until the ring is full, then reads until it is empty, over and over, without ever waiting: what the
 * contract costs where nothing is awaited.
 */
import { type Case, notFor } from '../case.js';
import type { TryRing } from '../rival.js';
import { messagesOf, Tally } from '../tally.js';

const CAPACITY = 65536; // bytes
const SIZE = 64; // bytes of each message
const MESSAGES_MIN = 10_000_000;
const WARM_UP_MIN = 2_000_000; // messages

export const tryCases: readonly Case[] = [
  {
    name: 'try-64',
    title: 'bounded 64 KiB, tryWrite / tryRead, 64 B',
    unit: 'ns/message',
    size: SIZE,
    rivals: ['ours-bounded', 'plain-ring'],
    async run(rival) {
      const ring = rival.openRing?.(CAPACITY);
      if (ring === undefined) throw notFor(rival);
      fillAndDrain(ring, WARM_UP_MIN);
      return fillAndDrain(ring, MESSAGES_MIN);
    },
  },
];

/** @returns Nanoseconds for each message. */
function fillAndDrain(ring: TryRing, atLeast: number): number {
  const chunks = messagesOf(SIZE);
  const tally = new Tally(SIZE);
  const into = new Uint8Array(SIZE);
  let sent = 0;
  const start = process.hrtime.bigint();
  while (sent < atLeast) {
    while (ring.tryWrite(chunks[sent % chunks.length] as Uint8Array) === SIZE) sent++;
    for (let count = ring.tryRead(into) ?? 0; count > 0; count = ring.tryRead(into) ?? 0)
      tally.add(into, count);
  }
  const took = Number(process.hrtime.bigint() - start);
  tally.check(sent, chunks);
  return took / sent;
}
