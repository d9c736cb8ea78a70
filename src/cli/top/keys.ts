/** What was typed, key by key. Terminals send several at a time, and several characters for one. */
export function keysOf(typed: string): string[] {
  return (typed.match(KEY) ?? []).map((key) => NAMES[key] ?? key);
}

const ESCAPE = '\u001b';
const KEY = new RegExp(`${ESCAPE}(?:\\[[0-9;]*[A-Za-z~]|O.)?|[\\s\\S]`, 'gu');

const NAMES: Readonly<Record<string, string>> = {
  [ESCAPE]: 'escape',
  [`${ESCAPE}[A`]: 'up',
  [`${ESCAPE}[B`]: 'down',
  [`${ESCAPE}OA`]: 'up',
  [`${ESCAPE}OB`]: 'down',
  [`${ESCAPE}[5~`]: 'page up',
  [`${ESCAPE}[6~`]: 'page down',
  [`${ESCAPE}[H`]: 'home',
  [`${ESCAPE}[1~`]: 'home',
  '\r': 'enter',
  '\n': 'enter',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'ctrl-c',
  '\u0004': 'ctrl-d',
  '\u0015': 'ctrl-u',
  '\u001a': 'ctrl-z',
};
