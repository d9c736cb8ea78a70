/** `copy()` from one unbuffered pipe to the next: each hop copies the bytes once, and each write waits for its reader. */
import * as io from 'pipework';
import { sendAndReceive } from '../ours.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, copy()',
  openStream(size) {
    const first = io.pipe();
    const second = io.pipe();
    const copied = io.copy(first.reader, second.writer, { close: true });
    const { send } = sendAndReceive(first, size);
    const { receive } = sendAndReceive(second, size);
    return { send, receive: async (tally) => void (await Promise.all([receive(tally), copied])) };
  },
};
