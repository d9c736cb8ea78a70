/** What it costs to see: `pipework run` with its view and without, and what `pipework top` takes. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Case, notFor } from '../case.js';
import { startOnTerminal } from '../on-terminal.js';

const BYTES = 4 * 2 ** 30;
const STAGES = [`head -c ${BYTES} /dev/zero`, 'cat', 'wc -c'];
const WATCHED = 20; // seconds
const TICK = 10; // milliseconds, as /proc counts towards programs
const FRAME = '\x1b[H';

export const cliCases: readonly Case[] = [
  {
    name: 'run-view',
    title: '4 GiB by pipework run, on a terminal',
    unit: 'ms',
    rivals: ['ours-run', 'ours-run-quiet'],
    async run({ runOptions, title }) {
      if (runOptions === undefined) throw notFor({ title });
      const start = performance.now();
      const script = startOnTerminal(['run', ...runOptions, ...STAGES]);
      let shown = '';
      script.stdout.on('data', (text) => {
        shown += text;
      });
      await once(script, 'close');
      const took = performance.now() - start;
      if (!shown.includes(`${BYTES}\r\n`)) throw new Error(`not ${BYTES} bytes came: ${shown}`);
      if (shown.includes('STATE') !== (runOptions.length === 0))
        throw new Error(`there is a view where there should be none, or none: ${shown}`);
      return took;
    },
  },
  {
    name: 'top-cpu',
    title: 'pipework top, at two samples a second',
    unit: '% of a core',
    rivals: ['ours-top'],
    async run() {
      const pipeline = startOnTerminal(['run', '--quiet', 'yes', 'head -c 100G', 'gzip -1 > /dev/null']);
      const top = startOnTerminal(['top']);
      let shown = '';
      top.stdout.on('data', (text) => {
        shown += text;
      });
      await pause(2000); // it has begun
      const pid = Number.parseInt(shown, 10);
      const before = ticksOf(pid);
      const frames = shown.split(FRAME).length;
      await pause(WATCHED * 1000);
      const used = (ticksOf(pid) - before) * TICK;
      const seen = shown.split(FRAME).length - frames;
      top.stdin.write('q');
      pipeline.stdin.write('\x03');
      await Promise.all([once(top, 'close'), once(pipeline, 'close')]);
      // It looks less often where a look costs too much: that must not look like less work.
      return (100 * used * 2) / (seen * 1000);
    },
  },
];

/** Time on a processor so far. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
