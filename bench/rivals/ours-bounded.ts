/** `pipe({ capacity })`: a write waits only while the buffer is full. 64 KiB, as a kernel pipe has. */
import * as io from 'pipework';
import { sendAndReceive } from '../ours.js';
import type { Rival } from '../rival.js';

const CAPACITY = 65536; // bytes

export const rival: Rival = {
  title: 'ours, bounded',
  openStream: (size) => sendAndReceive(io.pipe({ capacity: CAPACITY }), size),
  openRing(capacity) {
    const { reader, writer } = io.pipe({ capacity });
    return {
      tryWrite: (chunk) => writer.tryWrite(chunk),
      tryRead: (into) => reader.tryRead(into),
    };
  },
};
