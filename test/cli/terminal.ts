/**
 * A real terminal with a program on it, and an emulator that judges what is to be seen. script(1) makes the terminal;
 * between that and the program is a shell that says how things were before and after.
 */
import { equal } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { packageRoot } from '../fixtures/package-copy.js';

/** Why no test on a terminal can run; `false` when they can. */
export const noTerminal =
  process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
    ? false
    : 'there is no script(1) of util-linux to make a terminal with';

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  /** Added to an environment that has no wishes about styles. */
  readonly env?: Readonly<Record<string, string>>;
}

export class Terminal {
  /** The exit status of the program, as a shell has it. */
  readonly status: Promise<number>;
  /** All that the program and those that it started wrote to the terminal. */
  raw = '';

  readonly #emulator: InstanceType<typeof xterm.Terminal>;
  readonly #script: ReturnType<typeof spawn>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'pipework-terminal-'));

  /** @param command For the shell; `pipework` in it is ours. */
  constructor(command: string, { columns = 80, rows = 24, cwd, env = {} }: TerminalOptions = {}) {
    this.#emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 40_000 });
    const { NO_COLOR, FORCE_COLOR, NODE_DISABLE_COLORS, CI, ...rest } = process.env;
    const folder = this.#folder;
    const main = join(packageRoot, 'dist/cli/main.js');
    const program = `#!/bin/sh\necho $$ > ${folder}/pid\nexec '${process.execPath}' '${main}' "$@"\n`;
    writeFileSync(join(folder, 'pipework'), program, { mode: 0o755 });
    const line = `
      stty rows ${rows} cols ${columns}
      tty > ${folder}/tty
      stty -g > ${folder}/before
      trap : INT QUIT
      sh -c '${command.replaceAll("'", "'\\''")}'
      echo $? > ${folder}/status
      stty -g > ${folder}/after`;
    this.#script = spawn('script', ['--quiet', '--return', '--flush', '--command', line, '/dev/null'], {
      cwd,
      env: { ...rest, TERM: 'xterm-256color', SHELL: '/bin/sh', PATH: `${folder}:${rest['PATH']}`, ...env },
      timeout: BOUND,
      killSignal: 'SIGKILL',
    });
    this.#script.stdout?.setEncoding('latin1').on('data', (text: string) => {
      this.raw += text;
      this.#emulator.write(Buffer.from(text, 'latin1'));
    });
    this.status = once(this.#script, 'close').then(() => Number(this.#said('status')));
    this.status.catch(() => {}); // for a terminal that is removed
  }

  /** The number of pipework's process, the last one that was started. */
  get pid(): number {
    return Number(this.#said('pid'));
  }

  /** The settings of the terminal before and after, as `stty -g` has them. */
  get settings(): { readonly before: string; readonly after: string } {
    return { before: this.#said('before'), after: this.#said('after') };
  }

  /** The lines on the screen and those that went off above it, without the empty ones at the end. */
  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#emulator.write('', resolve));
    const { active } = this.#emulator.buffer;
    const lines = Array.from(
      { length: active.length },
      (_, y) => active.getLine(y)?.translateToString(true, 0, this.#emulator.cols).trimEnd() ?? '',
    );
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  /** Column and row of the cursor, from 0. */
  async cursor(): Promise<readonly [column: number, row: number]> {
    await this.lines();
    const { cursorX, cursorY } = this.#emulator.buffer.active;
    return [cursorX, cursorY];
  }

  /** Waits until what is to be seen is as `isSo` says. */
  async shows(isSo: (text: string) => boolean, what: string): Promise<string> {
    const deadline = performance.now() + BOUND;
    for (;;) {
      const { length } = this.raw;
      const text = (await this.lines()).join('\n');
      if (isSo(text) && this.#isDrawn(length)) return text;
      if (performance.now() > deadline) throw new Error(`the terminal never showed ${what}, but\n${text}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /**
   * Whether no page of `pipework top` is on its way: one that was begun, by going to the first place, ends with clearing what
   * is below. Nothing may have come since there were `length` characters, for that may not be on the screen yet.
   */
  #isDrawn(length: number): boolean {
    if (this.#emulator.buffer.active.type === 'normal') return true;
    return this.raw.length === length && this.raw.lastIndexOf('\u001b[H') <= this.raw.lastIndexOf('\u001b[J');
  }

  /** Whether the emulator is on its other screen, or hides its cursor. */
  get isSane(): boolean {
    const core = (this.#emulator as unknown as { _core: { coreService: { isCursorHidden: boolean } } })._core;
    return this.#emulator.buffer.active.type === 'normal' && !core.coreService.isCursorHidden;
  }

  type(text: string): void {
    this.#script.stdin?.write(text);
  }

  /** Both sides at the same moment, right behind a frame, so that no other is on its way. */
  async resize(columns: number, rows: number): Promise<void> {
    const fd = openSync(this.#said('tty'), 'r+');
    const slots = new Int32Array(2);
    equal(addon.openTerminal(fd, slots), 0);
    const model: number = addon.number(slots[1]);
    spawnSync('stty', ['rows', String(rows), 'cols', String(columns)], {
      stdio: [model, 'ignore', 'inherit'],
    });
    const slot: number = addon.adopt(fd, 1, 1);
    await once(this.#script.stdout as NodeJS.ReadableStream, 'data');
    await this.lines(); // the emulator takes its time, too
    this.#emulator.resize(columns, rows);
    equal(addon.resizeTerminal(slot, model), 0);
    for (const each of [slot, ...slots]) addon.close(each);
    closeSync(fd);
  }

  /** For `after()`. */
  remove(): void {
    this.#script.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #said(name: string): string {
    return readFileSync(join(this.#folder, name), 'utf8').trim();
  }
}

/** The native part by itself: to set the size of a terminal no other process has to be started and waited for. */
const addon = createRequire(import.meta.url)(join(packageRoot, 'native/build/pipework.node')).init(
  0,
  0,
  new Int32Array(256),
  () => {},
);

/** Against hanging only. */
const BOUND = 120_000; // milliseconds
