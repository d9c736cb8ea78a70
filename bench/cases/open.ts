/** A million pipes at once, both ends kept and nothing waiting: what one weighs, and how long making it takes. */
import { type Case, notFor } from '../case.js';
import { collectGarbage } from '../memory.js';
import type { Rival } from '../rival.js';

const PIPES = 1_000_000;
const WARM_UP = 20_000; // pipes

export const openCases: readonly Case[] = [
  {
    name: 'open-memory',
    title: '1,000,000 open pipes, memory of each',
    unit: 'bytes/pipe',
    rivals: ['ours-unbuffered', 'transform-stream', 'pass-through'],
    collects: true,
    async run(rival) {
      const kept = roomFor(countOf(rival));
      collectGarbage();
      const before = process.memoryUsage.rss();
      fill(kept, rival);
      collectGarbage();
      return (process.memoryUsage.rss() - before) / kept.length;
    },
  },
  {
    name: 'open-time',
    title: '1,000,000 open pipes, making each',
    unit: 'ns/pipe',
    rivals: ['ours-unbuffered', 'transform-stream', 'pass-through'],
    collects: true,
    async run(rival) {
      fill(roomFor(WARM_UP), rival);
      const kept = roomFor(countOf(rival));
      collectGarbage();
      const start = process.hrtime.bigint();
      fill(kept, rival);
      const took = Number(process.hrtime.bigint() - start);
      return took / kept.length;
    },
  },
];

function countOf(rival: Rival): number {
  return PIPES * (rival.share ?? 1);
}

/** The list itself is there, and in memory, before anything is measured. */
function roomFor(count: number): unknown[] {
  return new Array<unknown>(count).fill(null);
}

function fill(kept: unknown[], rival: Rival): void {
  const { open } = rival;
  if (open === undefined) throw notFor(rival);
  for (let i = 0; i < kept.length; i++) kept[i] = open();
}
