/** How the conformance suite gets its memory pipes, on whatever runtime it runs. */
import * as io from 'pipework';
import type { ConformanceOptions } from 'pipework/testing';

export const unbuffered: ConformanceOptions = {
  open: () => io.pipe(),
  openClogged: () => ({ ...io.pipe(), buffered: new Uint8Array(0) }),
};

export const bounded: ConformanceOptions = {
  open: (options) => io.pipe(options),
  openClogged() {
    const pipe = io.pipe({ capacity: 4 });
    const buffered = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3);
    pipe.writer.tryWrite(buffered);
    return { ...pipe, buffered };
  },
  supports: { rendezvous: false },
};
