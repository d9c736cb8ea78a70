/**
 * Program 7 of the note with a worker thread in the place of each goroutine: one writes 40000 bytes, one reads once. The main
 * thread does not sleep: it waits for both, and compares what the reader has got.
 *
 * Between threads there is no pipe without a buffer. A small one is as near as it gets: the write returns when all but the
 * last 256 bytes were read. So the one read of program 7, which got all that the write had, gets 256 bytes here; the loop
 * gets everything, as it does with any pipe.
 */
import { isMainThread } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { atEachCapacity, doTasks, read, TaskThread, type Way, write } from './threads.js';

/** What each thread is given. */
interface Task {
  readonly handle: worker.ReaderHandle | worker.WriterHandle;
  readonly way: Way;
}

if (isMainThread) {
  const writing = new TaskThread(import.meta.url);
  const reading = new TaskThread(import.meta.url);
  await atEachCapacity([256], async ({ reader, writer }, way) => {
    const [written, got] = await Promise.all([
      writing.run({ handle: writer.handle, way } satisfies Task),
      reading.run({ handle: reader.handle, way } satisfies Task),
    ]);
    return { written, got };
  });
  await Promise.all([writing.end(), reading.end()]);
} else {
  doTasks(({ handle, way }: Task) =>
    handle.pipework === 'writer' ? write(worker.openWriter(handle)) : read(worker.openReader(handle), way),
  );
}
