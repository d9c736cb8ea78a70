/** What stages say while a view stands below it on the screen: cut into whole lines. */
import { stripVTControlCharacters } from 'node:util';
import { printable } from '../../proc/index.js';
import { harmless, isBeyondLines } from '../terminal/harmless.js';

/** What comes from one descriptor of a stage. */
export interface Said {
  push(bytes: Uint8Array): void;
  /** The whole lines that came since the last call; with `isLast` all that is there. */
  take(isLast: boolean): Uint8Array;
  /** The line that is not whole yet, as it may be shown for now. */
  readonly partial: string;
}

/** Standard error: it keeps its colours, and loses what would move the cursor. */
export class SaidOnStderr implements Said {
  readonly #decoder = new TextDecoder();
  #lines = '';
  #rest = '';

  push(bytes: Uint8Array): void {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    this.#lines += text.slice(0, end);
    const rest = text.slice(end);
    // What was overwritten is over.
    this.#rest = rest.slice(rest.lastIndexOf('\r', rest.length - 2) + 1);
    if (this.#rest.length > LINE_MAX) {
      this.#lines += `${this.#rest}\n`;
      this.#rest = '';
    }
  }

  take(isLast: boolean): Uint8Array {
    let said = this.#lines;
    if (isLast) {
      const rest = this.#rest + this.#decoder.decode(); // half a character, too
      if (rest !== '') said += `${rest}\n`;
      this.#rest = '';
    }
    this.#lines = '';
    return Buffer.from(said.split('\n').map(harmless).join('\r\n'));
  }

  get partial(): string {
    return plain(this.#rest);
  }
}

/** The output of the last stage, on its way to the terminal: never changed. */
export class SaidOnStdout implements Said {
  /** Whether it does more with the terminal than to write lines: then nothing else may be on the screen. */
  isScreen = false;

  #lines: Uint8Array[] = [];
  #rest: Uint8Array = new Uint8Array(0);

  push(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#rest, bytes]);
    const end = all.lastIndexOf(LINE_FEED) + 1;
    if (end > 0) this.#lines.push(all.subarray(0, end));
    this.#rest = all.subarray(end);
    this.isScreen ||= this.#rest.length > LINE_MAX || isBeyondLines(all.toString('latin1'));
  }

  take(isLast: boolean): Uint8Array {
    if (isLast) {
      this.#lines.push(this.#rest);
      this.#rest = new Uint8Array(0);
    }
    const all = Buffer.concat(this.#lines);
    this.#lines = [];
    return all;
  }

  get partial(): string {
    return plain(new TextDecoder().decode(this.#rest));
  }
}

/** A line without colours, which can be cut anywhere. */
function plain(line: string): string {
  return printable(stripVTControlCharacters(harmless(line)).replaceAll('\t', ' '));
}

const LINE_FEED = 10;
const LINE_MAX = 16_384; // bytes, or characters
