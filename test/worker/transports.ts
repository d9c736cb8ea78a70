/** How the conformance suite gets its worker pipes, on whatever runtime it runs. */
import { rejects } from 'node:assert/strict';
import type * as io from 'pipework';
import { type Case, type ConformanceOptions, conformance } from 'pipework/testing';
import * as worker from 'pipework/worker';
import { turn } from '../runtimes/turn.js';
import { RemoteThread } from './remote.js';

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

/** The ends in different threads, by the names of the rows of the runtimes' table. */
export const crossing: Readonly<Record<string, () => Case[]>> = {
  'the reader elsewhere': () => casesOf({ reader: new RemoteThread() }),
  'the writer elsewhere': () => casesOf({ writer: new RemoteThread() }),
  'both elsewhere': () => casesOf({ reader: new RemoteThread(), writer: new RemoteThread() }),
};

interface Threads {
  readonly reader?: RemoteThread;
  readonly writer?: RemoteThread;
}

function casesOf(threads: Threads): Case[] {
  return conformance({
    open: (options) => send(worker.pipe(options), threads),
    openClogged: async () => clog(await send(worker.pipe(SMALL), threads)),
    supports: { rendezvous: false, reasons: false, deadlocks: false },
    async turn() {
      await turn(); // what was told to this thread
      await Promise.all(Object.values(threads).map((thread: RemoteThread) => thread.turn()));
      await turn(); // what was told to this thread meanwhile
    },
  }).map((one) => {
    const why = Object.keys(NOT_LENT).find((end) => end in threads && NOT_LENT[end]?.test(one.name));
    if (why !== undefined) return { ...one, skip: `the memory that the ${why} gets in its thread is a copy` };
    if (!('reader' in threads) && LISTED.test(one.name)) {
      return {
        ...one,
        name: `${one.name}: not so, since the reader is in this thread`,
        run: () => rejects(one.run()),
      };
    }
    return one;
  });
}

/** Cases about memory that changes while it is lent, which a test cannot do to the copy in another thread. */
const NOT_LENT: Readonly<Record<string, RegExp>> = {
  reader: /^read\(\) whose buffer (was detached|shrank) while it waited/,
  writer: /^write\(\) whose chunk (was detached|shrank|is detached)/,
};

/** The list of deadlock reports is that of this thread. */
const LISTED = /^supports\.deadlocks is really absent/;

async function send({ reader, writer }: worker.WorkerPipeEnds, threads: Threads): Promise<io.Pipe> {
  await Promise.all([threads.reader?.ready, threads.writer?.ready]);
  return {
    reader: threads.reader?.reader(reader.handle) ?? worker.openReader(reader.handle),
    writer: threads.writer?.writer(writer.handle) ?? worker.openWriter(writer.handle),
  };
}

const SMALL = { capacity: 4 }; // bytes

function reopen({ reader, writer }: worker.WorkerPipeEnds): worker.WorkerPipeEnds {
  return { reader: worker.openReader(reader.handle), writer: worker.openWriter(writer.handle) };
}

function clog<Ends extends io.Pipe>(pipe: Ends) {
  const buffered = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3);
  pipe.writer.tryWrite(buffered);
  return { ...pipe, buffered };
}
