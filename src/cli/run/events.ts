/**
 * `--json`: what becomes of a pipeline, one JSON object on each line of standard error and nothing else there: what stages
 * say on theirs comes as events too.
 */
import type { Job, StageResult, Stderr } from '../../exec/index.js';
import type { Ending } from './run-stages.js';
import { canLook, Sampler } from './sampler.js';
import type { Watcher } from './watcher.js';

export class Events implements Watcher {
  readonly stdout = 'inherit';

  readonly #names: readonly string[];
  readonly #stream: NodeJS.WriteStream;
  readonly #sampler = canLook() ? new Sampler() : undefined;
  readonly #ended = new Set<number>();
  /** Each tells what a stage said last that was no whole character. */
  readonly #lastWords: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(names: readonly string[], stream: NodeJS.WriteStream) {
    this.#names = names;
    this.#stream = stream;
  }

  stderr(index: number): Stderr {
    const decoder = new TextDecoder();
    this.#lastWords.push(() => this.#tellSaid(index, decoder.decode()));
    return {
      write: async (chunk) => {
        this.#tellSaid(index, decoder.decode(chunk, { stream: true }));
        return chunk.length;
      },
    };
  }

  begin(job: Job): void {
    const stages = job
      .stats()
      .map(({ index, pid }) => ({ stage: index + 1, command: this.#names[index], pid }));
    this.#tell('start', { stages });
    this.#sampler?.begin(job);
    this.#timer = setInterval(() => {
      if (this.#sampler !== undefined) this.#sample(this.#sampler);
      this.#tellEnded(job.stats());
    }, LOOK_EVERY);
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    for (const tell of this.#lastWords) tell();
  }

  report({ results, status, signal, isLate, elapsed }: Ending): void {
    this.#tellEnded(results);
    this.#tell('end', { status, signal: signal ?? null, timedOut: isLate, elapsed: Math.round(elapsed) });
  }

  #sample(sampler: Sampler): void {
    const { elapsed, stages, links, bottleneck, input } = sampler.look();
    this.#tell('sample', {
      elapsed: Math.round(elapsed),
      stages: stages.map(({ index, result: _, ...rest }) => ({ stage: index + 1, ...rest })),
      pipes: links.map((link, index) => ({ from: index + 1, to: index + 2, ...link })),
      bottleneck: bottleneck === undefined ? null : bottleneck + 1,
      input: input ?? null,
    });
  }

  #tellSaid(index: number, text: string): void {
    if (text !== '') this.#tell('stderr', { stage: index + 1, text });
  }

  #tellEnded(results: readonly StageResult[]): void {
    for (const { index, command: _, stderr: __, error, ...result } of results) {
      if (this.#ended.has(index) || (result.endedAt === undefined && error === undefined)) continue;
      this.#ended.add(index);
      const message =
        error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) };
      this.#tell('stage', { stage: index + 1, command: this.#names[index], ...result, ...message });
    }
  }

  #tell(event: string, facts: object): void {
    this.#stream.write(`${JSON.stringify({ event, at: Date.now(), ...facts })}\n`);
  }
}

const LOOK_EVERY = 500; // milliseconds
