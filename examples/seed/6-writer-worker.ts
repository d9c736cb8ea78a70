/**
 * Program 6 of the note with a worker thread in the place of the goroutine: it writes 40000 bytes, and the main thread
 * reads once. Both block, as they do in Go, and both run at the same time, each on a processor of its own.
 *
 * Between threads there is no pipe without a buffer. A small one is as near as it gets: the write returns when all but the
 * last 256 bytes were read. So the one read of program 6, which got all that the write had, gets 256 bytes here; the loop
 * gets everything, as it does with any pipe.
 */
import { isMainThread } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { atEachCapacity, doTasks, read, TaskThread, write } from './threads.js';

if (isMainThread) {
  const thread = new TaskThread(import.meta.url);
  await atEachCapacity([256], async ({ reader, writer }, way) => {
    const task = thread.run(writer.handle);
    const got = read(reader, way); // blocks this thread
    return { written: await task, got };
  });
  await thread.end();
} else {
  doTasks((handle: worker.WriterHandle) => write(worker.openWriter(handle)));
}
