/**
 * Signals to a process that runs a pipeline. What the terminal sends (Ctrl-C, Ctrl-\) the stages have got as well, being in
 * the same group: they are waited for. What was sent to this process alone is passed on, by `end`. Either way this
 * process ends by the same signal afterwards, when its screen is in order.
 */
import { constants } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { StageResult } from '../../exec/index.js';
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

  /** Takes none any more. What ended stages from the terminal is on its way to this process, too. */
  async settle(results: readonly StageResult[]): Promise<void> {
    const isByKey = results.some((result) => BY_KEY.some((signal) => hasEndedBy(result, signal)));
    if (isByKey && this.received === undefined && isInForeground() === true) await pause(LATENESS);
    for (const signal of SIGNALS) process.off(signal, this.#take);
  }

  readonly #take = (signal: NodeJS.Signals): void => {
    this.received ??= signal;
    const isFromTerminal = BY_KEY.includes(signal) && isInForeground() === true;
    if (!isFromTerminal) this.#end();
  };
}

const BY_KEY: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
/** For a signal that was sent before to be heard. */
const LATENESS = 100; // milliseconds
const SIGNALS: readonly NodeJS.Signals[] = [...BY_KEY, 'SIGTERM', 'SIGHUP'];

/** By it, or as a shell tells it of its command. */
function hasEndedBy({ signal, code }: StageResult, by: NodeJS.Signals): boolean {
  return signal === by || code === 128 + constants.signals[by];
}
