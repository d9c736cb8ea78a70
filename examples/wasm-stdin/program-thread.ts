/** The worker in which the program runs, in Node. */
import { workerData } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { runProgram } from './wasi.js';

/** What the main thread hands over. */
export interface Given {
  readonly module: WebAssembly.Module;
  readonly stdin: worker.ReaderHandle;
  readonly stdout: worker.WriterHandle;
}

const { module, stdin, stdout } = workerData as Given;
runProgram(module, worker.openReader(stdin), worker.openWriter(stdout));
