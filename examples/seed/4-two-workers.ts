/**
 * Program 4 of the note with a worker thread in the place of each goroutine: one writes 40000 bytes, one reads once. The main
 * thread does not sleep: it waits for both, and compares what the reader has got.
 *
 * The pipe is of `pipework/worker`, on shared memory, with a buffer as os.Pipe has one: of 65536 bytes, and of 4096.
 * What comes of it is what program 4 shows: a single read is right only by luck of the capacity, and a loop always is.
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
  await atEachCapacity([65536, 4096], async ({ reader, writer }, way) => {
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
