/**
 * How wide text is on a terminal. Where terminals differ this is what the widest of them makes of it, so that a line that
 * fits by this count fits on any. For text that `printable()` has been through.
 */

/** Columns that `text` takes. */
export function columnsOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += columnsOfOne(character);
  return columns;
}

/** As much of `text` as fits into `columns`; when it is cut its last column is an ellipsis. */
export function fit(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  return columns < 1 ? '' : `${text.slice(0, lengthWithin(text, columns - 1))}…`;
}

/** The length of what fits of `text` into `columns`. */
export function lengthWithin(text: string, columns: number): number {
  if (NARROW.test(text)) return Math.min(text.length, columns);
  let used = 0;
  let length = 0;
  for (const character of text) {
    used += columnsOfOne(character);
    if (used > columns) break;
    length += character.length;
  }
  return length;
}

/** `text` with blanks behind it, as many as `columns` asks for. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

/** `text` with blanks before it. */
export function paddedLeft(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - columnsOf(text))) + text;
}

function columnsOfOne(character: string): number {
  if (NARROW.test(character)) return 1;
  // A variation selector may make what stands before it wide, as an emoji.
  if (character === '\ufe0f') return 1;
  if (COMBINING.test(character)) return 0;
  const code = character.codePointAt(0) as number;
  return WIDE.some(([first, last]) => code >= first && code <= last) || EMOJI.test(character) ? 2 : 1;
}

const NARROW = /^[\x20-\x7e]*$/;
const COMBINING = /[\p{Mn}\p{Me}]/u;
const EMOJI = /\p{Emoji_Presentation}/u;

/** What Unicode's East Asian Width has as wide or full-width, in blocks. */
const WIDE: readonly (readonly [first: number, last: number])[] = [
  [0x1100, 0x115f], // Hangul's initial consonants
  [0x2e80, 0x303e], // radicals, punctuation
  [0x3041, 0xa4cf], // Kana, CJK, Yi
  [0xa960, 0xa97c], // more of Hangul
  [0xac00, 0xd7a3], // Hangul
  [0xf900, 0xfaff], // CJK, for compatibility
  [0xfe10, 0xfe19], // upright forms
  [0xfe30, 0xfe6f], // forms for compatibility, small forms
  [0xff01, 0xff60], // full-width forms
  [0xffe0, 0xffe6], // full-width signs
  [0x16fe0, 0x18cff], // Tangut, Khitan
  [0x1aff0, 0x1b2fb], // more of Kana, Nushu
  [0x1d300, 0x1d376], // counting rods and tetragrams
  [0x1f200, 0x1f251], // squared ideographs
  [0x1f300, 0x1faff], // pictures
  [0x20000, 0x3fffd], // CJK
];
