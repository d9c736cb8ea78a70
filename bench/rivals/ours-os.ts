/** `pipe()` of `pipework/os` with both of its ends in this process, and with a write end that was given away. */
import { closeSync, writeSync } from 'node:fs';
import * as os from 'pipework/os';
import { sendAndReceive, useOnce } from '../ours.js';
import type { Rival } from '../rival.js';

const BYTE = Uint8Array.of(1);

export const rival: Rival = {
  title: 'ours, os',
  openStream: (size) => sendAndReceive(os.pipe(), size),
  useOnce: (chunk, tally) => useOnce(os.pipe(), chunk, tally),
  openHeld() {
    const { reader, writer } = os.pipe();
    const fd = writer.release(); // one descriptor less for each pipe than `fd` with the writer open
    return {
      read: (into) => reader.read(into),
      poke: () => writeSync(fd, BYTE),
      close() {
        reader.close();
        closeSync(fd);
      },
    };
  },
};
