/**
 * `fs.createWriteStream` and `fs.createReadStream` on both descriptors of a kernel pipe, with `drain` and `data` as the
 * manual says. Each of their calls blocks a thread of the pool, so writing and reading overlap.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import * as os from 'pipework/os';
import type { Rival } from '../rival.js';
import { receiveData, sendAsWanted } from './pass-through.js';

export const rival: Rival = {
  title: "fs streams, 'data'",
  openStream() {
    const { reader, writer } = os.pipe();
    const source = createReadStream('', { fd: reader.release() });
    const sink = createWriteStream('', { fd: writer.release() });
    return {
      send: (messages, chunks) => sendAsWanted(sink, messages, chunks),
      receive: (tally) => receiveData(source, tally),
    };
  },
};
