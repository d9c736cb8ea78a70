/** Threads that run, whatever the kernel says of them or refuses to say: nobody takes them for dead. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { runSource } from '../fixtures/run-source.js';

const REFUSES = `
  import fs from 'node:fs';
  import { Worker } from 'node:worker_threads';
  import * as worker from 'pipework/worker';
  let refuses = () => {};
  const refuseAll = () => {
    fs.readFileSync = () => {
      refuses();
      throw Object.assign(new Error('too many open files'), { code: 'EMFILE' });
    };
  };
`;

const skip = process.platform === 'linux' ? false : 'only Linux lists the threads of a process';

test('a thread is looked at when no descriptor is left: it is not taken for dead', { skip }, () => {
  const { stdout, stderr } = runSource(`${REFUSES}
    const [ends, go] = [worker.pipe(), worker.pipe()];
    const text =
      "import { workerData as handles } from 'node:worker_threads'; import * as worker from 'pipework/worker';" +
      "const writer = worker.openWriter(handles[0]); const go = worker.openReader(handles[1]);" +
      "go.readBlocking(new Uint8Array(1)); writer.writeBlocking(new Uint8Array(3)); writer.close();";
    const workerData = [ends.writer.handle, go.reader.handle];
    new Worker(text, { eval: true, execArgv: ['--input-type=module'], workerData });
    refuseAll();
    let looks = 0;
    refuses = () => {
      if (looks++ === 0) go.writer.tryWrite(new Uint8Array(1));
    };
    console.log(await ends.reader.read(new Uint8Array(8)), looks > 0);`);
  equal(stderr, '');
  deepEqual(stdout, '3 true\n');
});

test('a thread that could not learn when it was started names none that could be looked for', {
  skip,
}, () => {
  const { stdout, stderr } = runSource(`${REFUSES}
    refuseAll();
    const { writer } = worker.pipe();
    console.log(new Int32Array(writer.handle.memory)[18]); // the kernel's number of the reader's thread`);
  equal(stderr, '');
  equal(stdout, '0\n');
});
