/** The worker in which the program runs, in a page. */
import * as worker from 'pipework/worker';
import { runProgram } from './wasi.js';

self.addEventListener(
  'message',
  ({ data: { module, stdin, stdout } }) =>
    runProgram(module, worker.openReader(stdin), worker.openWriter(stdout)),
  { once: true },
);
