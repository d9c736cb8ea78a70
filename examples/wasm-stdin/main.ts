/**
 * A program that blocks on its standard input, in a worker, and a main thread that goes on meanwhile: what is typed goes
 * into a pipe, and what comes out of another is printed. `node dist/examples/wasm-stdin/main.js`, and Ctrl-D to end.
 */
import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import * as io from 'pipework';
import * as node from 'pipework/node';
import * as worker from 'pipework/worker';
import type { Given } from './program-thread.js';

const stdin = worker.pipe({ name: 'stdin' });
const stdout = worker.pipe({ name: 'stdout' });
const module = new WebAssembly.Module(
  readFileSync(new URL('../../../examples/wasm-stdin/program.wasm', import.meta.url)),
);
const given: Given = { module, stdin: stdin.reader.handle, stdout: stdout.writer.handle };
const thread = new Worker(new URL('./program-thread.js', import.meta.url), { workerData: given });
thread.on('error', (error) => {
  console.error(error);
  process.exitCode = 1;
});

const printed = io.copy(stdout.reader, node.fromNode(process.stdout, { side: 'writable' }));
await io.copy(process.stdin, stdin.writer, { close: true });
await printed;
console.log();
