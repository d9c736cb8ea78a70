/** The unbuffered pipe while an observer is present that takes a stack trace of every wait: what tracing costs. */
import * as io from 'pipework';
import { sendAndReceive } from '../ours.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, tracing on',
  openStream(size) {
    io.trace(true);
    return sendAndReceive(io.pipe(), size);
  },
};
