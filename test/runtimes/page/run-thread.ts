/** A worker of a page that runs the suite that it is told of, and tells the page of each case. */
import { DONE, runHere } from './run.js';

const thread = globalThis as unknown as {
  onmessage: (event: { readonly data: string }) => void;
  postMessage(message: string): void;
};

thread.onmessage = async ({ data: suiteName }) => {
  await runHere(suiteName, (line) => thread.postMessage(line));
  thread.postMessage(DONE);
};
