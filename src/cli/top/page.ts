/** The screen of `pipework top`, from what was seen and what the keys have set. */
import { type Chain, type ProcessNode, printable } from '../../proc/index.js';
import { bytes } from '../format/amounts.js';
import { fit, padded, paddedLeft } from '../format/columns.js';
import { type Cell, lineOf } from '../format/line.js';
import type { Styler } from '../format/styles.js';
import type { Looked } from '../ps/looked.js';
import { remarks } from '../ps/remarks.js';
import { mainEnd, stateWord } from '../ps/words.js';
import type { Settings, Sort } from './settings.js';
import type { ProcessRates } from './traffic.js';

export interface PageOptions {
  readonly looked: Looked;
  readonly rates: ReadonlyMap<number, ProcessRates>;
  /** Whose pipelines are shown; without it all. */
  readonly pids: readonly number[] | undefined;
  readonly settings: Settings;
  readonly columns: number;
  readonly rows: number;
  readonly styler: Styler;
}

/** What is on the screen. */
export interface Shown {
  /** As many lines as there are rows at most, each within the columns. */
  readonly lines: readonly string[];
  /** Rows above the first one that is shown: nobody scrolls beyond the last one. */
  readonly scroll: number;
}

export function page(options: PageOptions): Shown {
  const { looked, rates, settings, columns, rows, styler } = options;
  const line = (cells: readonly Cell[]): string => lineOf(cells, columns, styler);
  const all = rowsOf(options);
  const pids = new Set(all.flatMap((node) => node?.pid ?? []));
  const said = remarks(looked, pids)
    .slice(0, Math.max(0, Math.floor(rows / 4)))
    .map((remark) => line([[remark.startsWith('Deadlock') ? 'bad' : 'quiet', fit(remark, columns)]]));
  const room = Math.max(1, rows - FRAME - said.length);
  const scroll = Math.min(settings.scroll, Math.max(0, all.length - room));
  const layout = new Layout(columns);
  const body = all
    .slice(scroll, scroll + room)
    .map((node) => (node === undefined ? '' : line(layout.row(looked, node, rates.get(node.pid)))));
  if (all.length === 0) body.push(line([['quiet', NOBODY]]));
  const lines = [line(title(options, pids.size)), line([['quiet', layout.head(settings.sort)]]), ...body];
  while (lines.length < rows - 1 - said.length) lines.push('');
  const last = line(footer(settings, scroll + room < all.length || scroll > 0));
  return { lines: [...lines, ...said, last].slice(-rows), scroll };
}

/** How many rows one page has. */
export function pageSize(rows: number): number {
  return Math.max(1, rows - FRAME);
}

/** Processes in their order, with `undefined` between pipelines. */
function rowsOf({ looked, rates, pids, settings }: PageOptions): (ProcessNode | undefined)[] {
  const { sort, filter } = settings;
  const wanted = filter.toLowerCase();
  const isWanted = ({ pid, command }: ProcessNode): boolean =>
    command.toLowerCase().includes(wanted) || String(pid).includes(wanted);
  const chains = shownChains(looked, pids)
    .sort((a, b) => urgency(a) - urgency(b))
    .map(({ stages }) =>
      stages.flatMap(({ pid }) => (pid === process.pid ? [] : (looked.process(pid) ?? []))).filter(isWanted),
    )
    .filter((chain) => chain.length > 0);
  if (sort === 'pipeline') return chains.flatMap((chain, i) => (i === 0 ? chain : [undefined, ...chain]));
  const rank = (node: ProcessNode): number => RANKS[sort](rates.get(node.pid), node);
  return chains.flat().sort((a, b) => rank(b) - rank(a) || a.pid - b.pid);
}

function shownChains({ verdict }: Looked, pids: readonly number[] | undefined): Chain[] {
  return verdict.chains.filter(({ stages, pipes }) =>
    pids === undefined ? pipes.length > 0 : stages.some(({ pid }) => pids.includes(pid)),
  );
}

/** Those that stand still come first, then those in which somebody is waited for. */
function urgency({ stages, bottlenecks }: Chain): number {
  if (stages.some(({ role }) => role === 'stuck')) return 0;
  return bottlenecks.length > 0 ? 1 : 2;
}

const RANKS: Readonly<
  Record<Exclude<Sort, 'pipeline'>, (rates: ProcessRates | undefined, node: ProcessNode) => number>
> = {
  cpu: (rates) => rates?.cpu ?? -1,
  in: (rates) => rates?.bytesIn ?? -1,
  out: (rates) => rates?.bytesOut ?? -1,
  pid: (_, { pid }) => -pid,
};

