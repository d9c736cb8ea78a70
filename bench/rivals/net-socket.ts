/**
 * `net.Socket({ fd })` on both descriptors of a kernel pipe: Node's only non-blocking way to one. The writer waits for
 * `drain`, the reader listens to `data`, as the manual of its streams says. In its favour: the event loop writes and
 * reads without any waits of JavaScript between two messages, and the writer never learns that anything was taken.
 */
import { Socket } from 'node:net';
import * as os from 'pipework/os';
import type { Rival } from '../rival.js';
import { receiveData, sendAsWanted } from './pass-through.js';

export const rival: Rival = {
  title: "net.Socket({ fd }), 'data'",
  openStream() {
    const { reader, writer } = os.pipe();
    const source = new Socket({ fd: reader.release(), readable: true, writable: false });
    const sink = new Socket({ fd: writer.release(), readable: false, writable: true });
    return {
      send: (messages, chunks) => sendAsWanted(sink, messages, chunks),
      receive: (tally) => receiveData(source, tally),
    };
  },
};
