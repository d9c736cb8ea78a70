/** `pipe()` without a buffer: every write waits until the reader took its bytes. What the cases compare others with. */
import * as io from 'pipework';
import { sendAndReceive, useOnce } from '../ours.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, unbuffered',
  openStream: (size) => sendAndReceive(io.pipe(), size),
  open: () => io.pipe(),
  useOnce: (chunk, tally) => useOnce(io.pipe(), chunk, tally),
};
