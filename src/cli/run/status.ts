/** How a pipeline's end is told to whoever started it, by bash's rules for pipefail. */
import { constants } from 'node:os';
import type { StageResult } from '../../exec/index.js';

/** The stage that decides: the rightmost that failed, unless only because nobody wanted more of it. */
export function decisive(stages: readonly StageResult[]): StageResult | undefined {
  // What did not run because another could not be started has not failed itself.
  return stages
    .filter(({ ok, forgiven, startedAt, error }) => !ok && !forgiven && (startedAt ?? error) !== undefined)
    .at(-1);
}

/** The exit status that a shell makes of it: its code, 128 + n for signal n, 127 for what is not there, 126 for what cannot run. */
export function statusOf({ code, signal, error }: StageResult): number {
  if (code !== null) return code;
  if (signal !== null) return 128 + signalNumber(signal);
  return (error as { code?: string } | undefined)?.code === 'ENOENT' ? 127 : 126;
}

/** Those of POSIX's realtime extension have no names, and are called `SIG34` and so on. */
function signalNumber(signal: string): number {
  return constants.signals[signal as NodeJS.Signals] ?? Number(signal.slice('SIG'.length));
}

/** How it ended, for a sentence. */
export function howItEnded({ code, signal, error }: StageResult): string {
  if (signal !== null) return `was killed by ${signal}`;
  if (code !== null) return `exited with ${code}`;
  return `could not be started: ${error instanceof Error ? error.message : String(error)}`;
}
