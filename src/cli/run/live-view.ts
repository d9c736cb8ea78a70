/**
 * The live view of a pipeline, at the bottom of the terminal that standard error is. What stages say goes above it: their
 * standard error, and the last one's output when that goes to the same terminal, by way of a terminal of our own, so that
 * it sees one. Everything else goes straight on.
 *
 * The view keeps off while somebody else needs the terminal: a program that has taken it for itself (a pager, an editor, a
 * question for a password), a stage that waits for what is typed, the shell while this runs in the background. Then what
 * stages say passes as it comes.
 */
import { fstatSync } from 'node:fs';
import type { Job, Stderr, Stdout } from '../../exec/index.js';
import { ChildTerminal, isPlainTerminal } from '../../os/internal.js';
import { fit } from '../format/columns.js';
import { type Styler, stylerFor } from '../format/styles.js';
import { isInForeground } from '../terminal/foreground.js';
import { LiveArea } from '../terminal/live-area.js';
import { frame } from './frame.js';
import { type Said, SaidOnStderr, SaidOnStdout } from './said.js';
import type { Sample } from './sample.js';
import { canLook, Sampler } from './sampler.js';
import type { Watcher } from './watcher.js';

export class LiveView implements Watcher {
  readonly stdout: Stdout;

  readonly #names: readonly string[];
  readonly #stream: NodeJS.WriteStream;
  readonly #area: LiveArea;
  readonly #styler: Styler;
  readonly #said: Said[] = [];
  readonly #output = new SaidOnStdout();
  /** The last stage's, when its output goes to the same terminal. */
  readonly #terminal: ChildTerminal | undefined;
  #job: Job | undefined;
  readonly #sampler = new Sampler();
  #sample: Sample | undefined;
  #isWatching = false;
  /** Whether anything is drawn; while it is not, what is said passes as it comes. */
  #isOn = false;
  #looking: NodeJS.Timeout | undefined;
  #showing: NodeJS.Timeout | undefined;
  #shown = 0; // milliseconds
  #heard = 0; // bytes that were not shown yet

  private constructor(names: readonly string[], stream: NodeJS.WriteStream, isOutputShown: boolean) {
    this.#names = names;
    this.#stream = stream;
    this.#styler = stylerFor(stream);
    this.#area = new LiveArea(stream);
    if (isOutputShown) {
      this.#terminal = ChildTerminal.open('the output', STDERR, (bytes) => this.#hear(this.#output, bytes));
    }
    this.stdout = this.#terminal?.number ?? 'inherit';
    this.#said.push(this.#output);
  }

  /**
   * @param names What the stages are called.
   * @returns `undefined` where standard error is no terminal that the cursor can be moved on, or nobody can look.
   */
  static open(names: readonly string[]): LiveView | undefined {
    const { stderr } = process;
    if (!stderr.isTTY || process.env['TERM'] === 'dumb' || !canLook()) return undefined;
    const isOutputShown = isSameTerminal(STDOUT, STDERR);
    const view = new LiveView(names, stderr, isOutputShown);
    return isOutputShown && view.#terminal === undefined ? undefined : view;
  }

  stderr(): Stderr {
    const said = new SaidOnStderr();
    this.#said.push(said);
    return {
      write: async (chunk) => {
        this.#hear(said, chunk);
        return chunk.length;
      },
    };
  }

