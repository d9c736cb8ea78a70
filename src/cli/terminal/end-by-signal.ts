import { constants } from 'node:os';

/** Ends this process by a signal, as if it had never been caught, so that whoever started it knows; else the exit status. */
export async function endBySignal(signal: NodeJS.Signals): Promise<number> {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  await new Promise((resolve) => setTimeout(resolve, ENOUGH));
  return 128 + constants.signals[signal]; // it is blocked, or ignored
}

const ENOUGH = 1000; // milliseconds
