/** How the conformance suite gets its worker pipes, on whatever runtime it runs. */
import type { ConformanceOptions } from 'pipework/testing';
import * as worker from 'pipework/worker';

/** Both ends in this thread as they were made: each lets the other go on. */
export const linked: ConformanceOptions = {
  open: (options) => worker.pipe(options),
  openClogged: () => clog(worker.pipe(SMALL)),
  supports: { rendezvous: false },
  turn,
};

/** Both ends in this thread by their handles: they know nothing of each other but what the shared memory says. */
export const opened: ConformanceOptions = {
  open: (options) => reopen(worker.pipe(options)),
  openClogged: () => clog(reopen(worker.pipe(SMALL))),
  supports: { rendezvous: false, reasons: false },
  turn,
};

const SMALL = { capacity: 4 }; // bytes

function reopen({ reader, writer }: worker.WorkerPipeEnds): worker.WorkerPipeEnds {
  return { reader: worker.openReader(reader.handle), writer: worker.openWriter(writer.handle) };
}

function clog(pipe: worker.WorkerPipeEnds) {
  const buffered = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3);
  pipe.writer.tryWrite(buffered);
  return { ...pipe, buffered };
}

/** What Atomics.waitAsync has to tell comes as a task of its own. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
