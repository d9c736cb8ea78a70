/** Makes Ctrl-C and the like an exit, for whoever has something to clear away in 'exit'. */
import { constants } from 'node:os';

export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(128 + constants.signals[signal])); // as a shell tells it
  }
}
