/**
 * Pipelines of programs, the same for every rival: from the call until the last program's output is whole and all have
 * ended. What they write is checked after the clock has stopped.
 */
import { notFor } from './case.js';
import type { Command, PipelineTrial, Rival } from './rival.js';

const KIB = 1024; // bytes
const WARM_UPS = 3;

/** Zeros that are counted. */
export function countZeros(bytes: number): Command[] {
  return [['head', '-c', String(bytes), '/dev/zero'], ['cat'], ['wc', '-c']];
}

/** A small pipeline, 500 times at the same time: 1,500 processes. */
export const MANY: PipelineTrial = { commands: countZeros(64 * KIB), times: 500, atOnce: true };

/** One pipeline with 1,000 `cat` in it. */
export const LONG: PipelineTrial = {
  commands: [
    ['head', '-c', String(64 * KIB), '/dev/zero'],
    ...Array.from({ length: 1000 }, (): Command => ['cat']),
    ['wc', '-c'],
  ],
  times: 1,
  atOnce: false,
};

/** What `countZeros` writes in a trial. */
export function checkZeros({ commands, times }: PipelineTrial): (output: string) => void {
  const bytes = commands[0]?.[2];
  return (output) => {
    if (output !== `${bytes}\n`.repeat(times))
      throw new Error(`not ${times} x ${bytes} bytes came: ${output}`);
  };
}

/**
 * @param check Throws when the outputs, one behind the other, are not what they should be.
 * @returns Milliseconds for all of it.
 */
export async function timePipelines(
  rival: Rival,
  trial: PipelineTrial,
  check: (output: string) => void,
): Promise<number> {
  if (rival.timePipelines !== undefined) {
    const { milliseconds, output } = rival.timePipelines(trial);
    check(output);
    return milliseconds;
  }
  await warmUp(rival);
  const start = performance.now();
  const output = await runPipelines(rival, trial);
  const took = performance.now() - start;
  check(output);
  return took;
}

/** A few small ones, so that all code is loaded. */
export async function warmUp(rival: Rival): Promise<void> {
  const trial = { commands: countZeros(KIB), times: WARM_UPS, atOnce: false };
  checkZeros(trial)(await runPipelines(rival, trial));
}

/** @returns All outputs, one behind the other. */
export async function runPipelines(
  rival: Rival,
  { commands, times, atOnce }: PipelineTrial,
): Promise<string> {
  const run = rival.runPipeline?.bind(rival);
  if (run === undefined) throw notFor(rival);
  if (atOnce) {
    const outputs = await Promise.all(Array.from({ length: times }, () => run(commands)));
    return outputs.join('');
  }
  let all = '';
  for (let i = 0; i < times; i++) all += await run(commands);
  return all;
}
