/**
 * Program 3 of the note with a worker thread in the place of the goroutine: it writes 40000 bytes, and the main thread
 * reads once. Both block, as they do in Go, and both run at the same time, each on a processor of its own.
 *
 * The pipe is of `pipework/worker`, on shared memory, with a buffer as os.Pipe has one: of 65536 bytes, and of 4096.
 * What comes of it is what program 3 shows: a single read is right only by luck of the capacity, and a loop always is.
 */
import { isMainThread } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { atEachCapacity, doTasks, read, TaskThread, write } from './threads.js';

if (isMainThread) {
  const thread = new TaskThread(import.meta.url);
  await atEachCapacity([65536, 4096], async ({ reader, writer }, way) => {
    const task = thread.run(writer.handle);
    const got = read(reader, way); // blocks this thread
    return { written: await task, got };
  });
  await thread.end();
} else {
  doTasks((handle: worker.WriterHandle) => write(worker.openWriter(handle)));
}
