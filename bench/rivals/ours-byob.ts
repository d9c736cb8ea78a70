/** `toWeb()` of an unbuffered pipe's reader, read by BYOB; at the other end a loop awaits each `write`. */
import * as io from 'pipework';
import { receiveByob } from '../byob.js';
import { sendAndReceive } from '../ours.js';
import type { Rival } from '../rival.js';

export const rival: Rival = {
  title: 'ours, toWeb()',
  openStream(size) {
    const pipe = io.pipe();
    const reader = io.toWeb(pipe.reader).getReader({ mode: 'byob' });
    return {
      send: sendAndReceive(pipe, size).send,
      receive: (tally) => receiveByob(reader, tally, size),
    };
  },
};
