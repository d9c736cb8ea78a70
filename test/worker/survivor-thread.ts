/** A thread with the other side of one that dies. */
import { parentPort, workerData } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { readAll, type Waits, writeAll } from './survivor.js';

const { handle, waits } = workerData as {
  readonly handle: worker.ReaderHandle | worker.WriterHandle;
  readonly waits: Waits;
};

const alive = setInterval(() => {}, 1000); // milliseconds: to watch `closed` holds no loop
const end = handle.pipework === 'reader' ? worker.openReader(handle) : worker.openWriter(handle);
parentPort?.postMessage('opened');
parentPort?.postMessage('read' in end ? await readAll(end, waits) : await writeAll(end, waits));
clearInterval(alive);
