/**
 * Program 7 of the note with a worker thread in the place of each goroutine: one writes 40000 bytes, one reads once. The main
 * thread does not sleep: it waits for both, and compares what the reader has got.
 *
 * Between threads there is no pipe without a buffer. One of a single byte is as near as it gets: the write returns when
 * all but the last byte was read. So the one read of program 7, which got all that one write had, gets one byte here;
 * the loop gets everything, as it does with any pipe.
 */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import * as worker from 'pipework/worker';
import { atEachCapacity, inThread, read, type Way, write } from './threads.js';

/** What each thread is given. */
interface Task {
  readonly handle: worker.ReaderHandle | worker.WriterHandle;
  readonly way: Way;
}

if (isMainThread) {
  await atEachCapacity([1], async ({ reader, writer }, way) => {
    const [written, got] = await Promise.all([start(writer.handle, way), start(reader.handle, way)]);
    return { written, got };
  });
} else {
  const { handle, way } = workerData as Task;
  parentPort?.postMessage(
    handle.pipework === 'writer' ? write(worker.openWriter(handle)) : read(worker.openReader(handle), way),
  );
}

function start(handle: Task['handle'], way: Way) {
  return inThread(import.meta.url, { handle, way } satisfies Task);
}
