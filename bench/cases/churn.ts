/** Very many pipes one after the other, each opened, used and closed: whether memory and descriptors stay what they are. */
import { readdirSync } from 'node:fs';
import { type Case, notFor } from '../case.js';
import type { Rival } from '../rival.js';
import { Tally } from '../tally.js';

const SAMPLES = 200;
const CHUNK = new Uint8Array(64).fill(1);
const MIB = 2 ** 20; // bytes
const DESCRIPTOR_PIPES = 100_000;

export const churnCases: readonly Case[] = [
  // By the end of its warm-up the heap has its size.
  memoryCase('churn-memory', 1_000_000, 200_000, ['ours-unbuffered', 'transform-stream']),
  memoryCase('os-churn-memory', 160_000, 40_000, ['ours-os']),
  {
    name: 'os-churn-descriptors',
    title: `${DESCRIPTOR_PIPES.toLocaleString('en')} kernel pipes in a row, descriptors left`,
    unit: 'descriptors',
    rivals: ['ours-os'],
    async run(rival) {
      await useMany(rival, 1, () => {});
      const before = descriptors();
      await useMany(rival, DESCRIPTOR_PIPES, () => {});
      return descriptors() - before;
    },
  },
];

function memoryCase(name: string, pipes: number, warmUp: number, rivals: readonly string[]): Case {
  return {
    name,
    title: `${pipes.toLocaleString('en')} ${name.startsWith('os-') ? 'kernel ' : ''}pipes in a row, range of memory`,
    unit: 'MiB',
    rivals,
    async run(rival) {
      const share = rival.share ?? 1;
      await useMany(rival, warmUp * share, () => {});
      let least = Number.POSITIVE_INFINITY; // bytes
      let most = 0; // bytes
      await useMany(rival, pipes * share, () => {
        const resident = process.memoryUsage.rss();
        least = Math.min(least, resident);
        most = Math.max(most, resident);
      });
      return (most - least) / MIB;
    },
  };
}

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

/** How many this process has open. */
function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}
