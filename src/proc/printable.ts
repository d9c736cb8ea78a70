import { describe } from '../io/arguments.js';

/**
 * Text of others as it may be shown on a terminal: what would move the cursor, change the order of letters or not be seen
 * at all is written as an escape, `\n` or `\x1b`. Everything else stays.
 *
 * @param text As a graph has it.
 * @returns The same, in one line.
 * @throws {TypeError} It is no text.
 * @example
 * ```ts
 * import * as proc from 'pipework/proc';
 *
 * console.log(proc.printable('rm \u001b[2J')); // prints rm \x1b[2J
 * ```
 */
export function printable(text: string): string {
  if (typeof text !== 'string') throw new TypeError(`text must be a string, got ${describe(text)}`);
  return PLAIN.test(text) ? text : text.replace(UNSEEN, escaped);
}

/** Most text is this, and the other expression takes milliseconds to be made. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Controls, formats (marks of direction, joiners), line and paragraph separators, and what is no character. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Cn}\p{Co}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0) as number;
  const hex = code.toString(16).padStart(2, '0');
  return SHORT[character] ?? (code < 0x100 ? `\\x${hex}` : `\\u{${hex}}`);
}
