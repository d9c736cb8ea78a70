/** What 4 GiB between processes cost the process that started them. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Case } from '../case.js';
import { checkZeros, countZeros, runPipelines, warmUp } from '../pipelines.js';
import type { Rival } from '../rival.js';

const RIVALS = ['ours-exec', 'execa', 'node-spawn', 'bun-shell'];
const TRIAL = { commands: countZeros(4 * 2 ** 30), times: 1, atOnce: false };
const TICK = 10_000; // microseconds, as /proc counts towards programs

export const execParentCases: readonly Case[] = [
  {
    name: 'exec-cpu',
    title: "4 GiB, the parent's share of the CPU time",
    unit: '% of the CPU time',
    rivals: RIVALS,
    async run(rival) {
      const { parent, children } = await costOf(rival);
      return (100 * parent) / (parent + children);
    },
  },
  {
    name: 'exec-bytes',
    title: '4 GiB, bytes that the parent read and wrote',
    unit: 'bytes',
    rivals: RIVALS,
    run: async (rival) => (await costOf(rival)).bytes,
  },
];

interface Cost {
  readonly parent: number; // microseconds on a processor
  readonly children: number; // the same, of those that were reaped
  readonly bytes: number; // in all calls that read or write, whatever from and to
}

async function costOf(rival: Rival): Promise<Cost> {
  await warmUp(rival);
  const bytes = traffic();
  const children = childrenTime();
  const usage = process.cpuUsage();
  const output = await runPipelines(rival, TRIAL);
  const { user, system } = process.cpuUsage(usage);
  const cost = { parent: user + system, children: childrenTime() - children, bytes: traffic() - bytes };
  checkZeros(TRIAL)(output);
  return cost;
}

/** Thread by thread: /proc/self/io counts what children moved, once they have been reaped. */
function traffic(): number {
  const threads = readdirSync('/proc/self/task').map((thread) => {
    const io = /^rchar: (\d+)\nwchar: (\d+)/.exec(readFileSync(`/proc/self/task/${thread}/io`, 'utf8'));
    return Number(io?.[1]) + Number(io?.[2]);
  });
  return threads.reduce((a, b) => a + b, 0);
}

/** `process.resourceUsage()` knows only this process's own. */
function childrenTime(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK;
}
