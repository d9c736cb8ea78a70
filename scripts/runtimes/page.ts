/**
 * docs/runtimes.md: which suite runs on which runtime, and why not where it does not. Only what does not change from one
 * commit to the next stands there, so no counts; whoever runs the suites compares it with what has run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Result } from './text-report.js';

export interface Page {
  /** The suites' names. */
  readonly rows: readonly string[];
  readonly columns: readonly Column[];
}

export interface Column {
  /** A runtime and its version. */
  readonly name: string;
  /** One for each row. */
  readonly cells: readonly Cell[];
}

export interface Cell {
  /** How much of the suite: all that is not skipped passes, or the page is not written. */
  readonly runs: 'yes' | 'in part' | 'no';
  /** The reasons of what is skipped. */
  readonly why: readonly string[];
}

export const PAGE_FILE = 'docs/runtimes.md';

export function readPage(): Page {
  return parsePage(readFileSync(PATH, 'utf8'));
}

export function writePage(page: Page): void {
  writeFileSync(PATH, renderPage(page));
}

/** With `columns` in the place of those that `isOurs` takes for its own, or behind all others if there are none. */
export function replaced(
  page: Page,
  rows: readonly string[],
  columns: readonly Column[],
  isOurs: IsOurs,
): Page {
  const at = page.columns.findIndex(isOurs);
  const others = page.columns.filter((column) => !isOurs(column)).map((column) => moved(page, column, rows));
  const before = at === -1 ? others.length : page.columns.slice(0, at).filter((one) => !isOurs(one)).length;
  return { rows, columns: [...others.slice(0, before), ...columns, ...others.slice(before)] };
}

export type IsOurs = (column: Column) => boolean;

/** What has run, as columns; every suite has to be among the results of every engine. */
export function columnsOf(results: readonly Result[]): Column[] {
  return [...new Set(results.map(({ engine }) => engine))].map((name) => ({
    name,
    cells: results.filter(({ engine }) => engine === name).map(({ outcome }) => cellOf(outcome)),
  }));
}

/** Where `columns` and those of the page that `isOurs` takes for the same differ, besides their names: a line for each. */
export function differences(
  page: Page,
  rows: readonly string[],
  columns: readonly Column[],
  isOurs: IsOurs,
): string[] {
  const written = page.columns.filter(isOurs);
  if (rows.join('\n') !== page.rows.join('\n')) return ['it has other rows'];
  if (written.length !== columns.length) return ['it has other columns'];
  return columns.flatMap(({ name, cells }, column) =>
    cells.flatMap((cell, row) => {
      const [now, then] = [cell, written[column]?.cells[row]].map(showCell);
      return now === then ? [] : [`${rows[row]} on ${name}: ${now}, and the page says: ${then}`];
    }),
  );
}

export function renderPage({ rows, columns }: Page): string {
  const notes = [...new Set(rows.flatMap((_, row) => columns.flatMap(({ cells }) => cells[row]?.why ?? [])))];
  const lines = [
    ['', ...columns.map(({ name }) => name)],
    ['---', ...columns.map(() => '---')],
    ...rows.map((name, row) => [
      name,
      ...columns.map(({ cells }) => {
        const { runs, why } = cells[row] as Cell;
        return [runs, ...why.map((reason) => `(${notes.indexOf(reason) + 1})`)].join(' ');
      }),
    ]),
  ];
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  const list = notes.map((reason, at) => `${at + 1}. ${reason}`).join('\n');
  return `${HEAD}\n${table}\n\n${NOTES}\n\n${list}\n`;
}

/** @throws {Error} It is not what `renderPage()` makes. */
export function parsePage(text: string): Page {
  const notes = Array.from(text.matchAll(/^\d+\. (.*)$/gm), ([, reason = '']) => reason);
  const [head = [], , ...body] = Array.from(text.matchAll(/^\| (.*) \|$/gm), ([, line = '']) =>
    line.split(' | '),
  );
  const columns = head.slice(1).map((name, at) => ({
    name,
    cells: body.map((cells) => parseCell(cells[at + 1] ?? '', notes)),
  }));
  return { rows: body.map(([name = '']) => name), columns };
}

const HEAD = `# Where what runs

A row is a suite of tests, a column a runtime. \`npm run test:runtimes\` and \`npm run test:browser\` run them all, in processes
and in pages of their own; what a cell does not leave out passes there. Each has written its columns with \`-- --write\`, and
fails when they are not as it found them. Node 20.19 is the oldest that works; Chromium is Debian's when they last wrote.

What stands before the comma is what is tested: the pipes in memory of \`pipework\`, its toolkit and its adapters to Web
streams; the pipes between threads of \`pipework/worker\`; \`pipework/testing\`; the kernel pipes of \`pipework/os\`, also around
a FIFO or a pipe that came from outside; the streams of \`pipework/node\`; the pipelines of \`pipework/exec\`; what \`pipework/proc\`
sees of processes. \`posix\`, \`thread\`, \`nowait\` and \`poll\` are ways of calling the kernel that another system, or another runtime,
would choose.
`;

const NOTES = '## What is left out, and why';

const PATH = fileURLToPath(new URL(`../../../${PAGE_FILE}`, import.meta.url));

/** The column on a page that has other rows; of what it knows nothing about, it says so. */
function moved(page: Page, { name, cells }: Column, rows: readonly string[]): Column {
  const unknown: Cell = { runs: 'no', why: ['nobody has tried'] };
  return { name, cells: rows.map((row) => cells[page.rows.indexOf(row)] ?? unknown) };
}

function cellOf({ passed, skipped }: Result['outcome']): Cell {
  const why = [...new Set(skipped.map((one) => one.why))].sort();
  return { runs: why.length === 0 ? 'yes' : passed > 0 ? 'in part' : 'no', why };
}

function parseCell(text: string, notes: readonly string[]): Cell {
  const [, runs, numbers = ''] = /^(yes|in part|no)((?: \(\d+\))*)$/.exec(text) ?? [];
  if (runs === undefined)
    throw new Error(`a cell must be 'yes', 'in part' or 'no' with its notes, got '${text}'`);
  const why = Array.from(numbers.matchAll(/\d+/g), ([number]) => notes[Number(number) - 1] ?? 'no such note');
  return { runs: runs as Cell['runs'], why };
}

function showCell(cell: Cell | undefined): string {
  return cell === undefined ? 'nothing' : [cell.runs, ...cell.why].join(', ');
}
