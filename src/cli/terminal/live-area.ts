/**
 * Lines at the bottom of a terminal that are drawn again and again while other text goes above them. It enters no state
 * that somebody would have to end: no other screen, no hidden cursor, no mode of the terminal. Whenever this process is
 * killed, the lines stay where they are, the cursor stands below them at the left edge, and the terminal is as it was.
 *
 * Every frame is one write, and overwrites the one before in place.
 */
import { stripVTControlCharacters } from 'node:util';
import { columnsOf } from '../format/columns.js';

export class LiveArea {
  readonly #stream: NodeJS.WriteStream;
  /** How wide the lines are that were drawn last, in columns. */
  #widths: number[] = [];
  #columns = 0; // of the terminal, then

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /**
   * @param lines Each has to be narrower than the terminal, and all of them lower.
   * @param above Whole lines that go above, for good.
   */
  draw(lines: readonly string[], above: Uint8Array = NOTHING): void {
    const hasChanged = this.#columns !== this.#stream.columns;
    const home = this.#home();
    this.#columns = this.#stream.columns;
    const frame = `${lines.map((line) => `${line}${CLEAR_LINE}\r\n`).join('')}${CLEAR_BELOW}`;
    this.#widths = lines.map((line) => columnsOf(stripVTControlCharacters(line)));
    // In place where that may be: it does not flicker.
    const cleared = above.length > 0 || hasChanged ? CLEAR_BELOW : '';
    this.#stream.write(Buffer.concat([Buffer.from(`${home}${cleared}`), above, Buffer.from(frame)]));
  }

  /** Takes the lines away. */
  erase(): void {
    if (this.#widths.length === 0) return;
    this.#stream.write(`${this.#home()}${CLEAR_BELOW}`);
    this.#widths = [];
  }

  /** Somebody else has used the screen: the lines stay, and what is drawn next begins below the cursor. */
  forget(): void {
    this.#widths = [];
  }

  /** To the beginning of the first line. A terminal that has become narrower has broken the lines anew. */
  #home(): string {
    const { columns } = this.#stream;
    // Where the cursor is nobody knows: so many blanks lead from the left edge no further than to the right one, where all
    // terminals wait for more before they begin a line, and from anywhere else into the next line.
    if (this.#widths.length === 0) return `${' '.repeat(columns)}\r`;
    const heights = this.#widths.map((width) => (REFLOWS ? Math.max(1, Math.ceil(width / columns)) : 1));
    return `\r\x1b[${heights.reduce((a, b) => a + b)}A`;
  }
}

/** Nearly all do; to go up too far would take what others wrote. */
const REFLOWS =
  !/^(linux|screen|vt\d|ansi)/.test(process.env['TERM'] ?? '') && process.env['XTERM_VERSION'] === undefined;

const CLEAR_LINE = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const NOTHING = new Uint8Array(0);
