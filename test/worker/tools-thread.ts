/** The other thread of tools.test.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import * as io from 'pipework';
import * as worker from 'pipework/worker';
import { numbered } from './numbered.js';

const { task, handle } = workerData;
if (task === 'write') {
  const writer = worker.openWriter(handle);
  writer.writeBlocking(numbered(0, 300_000));
  writer.close();
} else {
  parentPort?.postMessage(await io.readAll(worker.openReader(handle)));
}
