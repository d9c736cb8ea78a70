/** Pipelines of processes against shells and what others do from JavaScript: how long they take. */
import { checkLog, LOG_COMMANDS, makeLog } from '../access-log.js';
import type { Case } from '../case.js';
import { checkZeros, countZeros, LONG, MANY, timePipelines } from '../pipelines.js';
import type { PipelineTrial } from '../rival.js';

const ZEROS = 4 * 2 ** 30; // bytes
const TRUE = '/bin/true'; // bash would do its own `true` without a program
const ALL = ['ours-exec', 'bash', 'execa', 'zx', 'node-spawn', 'bun-shell'];

export const execCases: readonly Case[] = [
  {
    name: 'exec-zeros',
    title: '4 GiB through head, cat, wc',
    unit: 'ms',
    rivals: ALL,
    async run(rival) {
      const share = rival.share ?? 1;
      const trial = { commands: countZeros(ZEROS * share), times: 1, atOnce: false };
      return (await timePipelines(rival, trial, checkZeros(trial))) / share;
    },
  },
  {
    name: 'exec-log',
    title: 'a log through gzip, grep, sort, uniq',
    unit: 'ms',
    rivals: ALL,
    prepare: makeLog,
    run: (rival) => timePipelines(rival, { commands: LOG_COMMANDS, times: 1, atOnce: false }, checkLog),
  },
  {
    name: 'exec-trues',
    title: '200 times true, true, true, in a row',
    unit: 'ms',
    rivals: ALL,
    run: (rival) =>
      timePipelines(rival, { commands: [[TRUE], [TRUE], [TRUE]], times: 200, atOnce: false }, checkNothing),
  },
  ...scaleCases('exec-long', '1,000 times cat in one pipeline', LONG),
  ...scaleCases('exec-many', '500 pipelines of three at once', MANY),
];

/** As who runs the bench, and as an ordinary user. */
function scaleCases(name: string, title: string, trial: PipelineTrial): Case[] {
  const one: Case = {
    name,
    title,
    unit: 'ms',
    rivals: ['ours-exec', 'bash', 'node-spawn'],
    run: (rival) => timePipelines(rival, trial, checkZeros(trial)),
  };
  return [one, { ...one, name: `${name}-user`, title: `${title}, as uid 65534`, unprivileged: true }];
}

function checkNothing(output: string): void {
  if (output !== '') throw new Error(`true wrote ${output}`);
}
