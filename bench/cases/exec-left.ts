/** What very many processes leave behind in the process that started them, when all have ended. */
import { readdirSync } from 'node:fs';
import type { Case } from '../case.js';
import { collectGarbage } from '../memory.js';
import { checkZeros, LONG, MANY, runPipelines } from '../pipelines.js';
import type { Rival } from '../rival.js';

const MIB = 2 ** 20; // bytes
const TITLE = '1,000 times cat, 500 pipelines, left behind';

export const execLeftCases: readonly Case[] = [false, true].flatMap((unprivileged): Case[] => [
  leftCase('exec-left-descriptors', 'descriptors', unprivileged, () => readdirSync('/proc/self/fd').length),
  leftCase('exec-left-memory', 'MiB', unprivileged, () => {
    collectGarbage();
    return process.memoryUsage.rss() / MIB;
  }),
]);

/** Once before, so that the heap has its size and all code is there. */
function leftCase(name: string, unit: Case['unit'], unprivileged: boolean, count: () => number): Case {
  return {
    name: unprivileged ? `${name}-user` : name,
    title: unprivileged ? `${TITLE}, as uid 65534` : TITLE,
    unit,
    rivals: ['ours-exec'],
    collects: true,
    unprivileged,
    async run(rival) {
      await runBoth(rival);
      const before = count();
      await runBoth(rival);
      // Less than before is nothing left.
      return Math.max(0, count() - before);
    },
  };
}

async function runBoth(rival: Rival): Promise<void> {
  for (const trial of [LONG, MANY]) checkZeros(trial)(await runPipelines(rival, trial));
}
