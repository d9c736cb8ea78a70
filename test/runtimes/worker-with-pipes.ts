/**
 * A worker with pipes of its own that wait, processes that run, and a writer that it makes of a descriptor, given or opened
 * here. It posts the number that the descriptor had and those of the processes, and ends as it is told.
 */
import { openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import * as exec from 'pipework/exec';
import * as os from 'pipework/os';

const empty = os.pipe();
empty.reader.read(new Uint8Array(1)).catch(() => {});
const full = os.pipe();
full.writer.write(new Uint8Array(2 ** 20)).catch(() => {});
const job = exec.pipeline(['sleep', '1000'], ['cat']);
job.done.catch(() => {});
let outside: os.KernelWriter;

parentPort?.on('message', (way) => {
  if (way === 'throw') throw new Error('thrown on purpose');
  process.exit(outside.bytesWritten + empty.writer.bytesWritten + full.reader.bytesRead); // which is 0
});

// When all that the pipes need has been opened: nothing here takes the number that becomes free.
setImmediate(() => {
  const given = workerData as number | string;
  const fd = typeof given === 'string' ? openSync(given, 'w') : given;
  outside = os.fromFd(fd, 'w');
  parentPort?.postMessage({ fd, pids: job.pids });
});
