/**
 * Program 6 of the note with a worker thread in the place of the goroutine: it writes 40000 bytes, and the main thread
 * reads once. Both block, as they do in Go, and both run at the same time, each on a processor of its own.
 *
 * Between threads there is no pipe without a buffer. One of a single byte is as near as it gets: the write returns when
 * all but the last byte was read. So the one read of program 6, which got all that one write had, gets one byte here;
 * the loop gets everything, as it does with any pipe.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { atEachCapacity, inThread, read, write } from './threads.js';

if (isMainThread) {
  await atEachCapacity([1], async ({ reader, writer }, way) => {
    const task = inThread(import.meta.url, writer.handle);
    const got = read(reader, way); // blocks this thread
    return { written: await task, got };
  });
} else {
  parentPort?.postMessage(write(worker.openWriter(workerData)));
}
