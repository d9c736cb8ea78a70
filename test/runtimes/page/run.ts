/** What a page runs: `run(SUITE)` runs the cases of a suite, and tells the program that opened the page of each. */
import { everywhere } from '../everywhere.js';
import { runCases } from '../run-cases.js';
import { turn } from '../turn.js';

/** Of a page, what is used here. */
interface Page {
  readonly crossOriginIsolated: boolean;
  /** From whoever opened it. */
  tell(line: string): unknown;
  readonly Worker: new (url: URL, options: { type: 'module' }) => PageWorker;
}

interface PageWorker {
  onmessage: (event: { readonly data: unknown }) => void;
  onerror: (event: { readonly message?: string }) => void;
  postMessage(message: unknown): void;
  terminate(): void;
}

const page = globalThis as unknown as Page;

export async function run(suiteName: string): Promise<void> {
  if (!page.crossOriginIsolated) throw new Error('the page is not cross-origin isolated');
  const suite = everywhere.find(({ name }) => name === suiteName);
  if (suite?.blocks) await runInThread(suiteName);
  else await runHere(suiteName, (line) => page.tell(line));
  await turn(); // a rejection that nobody handles is told by then
}

/** The same in this thread, whichever it is. */
export async function runHere(suiteName: string, tell: (line: string) => unknown): Promise<void> {
  await runCases(everywhere, suiteName, {
    tell: (line) => tell(JSON.stringify(line)),
    show: (error) => (error instanceof Error ? showError(error) : String(error)),
  });
}

/** In a worker, which may block. */
function runInThread(suiteName: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new page.Worker(new URL('./run-thread.js', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }) =>
      data === DONE ? resolve(worker.terminate()) : page.tell(data as string);
    worker.onerror = ({ message }) => reject(new Error(message ?? 'the worker could not be loaded'));
    worker.postMessage(suiteName);
  });
}

/** What such a worker says last. */
export const DONE = 'done';

/** Its stack begins with its message. */
function showError({ stack, message, cause }: Error): string {
  const own = stack ?? message;
  return cause instanceof Error ? `${own}\ncaused by ${showError(cause)}` : own;
}
