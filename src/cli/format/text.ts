import { fit, lengthWithin } from './columns.js';
import { type Style, type Styler, stylerFor } from './styles.js';

/**
 * Text for people: no wider than 80 columns, and with styles only where the output is a terminal that wants them, so
 * that a file or NO_COLOR gets plain text. Nothing is told by a style alone.
 */
export class Page {
  readonly width: number; // columns
  readonly #stream: NodeJS.WriteStream;
  readonly #style: Styler;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.width = Math.max(WIDTH_MIN, Math.min(stream.columns || WIDTH_MAX, WIDTH_MAX));
    this.#style = stylerFor(stream);
  }

  line(text = ''): void {
    this.#stream.write(`${text}\n`);
  }

  /** Lines that may be wider than 80 columns: cut at the edge of a terminal, whole anywhere else. At once. */
  text(lines: readonly string[]): void {
    // A terminal whose size nobody has set says 0.
    const columns = (this.#stream.isTTY && this.#stream.columns) || Number.POSITIVE_INFINITY;
    const shown = lines.map((line) => fit(line, columns));
    this.#stream.write(`${shown.join('\n')}\n`);
  }

  style(style: Style, text: string): string {
    return this.#style(style, text);
  }

  /** Words, wrapped. */
  paragraph(text: string): void {
    for (const line of wrap(text, this.width)) this.line(line);
  }

  /** A title at the left edge and a remark at the right, below it where there is no room beside it. */
  heading(title: string, remark: string): void {
    const space = this.width - title.length - remark.length;
    const styled = [this.style('heading', title), this.style('quiet', remark)];
    this.line(space < 2 ? styled.join('\n   ') : styled.join(' '.repeat(space)));
  }

  /** What something is called, how much it is, and below it a long value. */
  pair(title: string, amount: string, value: string): void {
    const space = Math.max(2, value.length - title.length - amount.length);
    this.line(`   ${title}${' '.repeat(space)}${amount}`);
    this.line(`   ${this.style('quiet', value)}`);
  }

  /** What somebody else said, wrapped, behind a rule. */
  quote(text: string): void {
    for (const line of text.trimEnd().split('\n')) {
      const bar = this.style('quiet', QUOTE);
      for (const part of wrap(line, this.width - QUOTE.length, HANGING)) this.line(`${bar}${part}`);
    }
  }

  /** Whether something is as it should be, and what it is. */
  verdict(isGood: boolean, text: string): void {
    const [first = '', ...others] = wrap(text, this.width - VERDICT_INDENT);
    const mark = isGood ? this.style('good', '✓') : this.style('bad', '✗');
    this.line(`   ${mark} ${isGood ? first : this.style('bad', first)}`);
    for (const line of others)
      this.line(`${' '.repeat(VERDICT_INDENT)}${isGood ? line : this.style('bad', line)}`);
  }
}

/** 40000 as 40,000. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** Breaks `line` at spaces; it keeps its indentation, and what follows its first line is indented by `hanging` more. */
export function wrap(line: string, width: number, hanging = 0): string[] {
  const indent = Math.min(line.length - line.trimStart().length, Math.floor(width / 2));
  const margin = ' '.repeat(indent + hanging);
  const lines: string[] = [];
  let rest = ' '.repeat(indent) + line.trim();
  for (let fits = lengthWithin(rest, width); fits < rest.length; fits = lengthWithin(rest, width)) {
    const space = rest.lastIndexOf(' ', fits);
    const end = space > margin.length ? space : Math.max(fits, margin.length + 1);
    lines.push(rest.slice(0, end).trimEnd());
    rest = margin + rest.slice(end).trimStart();
  }
  lines.push(rest);
  return lines;
}

const WIDTH_MIN = 40; // columns
const WIDTH_MAX = 80; // columns
const HANGING = 2; // columns, in what is quoted: tells a broken line from the next one
const QUOTE = '   │ ';
const VERDICT_INDENT = 5; // columns
