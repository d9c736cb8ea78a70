/** What one stream for two readers costs when both keep up, and what it keeps when one of them does not. */
import { type Case, notFor } from '../case.js';
import type { Rival } from '../rival.js';
import { messagesOf, Tally } from '../tally.js';

const SIZE = 65536; // bytes
const WARM_UP = 5000; // messages
const MESSAGES = 20_000;
const STALLED_MESSAGES = 2 ** 31 / SIZE; // 2 GiB
const STALL = 1000; // milliseconds
const SAMPLE_EVERY = 5; // milliseconds
const MIB = 2 ** 20; // bytes

export const teeCases: readonly Case[] = [
  {
    name: 'tee-2',
    title: 'tee into 2, 64 KiB',
    unit: 'ns/message',
    size: SIZE,
    rivals: ['ours-tee', 'stream-tee', 'byte-stream-tee'],
    async run(rival) {
      await transfer(rival, WARM_UP, none);
      const start = process.hrtime.bigint();
      await transfer(rival, MESSAGES, none);
      return Number(process.hrtime.bigint() - start) / MESSAGES;
    },
  },
  {
    name: 'tee-stall',
    title: '2 GiB into 2, one stalls for a second, growth of memory',
    unit: 'MiB',
    rivals: ['ours-tee', 'stream-tee'],
    async run(rival) {
      await transfer(rival, WARM_UP, none);
      const before = process.memoryUsage.rss();
      let most = before; // bytes
      const sample = (): void => {
        most = Math.max(most, process.memoryUsage.rss());
      };
      const sampler = setInterval(sample, SAMPLE_EVERY);
      let reads = 0;
      await transfer(rival, STALLED_MESSAGES, () => {
        reads++;
        if (reads % (STALLED_MESSAGES / 64) === 0) sample();
        if (reads !== STALLED_MESSAGES / 2) return undefined;
        return new Promise((resolve) => setTimeout(resolve, STALL));
      });
      clearInterval(sampler);
      sample();
      return (most - before) / MIB;
    },
  },
];

/** Sends `messages` and has both readers check them; the second waits for what `pause` returns. */
async function transfer(
  rival: Rival,
  messages: number,
  pause: () => Promise<void> | undefined,
): Promise<void> {
  const stream = rival.openTee?.(SIZE);
  if (stream === undefined) throw notFor(rival);
  const chunks = messagesOf(SIZE);
  const tallies = stream.receivers.map(() => new Tally(SIZE));
  await Promise.all([
    stream.send(messages, chunks),
    ...stream.receivers.map((receive, at) => receive(tallies[at] as Tally, at === 1 ? pause : none)),
  ]);
  for (const tally of tallies) tally.check(messages, chunks);
}

function none(): undefined {}