/** Which columns there is room for; the command gets what is left. */
class Layout {
  readonly #hasWaits: boolean;
  readonly #hasCpu: boolean;
  readonly #hasRates: boolean;
  readonly #hasBar: boolean;

  constructor(columns: number) {
    this.#hasWaits = columns >= 34;
    this.#hasCpu = columns >= 42;
    this.#hasRates = columns >= 62;
    this.#hasBar = columns >= 72;
  }

  head(sort: Sort): string {
    const name = (title: string, by: Sort): string => (sort === by ? `${title}*` : title);
    return [
      ` ${paddedLeft(name('PID', 'pid'), PID)} ${padded('STATE', STATE)}`,
      this.#hasWaits ? paddedLeft('WAITS ON', WAITS) : '',
      this.#hasCpu ? paddedLeft(name('CPU', 'cpu'), CPU) : '',
      this.#hasRates ? paddedLeft(name('IN/s', 'in'), RATE) + paddedLeft(name('OUT/s', 'out'), RATE) : '',
      this.#hasBar ? `  ${padded('OUT', BAR)}` : '',
      '  COMMAND',
    ].join('');
  }

  row(looked: Looked, node: ProcessNode, rates: ProcessRates | undefined): Cell[] {
    const stage = looked.stage(node.pid);
    const isBottleneck = stage?.role === 'bottleneck';
    const [first, ...more] = stage?.waitsFor ?? [];
    const waits = first === undefined ? '' : `${first}${more.length > 0 ? '+' : ''}`;
    const state = padded(stateWord(node.state), STATE);
    const rate = (amount: number | undefined): string =>
      paddedLeft(amount === undefined ? '' : bytes(amount), RATE);
    return [
      isBottleneck ? ['warning', '►'] : stage?.role === 'stuck' ? ['bad', '!'] : ' ',
      `${paddedLeft(String(node.pid), PID)} `,
      isBottleneck ? ['warning', state] : stage?.role === 'stuck' ? ['bad', state] : state,
      this.#hasWaits ? paddedLeft(waits, WAITS) : '',
      this.#hasCpu ? paddedLeft(rates === undefined ? '' : `${Math.round(rates.cpu * 100)} %`, CPU) : '',
      this.#hasRates ? rate(rates?.bytesIn) + rate(rates?.bytesOut) : '',
      ...(this.#hasBar ? this.#bar(looked, node) : []),
      `  ${printable(node.command)}`,
    ];
  }

  /** How full the pipe is that it writes to. */
  #bar(looked: Looked, node: ProcessNode): Cell[] {
    const end = mainEnd(node, 'write');
    const pipe = end && looked.pipe(end.pipe);
    if (pipe?.queued === undefined || pipe.capacity === undefined) return [' '.repeat(BAR + 2)];
    const share = Math.min(1, pipe.queued / pipe.capacity);
    const cells = share < 0.5 ? Math.ceil(share * BAR) : Math.floor(share * BAR);
    const full = '█'.repeat(cells);
    return ['  ', share > FULL ? ['warning', full] : full, ['quiet', '░'.repeat(BAR - cells)]];
  }
}

function title({ looked, pids, settings }: PageOptions, count: number): Cell[] {
  const { isPaused, filter, typing } = settings;
  const pipelines = shownChains(looked, pids).length;
  const time = new Date(looked.graph.at).toTimeString().slice(0, 8);
  const shown = filter === '' ? '' : `  filter ${printable(filter)}: ${count}`;
  return [
    ['title', 'pipework top'],
    `  ${time}  ${pipelines} ${pipelines === 1 ? 'pipeline' : 'pipelines'}`,
    typing === undefined ? shown : '',
    ['warning', isPaused ? '  paused' : ''],
  ];
}

function footer({ typing }: Settings, isMore: boolean): Cell[] {
  if (typing !== undefined)
    return [
      ['title', `/${printable(typing)}`],
      ['quiet', '█  enter: keep  esc: clear'],
    ];
  return [['quiet', isMore ? `${KEYS}  ↑↓` : KEYS]];
}

const KEYS = ' q quit  space pause  / filter  sort: g pipelines c CPU i in o out p PID';
const NOBODY = ' There is no such process with a pipe.';
const FRAME = 3; // rows: the title, the head, the keys
const PID = 7; // columns, as those below
const STATE = 9;
const WAITS = 9;
const CPU = 6;
const RATE = 9;
const BAR = 8;
const FULL = 0.95; // of the capacity
