/** What a page runs: `run(SUITE)` runs the cases of a suite, and tells the program that opened the page of each. */
import { everywhere } from '../everywhere.js';
import { runCases } from '../run-cases.js';
import { turn } from '../turn.js';

/** Of a page, what is used here. */
interface Page {
  readonly crossOriginIsolated: boolean;
  /** From whoever opened it. */
  tell(line: string): unknown;
}

const page = globalThis as unknown as Page;

export async function run(suiteName: string): Promise<void> {
  if (!page.crossOriginIsolated) throw new Error('the page is not cross-origin isolated');
  await runCases(everywhere, suiteName, {
    tell: (line) => page.tell(JSON.stringify(line)),
    show: (error) => (error instanceof Error ? showError(error) : String(error)),
  });
  await turn(); // a rejection that nobody handles is told by then
}

/** Its stack begins with its message. */
function showError({ stack, message, cause }: Error): string {
  const own = stack ?? message;
  return cause instanceof Error ? `${own}\ncaused by ${showError(cause)}` : own;
}
