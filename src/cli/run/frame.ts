/** One frame of the live view: a row for each stage, the pipes between them, and how far the whole is. */

import { printable } from '../../proc/index.js';
import { bytes, clock, percent, rate } from '../format/amounts.js';
import { columnsOf, padded, paddedLeft } from '../format/columns.js';
import { type Cell, lineOf } from '../format/line.js';
import type { Style, Styler } from '../format/styles.js';
import type { LinkSample, Sample, StageSample } from './sample.js';

export interface FrameOptions {
  /** What the stages are called. */
  readonly names: readonly string[];
  /** Columns that a line may have. */
  readonly columns: number;
  /** Lines that there may be. */
  readonly rows: number;
  readonly styler: Styler;
}

/** The lines, each within `columns`, and all of them within `rows`. */
export function frame(sample: Sample, { names, columns, rows, styler }: FrameOptions): string[] {
  const layout = new Layout(columns, sample.stages);
  const line = (cells: readonly Cell[]): string => lineOf(cells, columns, styler);
  const footer = line([['quiet', joined(totals(sample), columns)]]);
  const { stages, links } = sample;
  const pipes = stages.length - 1;
  // What there is no room for goes in this order: the head, the pipes, some of the stages.
  const hasHead = stages.length + pipes + 2 <= rows;
  const hasPipes = stages.length + pipes + 1 <= rows;
  const most = Math.max(1, stages.length + 1 <= rows ? stages.length : rows - 2);
  const first = firstShown(sample, most);
  const body = stages.slice(first, first + most).flatMap((stage) => {
    const name = printable(names[stage.index] as string);
    const isBottleneck = stage.index === sample.bottleneck;
    const row = line(layout.stage(stage, name, isBottleneck));
    const link = hasPipes ? links[stage.index] : undefined;
    return link === undefined ? [row] : [row, line(layout.pipe(link))];
  });
  const rest = stages.length - most;
  const left = rest > 0 ? [line([['quiet', `  and ${rest} ${rest === 1 ? 'stage' : 'stages'} more`]])] : [];
  const head = hasHead ? [line([['quiet', layout.head]])] : [];
  return [...head, ...body, ...left, footer].slice(0, rows);
}

/** Which columns there is room for; the name of a stage gets what is left. */
class Layout {
  readonly head: string;
  readonly #count: number; // stages
  readonly #indexWidth: number; // columns, as those below
  readonly #stateWidth: number;
  readonly #hasCpu: boolean;
  readonly #hasRate: boolean;
  readonly #hasBytes: boolean;
  readonly #barWidth: number;

  constructor(columns: number, stages: readonly StageSample[]) {
    this.#count = stages.length;
    this.#indexWidth = String(stages.length).length;
    this.#hasCpu = columns >= 36;
    this.#hasRate = columns >= 48;
    this.#hasBytes = columns >= 58;
    const widest = Math.max(...stages.map((stage) => stateOf(stage, stages.length)[1].length));
    this.#stateWidth = this.#hasCpu ? STATE_WIDTH : widest;
    this.#barWidth = Math.max(4, Math.min(BAR_MAX, columns - 24));
    const amounts = [
      this.#hasCpu ? paddedLeft('CPU', CPU_WIDTH) : '',
      this.#hasBytes ? paddedLeft('OUT', BYTES_WIDTH) : '',
      this.#hasRate ? paddedLeft('RATE', RATE_WIDTH) : '',
    ];
    this.head = `${' '.repeat(this.#indexWidth + 3)}${padded('STATE', this.#stateWidth)}${amounts.join('')}  STAGE`;
  }

