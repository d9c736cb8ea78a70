/** Readers and writers on descriptors of this process that are no pipes, for stages that are functions. */
import { read, write } from 'node:fs';
import type { Reader, Writer } from '../io/index.js';

/** Reads a file, a socket or a terminal from where it stands; it stays open. */
export function readerOf(fd: number): Reader {
  return {
    read: (into) =>
      whenReady(async () => {
        const count = await counted((done) => read(fd, into, 0, into.length, null, done));
        return count === 0 ? null : count;
      }),
  };
}

/** Writes to a file, a socket or a terminal, where it stands; it stays open. */
export function writerOf(fd: number): Writer {
  return {
    write: (chunk) => whenReady(() => counted((done) => write(fd, chunk, 0, chunk.length, null, done))),
  };
}

function counted(call: (done: (error: Error | null, count: number) => void) => void): Promise<number> {
  return new Promise((resolve, reject) =>
    call((error, count) => {
      if (error !== null) reject(error);
      else resolve(count);
    }),
  );
}

/** Whoever shares a socket or a terminal may have made it non-blocking. */
async function whenReady<Value>(call: () => Promise<Value>): Promise<Value> {
  for (let delay = 1; ; delay = Math.min(2 * delay, DELAY_MAX)) {
    try {
      return await call();
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'EAGAIN') throw error;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
}

const DELAY_MAX = 20; // milliseconds
