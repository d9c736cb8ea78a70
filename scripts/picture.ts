/**
 * `npm run picture`: runs a pipeline with its live view, and `pipework why` beside it, on terminals of script(1), and draws
 * what an emulator makes of them into docs/pictures/run.svg. Needs perl, whose program keeps the others waiting.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import xterm from '@xterm/headless';
import { type Cell, drawTerminals } from './draw-terminals.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const picture = join(root, 'docs', 'pictures', 'run.svg');
const folder = mkdtempSync(join(tmpdir(), 'pipework-picture-'));
const TITLE = 'The live view of pipework run, and pipework why beside it';
const COLUMNS = 80;
const ROWS = 24;
const LOOK_EVERY = 100; // milliseconds
/** By then the view has been drawn often, and the time that is left is an estimate of some seconds. */
const IS_SHOWN = / 4\d % of access\.log\.gz, about 0:\d\d left/;

try {
  prepare();
  const run = `pipework run 'zcat access.log.gz' 'perl enrich.pl' 'sort' 'uniq -c' > counts`;
  const running = startOnTerminal(run);
  while (!IS_SHOWN.test(textOf(await running.screen()))) {
    if (running.hasEnded()) throw new Error('the pipeline was over before the picture was taken');
    await pause(LOOK_EVERY);
  }
  const why = startOnTerminal('pipework why $(pgrep -nx sort)');
  await why.ended;
  const screens = [await running.screen(), await why.screen()];
  if (!textOf(screens[1] ?? []).includes('Evidence:')) throw new Error('pipework why has nothing to show');
  running.end();
  await running.ended;
  mkdirSync(dirname(picture), { recursive: true });
  writeFileSync(picture, drawTerminals(screens, COLUMNS, TITLE));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A web server's log, whose sessions do not compress, and a program that takes its time over each line. */
function prepare(): void {
  const session = (i: number): string => createHash('sha1').update(String(i)).digest('hex').slice(0, 16);
  const lines = Array.from(
    { length: 900_000 },
    (_, i) => `10.0.${i % 256}.${i % 7} GET /page/${i % 991}?${session(i)} ${i % 9 === 0 ? 404 : 200}\n`,
  );
  writeFileSync(join(folder, 'access.log.gz'), gzipSync(lines.join('')));
  const enrich = `use Digest::SHA 'sha256_hex';
while (my $line = <STDIN>) {
  my $key = $line;
  $key = sha256_hex($key) for 1 .. 30;
  print substr($key, 0, 2), ' ', (split ' ', $line)[2], "\\n";
}
`;
  writeFileSync(join(folder, 'enrich.pl'), enrich);
  const main = join(root, 'dist', 'cli', 'main.js');
  writeFileSync(join(folder, 'pipework'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`, {
    mode: 0o755,
  });
}

interface OnTerminal {
  readonly ended: Promise<void>;
  hasEnded(): boolean;
  /** What is to be seen, behind a prompt with the command. */
  screen(): Promise<Cell[][]>;
  end(): void;
}

function startOnTerminal(command: string): OnTerminal {
  const emulator = new xterm.Terminal({
    cols: COLUMNS,
    rows: ROWS,
    allowProposedApi: true,
    convertEol: true,
  });
  emulator.write(`\x1b[90m$\x1b[0m ${command}\n`);
  const line = `stty rows ${ROWS} cols ${COLUMNS}; ${command}`;
  const script = spawn('script', ['--quiet', '--return', '--flush', '--command', line, '/dev/null'], {
    cwd: folder,
    env: {
      ...process.env,
      SHELL: '/bin/sh',
      TERM: 'xterm-256color',
      PATH: `${folder}:${process.env['PATH']}`,
    },
  });
  script.stdout.on('data', (bytes: Uint8Array) => emulator.write(bytes));
  return {
    ended: new Promise((resolve) => script.once('close', () => resolve())),
    hasEnded: () => script.exitCode !== null,
    end: () => void script.stdin.write('\x03'),
    async screen() {
      await new Promise<void>((resolve) => emulator.write('', resolve));
      return cellsOf(emulator);
    },
  };
}

function textOf(screen: readonly Cell[][]): string {
  return screen.map((row) => row.map(({ text }) => text).join('')).join('\n');
}

/** The rows of the screen, without the empty ones below. */
function cellsOf({ buffer: { active } }: InstanceType<typeof xterm.Terminal>): Cell[][] {
  const rows = Array.from({ length: active.length }, (_, y): Cell[] => {
    const line = active.getLine(y);
    return Array.from({ length: COLUMNS }, (_, x): Cell => {
      const cell = line?.getCell(x);
      const colour = cell?.isFgPalette() ? cell.getFgColor() : undefined;
      return { text: cell?.getChars() || ' ', isBold: cell?.isBold() !== 0, colour };
    });
  });
  while (rows.at(-1)?.every(({ text }) => text === ' ')) rows.pop();
  return rows;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