  stage(stage: StageSample, name: string, isBottleneck: boolean): Cell[] {
    const [style, state] = stateOf(stage, this.#count);
    const hasEnded = stage.state === 'ended';
    const amounts = [
      this.#hasCpu ? paddedLeft(hasEnded ? '' : percent(stage.cpu), CPU_WIDTH) : '',
      this.#hasBytes
        ? paddedLeft(stage.bytesOut === undefined ? '' : bytes(stage.bytesOut), BYTES_WIDTH)
        : '',
      this.#hasRate
        ? paddedLeft(hasEnded || stage.rateOut === undefined ? '' : rate(stage.rateOut), RATE_WIDTH)
        : '',
    ];
    const word = padded(state, this.#stateWidth);
    return [
      isBottleneck ? ['warning', '►'] : ' ',
      ` ${paddedLeft(String(stage.index + 1), this.#indexWidth)} `,
      isBottleneck ? ['warning', word] : style === undefined ? word : [style, word],
      `${amounts.join('')}${this.#hasCpu ? '  ' : ' '}`,
      isBottleneck ? ['heading', name] : name,
    ];
  }

  pipe({ capacity, queued }: LinkSample): Cell[] {
    const margin = `${' '.repeat(this.#indexWidth + 1)}│ `;
    if (capacity === undefined || queued === undefined) return [['quiet', margin.trimEnd()]];
    const share = Math.min(1, queued / capacity);
    // A little is not nothing, and nearly full is not full.
    const cells = share < 0.5 ? Math.ceil(share * this.#barWidth) : Math.floor(share * this.#barWidth);
    const isFull = share > FULL;
    return [
      ['quiet', margin],
      isFull ? ['warning', '█'.repeat(cells)] : '█'.repeat(cells),
      ['quiet', '░'.repeat(this.#barWidth - cells)],
      ` ${paddedLeft(percent(share), CPU_WIDTH - 1)}`,
      ['quiet', ` of ${bytes(capacity)}`],
    ];
  }
}

/** What a stage does, in words that fit into the column. */
function stateOf({ index, state, result }: StageSample, count: number): [Style | undefined, string] {
  switch (state) {
    case 'blocked':
      return [undefined, index === count - 1 ? 'waits for output' : `waits for ${index + 2}`];
    case 'starved':
      return [undefined, index === 0 ? 'waits for input' : `waits for ${index}`];
    case 'terminal':
      return [undefined, 'waits for you'];
    case 'sleeping':
      return [undefined, 'sleeps'];
    case 'waiting':
      return [undefined, 'waits'];
    case 'stopped':
      return ['bad', 'stopped'];
    case 'ended':
      break;
    default:
      return [undefined, state];
  }
  if (result === undefined || result.ok || result.forgiven) return ['quiet', 'done'];
  if (result.signal !== null) return ['bad', result.signal];
  return ['bad', result.code === null ? 'not started' : `exit ${result.code}`];
}

/** The first of the stages that are shown when not all can be: the bottleneck is among them. */
function firstShown({ stages, bottleneck }: Sample, most: number): number {
  const middle = (bottleneck ?? 0) - Math.floor(most / 2);
  return Math.max(0, Math.min(middle, stages.length - most));
}

/** The time that has passed, what is left, and what went in and came out. */
function totals({ elapsed, input, stages }: Sample): string[] {
  const parts = [` ${clock(elapsed)}`];
  if (input !== undefined) {
    const left = input.left === undefined ? '' : `, about ${clock(input.left)} left`;
    const name = printable(input.path.slice(input.path.lastIndexOf('/') + 1));
    parts.push(`${percent(input.position / input.size)} of ${name}${left}`);
  }
  const [first, last] = [stages[0]?.bytesIn, stages.at(-1)?.bytesOut];
  if (first !== undefined) parts.push(`${bytes(first)} in`);
  if (last !== undefined) parts.push(`${bytes(last)} out`);
  return parts;
}

/** As many of the parts as there is room for. */
function joined(parts: readonly string[], columns: number): string {
  return parts.reduce((line, part) => {
    const longer = `${line}  ${part}`;
    return columnsOf(longer) <= columns ? longer : line;
  });
}

const STATE_WIDTH = 17; // columns, as those below
const CPU_WIDTH = 6;
const BYTES_WIDTH = 9;
const RATE_WIDTH = 11;
const BAR_MAX = 32;
const FULL = 0.95; // of the capacity
