/**
 * Signals to a process that runs a pipeline. What the terminal sends (Ctrl-C, Ctrl-\) the stages have got as well, being in
 * the same group: they are waited for. What was sent to this process alone is passed on, by `end`. Either way this
 * process ends by the same signal afterwards, when its screen is in order.
 */
import { isInForeground } from '../terminal/foreground.js';

export class Signals {
  /** The first that came. */
  received: NodeJS.Signals | undefined;

  readonly #end: () => void;

  /** @param end Ends the pipeline. */
  constructor(end: () => void) {
    this.#end = end;
    for (const signal of SIGNALS) process.on(signal, this.#take);
  }

  release(): void {
    for (const signal of SIGNALS) process.off(signal, this.#take);
  }

  readonly #take = (signal: NodeJS.Signals): void => {
    this.received ??= signal;
    const isFromTerminal = BY_KEY.includes(signal) && isInForeground() === true;
    if (!isFromTerminal) this.#end();
  };
}

const BY_KEY: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const SIGNALS: readonly NodeJS.Signals[] = [...BY_KEY, 'SIGTERM', 'SIGHUP'];
