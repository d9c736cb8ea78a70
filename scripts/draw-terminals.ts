/** Screens of terminals as one SVG, below each other. Each run of equal cells is as wide as its columns on any font. */

export interface Cell {
  readonly text: string;
  readonly isBold: boolean;
  /** Of the palette of 256; the terminal's own when there is none. */
  readonly colour: number | undefined;
}

/** @param title What it shows, for whoever cannot see it. */
export function drawTerminals(
  screens: readonly (readonly Cell[][])[],
  columns: number,
  title: string,
): string {
  const width = columns * CELL_WIDTH + 2 * PADDING;
  let top = 0;
  const windows = screens.map((rows) => {
    const height = rows.length * CELL_HEIGHT + 2 * PADDING;
    const lines = rows.flatMap((row, y) => drawRow(row, top + PADDING + y * CELL_HEIGHT));
    const frame = `<rect x="0.5" y="${top + 0.5}" width="${width - 1}" height="${height - 1}" rx="8" fill="${BACKGROUND}" stroke="#30363d"/>`;
    top += height + GAP;
    return [frame, ...lines].join('\n');
  });
  const height = top - GAP;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"
 font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}">
<title>${escaped(title)}</title>
${windows.join('\n')}
</svg>
`;
}

function drawRow(row: readonly Cell[], y: number): string[] {
  const drawn: string[] = [];
  for (let x = 0; x < row.length; ) {
    const first = row[x] as Cell;
    let end = x + 1;
    while (end < row.length && isSameRun(first, row[end] as Cell)) end++;
    drawn.push(...drawRun(row.slice(x, end), round(PADDING + x * CELL_WIDTH), y));
    x = end;
  }
  return drawn;
}

function isSameRun(a: Cell, b: Cell): boolean {
  return a.colour === b.colour && a.isBold === b.isBold && kindOf(a) === kindOf(b);
}

/** Blocks and lines are drawn as such: fonts leave gaps between them. */
function kindOf({ text }: Cell): string {
  return text in BLOCKS || text === LINE || text === ' ' ? text : 'letters';
}

function drawRun(cells: readonly Cell[], x: number, y: number): string[] {
  const { colour, isBold, text } = cells[0] as Cell;
  const fill = colour === undefined ? FOREGROUND : (PALETTE[colour] ?? FOREGROUND);
  const width = round(cells.length * CELL_WIDTH);
  const opacity = BLOCKS[text];
  if (text === ' ') return [];
  if (text === LINE) {
    return [
      `<rect x="${round(x + CELL_WIDTH / 2 - 0.5)}" y="${y}" width="1" height="${CELL_HEIGHT}" fill="${fill}"/>`,
    ];
  }
  if (opacity !== undefined) {
    const shade = opacity === 1 ? '' : ` opacity="${opacity}"`;
    return [
      `<rect x="${x}" y="${y + 3}" width="${width}" height="${CELL_HEIGHT - 6}" fill="${fill}"${shade}/>`,
    ];
  }
  const weight = isBold ? ' font-weight="bold"' : '';
  const letters = escaped(cells.map((cell) => cell.text).join(''));
  return [
    `<text x="${x}" y="${y + BASELINE}" fill="${fill}"${weight} textLength="${width}" lengthAdjust="spacingAndGlyphs">${letters}</text>`,
  ];
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const LINE = '│';
/** How dense each is. */
const BLOCKS: Readonly<Record<string, number>> = { '█': 1, '░': 0.3 };
const PALETTE: Readonly<Record<number, string>> = { 1: '#ff7b72', 2: '#3fb950', 3: '#e3b341', 8: '#8b949e' };
const FOREGROUND = '#e6edf3';
const BACKGROUND = '#0d1117';
const CELL_WIDTH = 8.4; // pixels, as those below
const CELL_HEIGHT = 19;
const BASELINE = 14;
const FONT_SIZE = 14;
const PADDING = 14;
const GAP = 10;
