/** A million pipes one after the other, each opened, used and closed: whether memory stays where it is. */
import { type Case, notFor } from '../case.js';
import type { Rival } from '../rival.js';
import { Tally } from '../tally.js';

const PIPES = 1_000_000;
const WARM_UP = 200_000; // pipes; by then the heap has its size
const SAMPLES = 200;
const CHUNK = new Uint8Array(64).fill(1);
const MIB = 2 ** 20; // bytes

export const churnCases: readonly Case[] = [
  {
    name: 'churn-memory',
    title: '1,000,000 pipes in a row, range of memory',
    unit: 'MiB',
    rivals: ['ours-unbuffered', 'transform-stream'],
    async run(rival) {
      const share = rival.share ?? 1;
      await useMany(rival, WARM_UP * share, () => {});
      let least = Number.POSITIVE_INFINITY; // bytes
      let most = 0; // bytes
      await useMany(rival, PIPES * share, () => {
        const resident = process.memoryUsage.rss();
        least = Math.min(least, resident);
        most = Math.max(most, resident);
      });
      return (most - least) / MIB;
    },
  },
];

async function useMany(rival: Rival, pipes: number, sample: () => void): Promise<void> {
  if (rival.useOnce === undefined) throw notFor(rival);
  const tally = new Tally(CHUNK.length);
  const every = Math.ceil(pipes / SAMPLES);
  for (let i = 0; i < pipes; i++) {
    if (i % every === 0) sample();
    await rival.useOnce(CHUNK, tally);
  }
  sample();
  tally.check(pipes, [CHUNK]);
}
