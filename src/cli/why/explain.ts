import type { ProcessNode, StageVerdict } from '../../proc/index.js';
import { duration, percent, rate } from '../format/amounts.js';
import type { Looked } from '../ps/looked.js';
import { stateWord } from '../ps/words.js';
import { conclusion } from './conclusion.js';

/**
 * What a process waits for, in lines for people: itself, then whom it waits for and whom those wait for, each indented once
 * more, then who would have to act, and the evidence.
 *
 * @param before A look a moment earlier, which tells what only waits now and then from what stands still.
 */
export function explain(pid: number, before: Looked, now: Looked): string[] {
  const steps = stepsFrom(pid, now);
  const stage = now.stage(pid);
  const node = now.process(pid);
  if (stage === undefined || node === undefined) return [];
  return [
    ...steps.map(
      ({ stage, depth }) => `${'  '.repeat(depth)}${[stage.says, ...time(stage.pid, before, now)].join(' ')}`,
    ),
    ...conclusion(stage, node, now).flatMap((line) => ['', line]),
    '',
    'Evidence:',
    ...steps.flatMap(({ stage }) => stage.evidence.map(({ file, says }) => `  ${file}: ${says}`)),
  ];
}

interface Step {
  readonly stage: StageVerdict;
  readonly depth: number;
}

/** The process, and all whom it waits for, each once. */
function stepsFrom(pid: number, looked: Looked): Step[] {
  const steps: Step[] = [];
  const seen = new Set<number>();
  const add = (at: number, depth: number): void => {
    const stage = looked.stage(at);
    if (stage === undefined || seen.has(at)) return;
    seen.add(at);
    steps.push({ stage, depth });
    for (const next of stage.waitsFor) add(next, depth + 1);
  };
  add(pid, 0);
  return steps;
}

/** Since when, as far as it is known; of one that runs, how much it does. */
function time(pid: number, before: Looked, now: Looked): string[] {
  const node = now.process(pid);
  if (node === undefined || node.state.kind === 'ended') return [];
  if (node.state.kind === 'running') return work(node);
  const { asleepFor } = node;
  if (asleepFor !== undefined) {
    return asleepFor < now.graph.at - before.graph.at
      ? [`It ran ${duration(asleepFor)} ago, so it goes on now and then.`]
      : [`It has not run for ${duration(asleepFor)}.`];
  }
  const then = before.process(pid);
  if (then === undefined || then.started !== node.started) return [];
  const [was, is] = [stateWord(then.state), stateWord(node.state)];
  const ago = `${duration(now.graph.at - before.graph.at)} before`;
  return [was === is ? `So it was ${ago}.` : `It was not so ${ago}, so it goes on now and then.`];
}

function work({ rates }: ProcessNode): string[] {
  if (rates === undefined) return [];
  const { over, cpu, bytesIn, bytesOut } = rates;
  const moved =
    bytesIn === undefined || bytesOut === undefined
      ? ''
      : `, read ${rate(bytesIn)} and wrote ${rate(bytesOut)}`;
  return [`In the last ${duration(over)} it took ${percent(cpu)} of a processor${moved}.`];
}