  begin(job: Job): void {
    this.#terminal?.given();
    this.#job = job;
    this.#sampler.begin(job);
    this.#isWatching = true;
    this.#looking = setTimeout(this.#look, FIRST_LOOK);
    this.#stream.on('resize', this.#resize);
    process.on('SIGTSTP', this.#stop);
    process.on('SIGCONT', this.#resume);
  }

  async end(): Promise<void> {
    this.#giveUp();
    if (this.#terminal !== undefined) await drained(this.#terminal);
    this.#turnOff();
    this.#stream.off('resize', this.#resize);
    process.off('SIGTSTP', this.#stop);
    process.off('SIGCONT', this.#resume);
  }

  // What is said

  #hear(said: Said, bytes: Uint8Array): void {
    if (!this.#isOn) {
      this.#stream.write(bytes.slice());
      return;
    }
    said.push(bytes);
    this.#heard += bytes.length;
    if (this.#output.isScreen) this.#giveUp();
    else if (this.#heard >= HEARD_MAX) this.#show();
    else this.#showing ??= setTimeout(this.#show, this.#shown + SHOW_EVERY - performance.now());
  }

  // The view

  readonly #look = (): void => {
    clearTimeout(this.#looking);
    if (!this.#isWatching) return;
    const before = process.cpuUsage();
    if (this.#mayShow()) {
      this.#sample = this.#sampler.look();
      if (this.#sample.stages.some(({ state }) => state === 'terminal')) this.#makeWay();
      else this.#show();
    } else this.#makeWay();
    const { user, system } = process.cpuUsage(before); // microseconds
    this.#looking = setTimeout(this.#look, Math.max(LOOK_EVERY, (user + system) / 1000 / SHARE_MAX));
  };

  #mayShow(): boolean {
    const { columns, rows } = this.#stream;
    return (
      columns >= COLUMNS_MIN && rows >= ROWS_MIN && isInForeground() !== false && isPlainTerminal(STDERR)
    );
  }

  readonly #show = (): void => {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    if (!this.#mayShow()) {
      this.#makeWay();
      return;
    }
    const sample = this.#sample as Sample;
    this.#isOn = true;
    const columns = Math.min(this.#stream.columns - 1, COLUMNS_MAX);
    const rows = this.#stream.rows - 1;
    const partial = this.#said.map(({ partial }) => partial).filter((text) => text !== '');
    const above = Buffer.concat(this.#said.map((said) => said.take(false)));
    const begun = partial.slice(0, Math.max(0, rows - ROWS_MIN)).map((text) => fit(text, columns));
    const lines = frame(sample, {
      names: this.#names,
      columns,
      rows: rows - begun.length,
      styler: this.#styler,
    });
    this.#area.draw([...begun, ...lines], above);
    this.#heard = 0;
    this.#shown = performance.now();
  };

  /** No view from here on. */
  #giveUp(): void {
    this.#isWatching = false;
    clearTimeout(this.#looking);
    this.#turnOff();
  }

  /** The terminal is ours still. */
  #turnOff(): void {
    this.#area.erase();
    this.#makeWay();
  }

  /** Somebody has begun to use the terminal: what they wrote stands below, and may be a question. */
  #makeWay(): void {
    clearTimeout(this.#showing);
    this.#showing = undefined;
    if (!this.#isOn) return;
    this.#isOn = false;
    this.#area.forget();
    const rest = Buffer.concat(this.#said.map((said) => said.take(true)));
    if (rest.length > 0) this.#stream.write(rest);
  }

  // The terminal

  readonly #resize = (): void => {
    this.#terminal?.resize(STDERR);
    this.#tellSize();
    if (this.#isOn) this.#look();
  };

  /** The kernel tells those whose terminal it is, and this one is nobody's. */
  #tellSize(): void {
    const last = this.#terminal && this.#job?.stats().at(-1);
    if (last?.pid !== undefined && last.endedAt === undefined) process.kill(last.pid, 'SIGWINCH');
  }

  /** Ctrl-Z: the stages stop by themselves. */
  readonly #stop = (): void => {
    clearTimeout(this.#looking);
    this.#turnOff();
    process.off('SIGTSTP', this.#stop);
    process.kill(process.pid, 'SIGTSTP');
  };

  readonly #resume = (): void => {
    process.off('SIGTSTP', this.#stop);
    process.on('SIGTSTP', this.#stop);
    // Whatever stopped us, the shell has written since.
    this.#area.forget();
    this.#look();
  };
}

/** Whether both are on one terminal. */
function isSameTerminal(a: number, b: number): boolean {
  const [one, other] = [fstatSync(a), fstatSync(b)];
  return one.isCharacterDevice() && one.rdev === other.rdev;
}

/** Waits until all that was written is here: nobody has it any more, or whoever does says nothing. */
async function drained({ drain }: ChildTerminal): Promise<void> {
  let before = -1; // bytes
  while (drain.isHeld && drain.bytesRead !== before) {
    before = drain.bytesRead;
    await Promise.race([drain.ended, new Promise((resolve) => setTimeout(resolve, DRAIN_GRACE))]);
  }
  drain.cut();
}

const STDOUT = 1;
const STDERR = 2;
const FIRST_LOOK = 400; // milliseconds: what is over by then needs no view
const LOOK_EVERY = 500; // milliseconds
const SHARE_MAX = 0.02; // of one processor's time, for looking
const SHOW_EVERY = 100; // milliseconds
const HEARD_MAX = 65_536; // bytes
const DRAIN_GRACE = 100; // milliseconds
const COLUMNS_MIN = 10;
const COLUMNS_MAX = 120;
const ROWS_MIN = 4;
