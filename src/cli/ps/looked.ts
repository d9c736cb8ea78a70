import {
  type Graph,
  type PipeNode,
  type ProcessNode,
  type StageVerdict,
  type Verdict,
  verdict,
} from '../../proc/index.js';

/** One look and its judgement, with what is asked of them by name. */
export class Looked {
  readonly graph: Graph;
  readonly verdict: Verdict;
  readonly #processes: ReadonlyMap<number, ProcessNode>;
  readonly #pipes: ReadonlyMap<string, PipeNode>;
  readonly #stages: ReadonlyMap<number, StageVerdict>;

  constructor(graph: Graph) {
    this.graph = graph;
    this.verdict = verdict(graph);
    this.#processes = new Map(graph.processes.map((node) => [node.pid, node]));
    this.#pipes = new Map(graph.pipes.map((pipe) => [pipe.id, pipe]));
    this.#stages = new Map(
      this.verdict.chains.flatMap(({ stages }) => stages.map((stage) => [stage.pid, stage])),
    );
  }

  process(pid: number): ProcessNode | undefined {
    return this.#processes.get(pid);
  }

  pipe(id: string): PipeNode | undefined {
    return this.#pipes.get(id);
  }

  stage(pid: number): StageVerdict | undefined {
    return this.#stages.get(pid);
  }
}
