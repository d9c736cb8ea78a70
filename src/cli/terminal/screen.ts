/**
 * A terminal taken for oneself: its other screen, without a cursor, and every key as it is typed. Whatever ends this
 * process, the terminal is given back as it was, after an error, a signal, Ctrl-Z or SIGKILL too.
 */
import { Guard } from './guard.js';
import { ENTER, LEAVE } from './sequences.js';

export class Screen {
  /** What was typed. */
  onTyped: (text: string) => void = () => {};
  /** It has another size, or has to be drawn again. */
  onChange: () => void = () => {};
  /** Nobody is there any more. */
  onGone: () => void = () => {};

  readonly #input = process.stdin;
  readonly #output = process.stdout;
  readonly #guard: Guard;
  #isEntered = false;

  private constructor(guard: Guard) {
    this.#guard = guard;
    this.#input.setEncoding('utf8');
    this.#input.on('data', this.#typed).on('end', this.#gone).on('error', this.#gone);
    this.#output.on('resize', this.#changed).on('error', this.#gone);
    process.on('SIGTSTP', this.#stop).on('SIGCONT', this.#resume);
    process.on('uncaughtExceptionMonitor', this.#leave).on('exit', this.#leave);
    this.#enter();
  }

  /** Standard input and output have to be terminals. */
  static async open(): Promise<Screen> {
    return new Screen(await Guard.start());
  }

  get columns(): number {
    return this.#output.columns || COLUMNS;
  }

  get rows(): number {
    return this.#output.rows || ROWS;
  }

  /** @param lines Each has to be narrower than the screen, and there may be no more than it has rows. */
  draw(lines: readonly string[]): void {
    if (this.#isEntered)
      this.#output.write(`${HOME}${lines.join(`${CLEAR_LINE}\r\n`)}${CLEAR_LINE}${CLEAR_BELOW}`);
  }

  /** As Ctrl-Z does elsewhere; here it is a key as any other. */
  stop(): void {
    this.#stop();
  }

  close(): void {
    this.#leave();
    this.#input.off('data', this.#typed).off('end', this.#gone).pause();
    this.#output.off('resize', this.#changed);
    process.off('SIGTSTP', this.#stop).off('SIGCONT', this.#resume);
    process.off('uncaughtExceptionMonitor', this.#leave).off('exit', this.#leave);
  }

  readonly #typed = (text: string): void => this.onTyped(text);
  readonly #gone = (): void => this.onGone();
  readonly #changed = (): void => this.onChange();

  #enter(): void {
    this.#isEntered = true;
    this.#input.setRawMode(true);
    this.#guard.arm();
    this.#output.write(ENTER);
  }

  readonly #leave = (): void => {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#output.write(LEAVE);
    this.#input.setRawMode(false);
    this.#guard.disarm();
  };

  readonly #stop = (): void => {
    this.#leave();
    process.off('SIGTSTP', this.#stop);
    process.kill(process.pid, 'SIGTSTP');
  };

  /** Whatever has stopped this process, the shell has had the terminal since. */
  readonly #resume = (): void => {
    process.off('SIGTSTP', this.#stop).on('SIGTSTP', this.#stop);
    this.#leave();
    this.#enter();
    this.onChange();
  };
}

/** Of a terminal whose size nobody has set, as of one on a serial line. */
const COLUMNS = 80;
const ROWS = 24;

const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
