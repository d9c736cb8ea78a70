/** A thread that has one end of a pipe, and tells the digest of what it has sent or received. */
import { parentPort, workerData } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { receive, send, type Traffic } from './traffic.js';

const { handle, traffic } = workerData as {
  readonly handle: worker.ReaderHandle | worker.WriterHandle;
  readonly traffic: Traffic;
};

parentPort?.postMessage('begun');
parentPort?.postMessage(
  handle.pipework === 'reader'
    ? await receive(worker.openReader(handle), traffic)
    : await send(worker.openWriter(handle), traffic),
);
