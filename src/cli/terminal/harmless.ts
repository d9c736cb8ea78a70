/**
 * A line of text that a program wrote for a terminal, less what does more there than to show letters and to colour them. Of
 * a line that was overwritten by means of carriage returns, as progress is shown, what is to be seen last.
 */
export function harmless(line: string): string {
  const shown = line.slice(line.lastIndexOf('\r', line.length - 2) + 1);
  const kept = shown
    .replace(SEQUENCE, (sequence) => (COLOUR.test(sequence) ? sequence : ''))
    .replace(CONTROL, '')
    .replace(LONELY_ESCAPE, '');
  return kept.includes(ESCAPE) ? `${kept}${ESCAPE}[0m` : kept;
}

/** Whether bytes, taken as Latin-1, hold sequences beyond colours and clearing the rest of a line. */
export function isBeyondLines(text: string): boolean {
  return BEYOND_LINES.test(text);
}

const ESCAPE = '\u001b';
const BELL = '\u0007';
/** Of ECMA-48: CSI with parameters, OSC up to its end, and the short ones. */
const SEQUENCE = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESCAPE}]*(?:${BELL}|${ESCAPE}\\\\)?|[ -/]*[0-~])`,
  'g',
);
const COLOUR = new RegExp(`^${ESCAPE}\\[[\\d;:]*m$`);
const CONTROL = new RegExp(`(?![\\t${ESCAPE}])\\p{Cc}`, 'gu');
const LONELY_ESCAPE = new RegExp(`${ESCAPE}(?!\\[[\\d;:]*m)`, 'g');
/** A sequence that is not whole yet may still become a colour. */
const BEYOND_LINES = new RegExp(`${ESCAPE}(?!\\[[\\d;:]*[mK]|\\[[\\d;:]*$|$)`);
