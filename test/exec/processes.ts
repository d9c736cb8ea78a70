/** Processes that a test can tell from all others on this machine: each sleeps for a time that no other does. */
import { readdirSync, readFileSync } from 'node:fs';

/** Seconds for sleep(1), as nobody else has them; always as long, for who counts columns. */
export function ownNap(): string {
  return `1000.${String(process.pid).padStart(7, '0')}${String(count++).padStart(4, '0')}`;
}

/** The numbers of the processes that sleep for so long; a zombie has no command line any more. */
export function sleepers(nap: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(name) === `sleep\0${nap}\0`)
    .map(Number);
}

/** Waits until `isSo`, which something that is under way will bring about. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + BOUND;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`it never came to be that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

/** Against hanging only. */
const BOUND = 20_000; // milliseconds
let count = 0;
