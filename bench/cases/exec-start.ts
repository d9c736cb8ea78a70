/** How long the call that starts one process keeps the event loop from everything else. */
import { type Case, notFor } from '../case.js';
import { summarize } from '../statistics.js';

const STARTS = 100;
const WARM_UPS = 20;
const PIECE = 64 * 1024; // bytes, as buffers of streams are
const MIB = 2 ** 20; // bytes

export const execStartCases: readonly Case[] = [
  startCase('exec-start', 'one start blocks, 50 MB resident', 50e6),
  startCase('exec-start-1g', 'one start blocks, 1 GB resident', 1e9),
];

function startCase(name: string, title: string, resident: number): Case {
  return {
    name,
    title,
    unit: 'ms',
    rivals: ['ours-exec', 'node-spawn', 'execa'],
    async run(rival) {
      const { startOne } = rival;
      if (startOne === undefined) throw notFor(rival);
      const held = fillMemory(resident);
      const blocked: number[] = []; // milliseconds
      for (let i = 0; i < WARM_UPS + STARTS; i++) {
        const start = performance.now();
        const ended = startOne('/bin/true');
        const took = performance.now() - start;
        await ended;
        if (i >= WARM_UPS) blocked.push(took);
      }
      if (held.some((piece) => piece[0] !== 1)) throw new Error('the memory that was to be held is not');
      return summarize(blocked).median;
    },
  };
}

/** Buffers in use, so that this process has `resident` bytes in memory, or what it had if that is more. */
function fillMemory(resident: number): Uint8Array[] {
  const held: Uint8Array[] = [];
  for (let left = resident - process.memoryUsage.rss(); left > 0; left -= PIECE) {
    held.push(new Uint8Array(PIECE).fill(1));
  }
  const now = process.memoryUsage.rss();
  if (now < 0.95 * resident) throw new Error(`only ${Math.round(now / MIB)} MiB are resident`);
  return held;
}
