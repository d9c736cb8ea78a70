/** Looks at a pipeline that runs, by `pipework/proc`, and says what each stage does. */
import type { Job, StageResult } from '../../exec/index.js';
import { contents } from '../../os/internal.js';
import { type Graph, type PipeNode, type ProcessNode, scan, verdict } from '../../proc/index.js';
import { Families } from './families.js';
import { InputProgress } from './input-progress.js';
import type { LinkSample, Sample, StageSample } from './sample.js';
import { stageState } from './stage-state.js';

export class Sampler {
  readonly #families = new Families();
  readonly #input = new InputProgress();
  #began = 0; // milliseconds
  #job: Job | undefined;
  #graph: Graph | undefined;
  /** By stage: what it had written at the last look. */
  readonly #written = new Map<number, { readonly bytes: number; readonly at: number }>();
  /** By stage: how often it was the bottleneck, from 0 to 1, of which the last looks count most. */
  readonly #blame: number[] = [];

  /** The pipeline has been started, after this was made. */
  begin(job: Job): void {
    this.#job = job;
    this.#began = performance.now();
  }

  look(): Sample {
    const results = this.#job?.stats() ?? [];
    const stageOf = this.#families.look(
      results.map(({ pid, endedAt }) => (endedAt === undefined ? pid : undefined)),
    );
    const graph =
      stageOf.size === 0
        ? undefined
        : scan({ pid: [...stageOf.keys()], follow: 'nobody', since: this.#graph });
    this.#graph = graph;
    const now = performance.now();
    const families = results.map((): ProcessNode[] => []);
    for (const process of graph?.processes ?? []) families[stageOf.get(process.pid) as number]?.push(process);
    const { links, inner } = joints(families, graph);
    const stages = results.map((result, index): StageSample => {
      const family = families[index] ?? [];
      if (result.endedAt !== undefined || family.length === 0) return endedStage(result);
      const neighbours = { before: links[index - 1], behind: links[index] };
      const state = stageState(family, neighbours, inner);
      return { index, state, ...this.#amounts(result, family, now) };
    });
    return {
      elapsed: now - this.#began,
      stages,
      links: results.slice(1).map((_, index) => linkSample(links[index])),
      bottleneck: graph === undefined ? undefined : this.#bottleneck(families, graph),
      input: this.#input.look(
        (families[0] ?? []).map(({ pid }) => pid),
        now,
      ),
    };
  }

  #amounts(
    { index, startedAt }: StageResult,
    family: readonly ProcessNode[],
    now: number,
  ): Pick<StageSample, 'cpu' | 'bytesIn' | 'bytesOut' | 'rateOut'> {
    const age = performance.timeOrigin + now - (startedAt ?? 0); // milliseconds
    const cpu = sum(family, ({ rates, cpuTime }) => (rates === undefined ? cpuTime / age : rates.cpu));
    if (family.some(({ bytesOut }) => bytesOut === undefined)) return { cpu };
    const last = this.#written.get(index) ?? { bytes: 0, at: now - age };
    // What a process counted that has ended is counted by the one that waited for it, which may come later.
    const bytesOut = Math.max(
      last.bytes,
      sum(family, ({ bytesOut = 0 }) => bytesOut),
    );
    this.#written.set(index, { bytes: bytesOut, at: now });
    return {
      cpu,
      bytesIn: sum(family, ({ bytesIn = 0 }) => bytesIn),
      bytesOut,
      rateOut: ((bytesOut - last.bytes) * 1000) / (now - last.at),
    };
  }

  /** One look catches a moment: who is blamed again and again is the bottleneck. */
  #bottleneck(families: readonly ProcessNode[][], graph: Graph): number | undefined {
    const { chains } = verdict(graph);
    const blamed = new Set(chains.flatMap(({ bottlenecks }) => bottlenecks));
    let most = BLAME_MIN;
    let bottleneck: number | undefined;
    for (const [index, family] of families.entries()) {
      const isBlamed = family.some(({ pid }) => blamed.has(pid));
      const blame = (1 - NEWEST) * (this.#blame[index] ?? 0) + (isBlamed ? NEWEST : 0);
      this.#blame[index] = blame;
      if (family.length === 0 || blame <= most) continue;
      most = blame;
      bottleneck = index;
    }
    return bottleneck;
  }
}

/** Whether there is a /proc to look into. */
export function canLook(): boolean {
  return contents(process.pid, 'stat') !== undefined;
}

const NEWEST = 0.4; // of 1, what one look counts
const BLAME_MIN = 0.3;

function endedStage(result: StageResult): StageSample {
  const { index, bytesIn, bytesOut } = result;
  return {
    index,
    state: 'ended',
    cpu: 0,
    ...(bytesIn !== undefined && { bytesIn }),
    ...(bytesOut !== undefined && { bytesOut }),
    result,
  };
}

/** The pipes between neighbouring stages, by the left one's place, and those within a stage. */
function joints(
  families: readonly ProcessNode[][],
  graph: Graph | undefined,
): { readonly links: readonly (PipeNode | undefined)[]; readonly inner: ReadonlySet<string> } {
  const stageOf = new Map(families.flatMap((family, index) => family.map(({ pid }) => [pid, index])));
  const links: PipeNode[] = [];
  const inner = new Set<string>();
  for (const pipe of graph?.pipes ?? []) {
    const readers = new Set(pipe.readers.map(({ pid }) => stageOf.get(pid)));
    for (const { pid } of pipe.writers) {
      const stage = stageOf.get(pid);
      if (stage === undefined) continue;
      if (readers.has(stage)) inner.add(pipe.id);
      else if (readers.has(stage + 1)) links[stage] = pipe;
    }
  }
  return { links, inner };
}

function linkSample(pipe: PipeNode | undefined): LinkSample {
  return {
    ...(pipe?.capacity !== undefined && { capacity: pipe.capacity }),
    ...(pipe?.queued !== undefined && { queued: pipe.queued }),
  };
}

function sum<Item>(items: readonly Item[], amount: (item: Item) => number): number {
  return items.reduce((total, item) => total + amount(item), 0);
}
