/**
 * How the conformance suite gets its kernel pipes, on whatever runtime it runs: made here, and with two ends that came
 * from outside. PIPEWORK_OS=posix and thread, in the environment of the process, are the ways of other systems.
 */
import * as os from 'pipework/os';
import type { ConformanceOptions } from 'pipework/testing';
import type { Pair } from './outside-pairs.js';

/** How ends from outside are called, which PIPEWORK_OS names at the moment at which one is made. */
export type Way = 'twin' | 'nowait' | 'poll';

const mode = process.env['PIPEWORK_OS'];

/** Where a capacity cannot be set the pipe has the system's own. */
const canSetCapacity = mode !== 'posix';

export const made: ConformanceOptions = {
  open,
  openClogged: () => clog(open()),
  supports: { rendezvous: false, exactCapacity: false },
  // A machine that is slow enough puts calls off to later turns of the event loop, so that others get theirs.
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

/** Two ends that know nothing of each other but what the kernel says. */
export function outside(pair: () => Pair, way: Way): ConformanceOptions {
  const open = () => openOutside(pair, way);
  return {
    open,
    openClogged: () => clog(open()),
    supports: { rendezvous: false, exactCapacity: false, aborts: false, reasons: false },
    turn,
  };
}

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

function openOutside(pair: () => Pair, way: Way) {
  const { readFd, writeFd } = pair();
  if (way !== 'twin') process.env['PIPEWORK_OS'] = way;
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
const isThread = mode === 'posix' || mode === 'thread' || 'Bun' in globalThis || 'Deno' in globalThis;
