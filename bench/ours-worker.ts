/** Worker pipes of ours as their manual says: the other thread blocks, and this one blocks or awaits. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import * as worker from 'pipework/worker';
import { receive } from './ours.js';
import type { MessageStream, ParkedThread, TryRing, Turns } from './rival.js';
import { startThread, type Wait } from './rivals/worker-thread.js';
import type { Tally } from './tally.js';

const CAPACITY = 2 ** 20; // bytes
const INTO = 65536; // bytes: a read takes as many messages as have come

/** How this thread calls its ends. */
export type Way = 'blocking' | 'awaited';

/** A worker writes, and blocks; `odd` bytes come before the messages. */
export async function openWorkerStream(size: number, way: Way, odd = 0): Promise<MessageStream> {
  const { reader, writer } = worker.pipe({ capacity: CAPACITY });
  const thread = await startThread({ task: 'send', through: writer.handle, size, odd });
  return {
    send: async (messages) => thread.postMessage(messages),
    async receive(tally) {
      if (odd > 0) await reader.read(new Uint8Array(odd));
      if (way === 'awaited') await receive(reader, tally, INTO);
      else receiveBlocking(reader, tally);
      await thread.terminate();
    },
  };
}

function receiveBlocking(reader: worker.WorkerReader, tally: Tally): void {
  const into = new Uint8Array(INTO);
  for (let count = reader.readBlocking(into); count !== null; count = reader.readBlocking(into))
    tally.add(into, count);
}

/** A worker sends each byte back, and blocks for the next. */
export async function openWorkerTurns(way: Way): Promise<Turns> {
  const there = worker.pipe();
  const back = worker.pipe();
  const thread = await startThread({ task: 'answer', from: there.reader.handle, to: back.writer.handle });
  thread.postMessage('begin');
  const { writer } = there;
  const { reader } = back;
  const byte = new Uint8Array(1);
  return {
    async turn(times) {
      for (let i = 0; i < times; i++) {
        if (way === 'blocking') {
          writer.writeBlocking(byte);
          reader.readBlocking(byte);
        } else {
          await writer.write(byte);
          await reader.read(byte);
        }
      }
    },
    async close() {
      await thread.terminate();
    },
  };
}

/** A worker that has a reader, and waits there in one way or another; nothing ever comes. */
export async function openWorkerParked(way: Wait): Promise<ParkedThread> {
  const { reader, writer } = worker.pipe();
  const thread = await startThread({ task: 'wait', from: reader.handle, way });
  thread.postMessage('begin');
  const [tid] = await once(thread, 'message');
  return {
    wakeUps() {
      const status = readFileSync(`/proc/self/task/${tid}/status`, 'latin1');
      return Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1]);
    },
    async close() {
      writer.close();
      await thread.terminate();
    },
  };
}

/** Both ends in this thread, as two threads would have them. */
export function openWorkerRing(capacity: number): TryRing {
  const ends = worker.pipe({ capacity });
  const reader = worker.openReader(ends.reader.handle);
  const writer = worker.openWriter(ends.writer.handle);
  return { tryWrite: (chunk) => writer.tryWrite(chunk), tryRead: (into) => reader.tryRead(into) };
}
