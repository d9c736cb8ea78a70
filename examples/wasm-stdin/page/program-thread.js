/**
 * The worker in which the program runs, in a page. It is compiled here, and not where the ends come from: by the time that it
 * blocks, the page can tell whether this thread still lives (docs/worker.md).
 */
import * as worker from 'pipework/worker';
import { runProgram } from './wasi.js';

self.addEventListener(
  'message',
  async ({ data }) => {
    const stdin = worker.openReader(data.stdin);
    const stdout = worker.openWriter(data.stdout);
    const module = await WebAssembly.compileStreaming(fetch('program.wasm'));
    runProgram(module, stdin, stdout);
  },
  { once: true },
);
