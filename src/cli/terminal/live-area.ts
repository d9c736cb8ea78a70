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

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  /**
   * @param lines Each has to be narrower than the terminal, and all of them lower.
   * @param above Whole lines that go above, for good.
   */
  draw(lines: readonly string[], above: Uint8Array = NOTHING): void {
    const home = this.#home();
    const frame = `${lines.map((line) => `${line}${CLEAR_LINE}\r\n`).join('')}${CLEAR_BELOW}`;
    this.#widths = lines.map((line) => columnsOf(stripVTControlCharacters(line)));
    if (above.length === 0) this.#stream.write(`${home}${frame}`);
    else this.#stream.write(Buffer.concat([Buffer.from(`${home}${CLEAR_BELOW}`), above, Buffer.from(frame)]));
  }

  /** Takes the lines away; `above` may be anything. */
  erase(above: Uint8Array = NOTHING): void {
    const home = this.#widths.length === 0 ? '' : `${this.#home()}${CLEAR_BELOW}`;
    this.#widths = [];
    if (home !== '' || above.length > 0) this.#stream.write(Buffer.concat([Buffer.from(home), above]));
  }

  /** Somebody else has used the screen: what is drawn next begins where the cursor is, and the old lines stay. */
  forget(): void {
    this.#widths = [];
  }

  /** To the beginning of the first line. A terminal that has become narrower has broken the lines anew. */
  #home(): string {
    if (this.#widths.length === 0) return '\r';
    const { columns } = this.#stream;
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
