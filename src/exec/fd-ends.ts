/** Readers and writers on descriptors that are no pipes of ours, for stages that are functions: files, terminals. */
import { read, write } from 'node:fs';
import type { Reader, Writer } from '../io/index.js';

/** Reads a file or a terminal from where it stands; it stays open. */
export function readerOf(fd: number): Reader {
  return {
    read: (into) =>
      new Promise((resolve, reject) =>
        read(fd, into, 0, into.length, null, (error, count) => {
          if (error !== null) reject(error);
          else resolve(count === 0 ? null : count);
        }),
      ),
  };
}

/** Writes to a file or a terminal, where it stands; it stays open. */
export function writerOf(fd: number): Writer {
  return {
    write: (chunk) =>
      new Promise((resolve, reject) =>
        write(fd, chunk, 0, chunk.length, null, (error, count) => {
          if (error !== null) reject(error);
          else resolve(count);
        }),
      ),
  };
}
