/**
 * Kernel pipes keep the common contract: made here, and with two ends that came from outside, a FIFO and an anonymous pipe,
 * by each way of calling them. The ways of calling are named by PIPEWORK_OS at the moment at which an end is made. With
 * PIPEWORK_OS=posix or thread (conformance-posix.test.ts, conformance-thread.test.ts) it is the way of other systems.
 */
import { test } from 'node:test';
import * as os from 'pipework/os';
import { conformance } from 'pipework/testing';
import { anonymousPair, fifoPair, type Pair } from './outside-pairs.js';

const mode = process.env['PIPEWORK_OS'];

/** Where a capacity cannot be set the pipe has the system's own. */
const canSetCapacity = mode !== 'posix';

function open({ capacity = 4096 }: { capacity?: number } = {}) {
  return canSetCapacity ? os.pipe({ capacity: Math.max(capacity, 1) }) : os.pipe();
}

const all = new Uint8Array(1 << 20).map((_, index) => index);

/** Fills `pipe` until it takes nothing more, as a write of one byte would be told. */
function clog<Ends extends { writer: os.KernelWriter }>(pipe: Ends) {
  let buffered = 0; // bytes
  for (let size = all.length; size >= 1; ) {
    const count = pipe.writer.tryWrite(all.subarray(buffered, buffered + size));
    buffered += count;
    if (count === 0) size = Math.floor(size / 2);
  }
  return { ...pipe, buffered: all.subarray(0, buffered) };
}

const cases = conformance({
  open,
  openClogged: () => clog(open()),
  supports: { rendezvous: false, exactCapacity: false },
});
for (const { name, skip, run } of cases)
  test(`os${mode === undefined ? '' : ` (${mode})`}: ${name}`, { skip: skip ?? false }, run);

/** Two ends that know nothing of each other but what the kernel says: each of them came from outside. */
function openOutside(pair: () => Pair, way: string | undefined) {
  const { readFd, writeFd } = pair();
  if (way !== undefined) process.env['PIPEWORK_OS'] = way;
  try {
    return { reader: os.fromFd(readFd, 'r'), writer: os.fromFd(writeFd, 'w') };
  } finally {
    if (mode === undefined) delete process.env['PIPEWORK_OS'];
    else process.env['PIPEWORK_OS'] = mode;
  }
}

/** What the kernel has to tell comes in the next turn of the event loop; from another thread, a little later. */
const turn = (): Promise<void> =>
  new Promise((resolve) => (isThread ? setTimeout(resolve, 1) : setImmediate(resolve)));
const isThread = mode === 'posix' || mode === 'thread';

for (const [kind, pair] of [
  ['a FIFO', fifoPair],
  ['an anonymous pipe', anonymousPair],
] as const) {
  for (const way of mode === undefined ? [undefined, 'nowait', 'poll'] : [undefined]) {
    const made = () => openOutside(pair, way);
    const outside = conformance({
      open: made,
      openClogged: () => clog(made()),
      supports: { rendezvous: false, exactCapacity: false, aborts: false, reasons: false },
      turn,
    });
    for (const { name, skip, run } of outside) {
      test(`os.fromFd (${kind}, ${way ?? 'twin'}): ${name}`, { skip: skip ?? false }, run);
    }
  }
}
