import { test } from 'node:test';
import * as io from 'pipework';
import { conformance } from 'pipework/testing';

const unbuffered = conformance({
  open: () => io.pipe(),
  openClogged: () => ({ ...io.pipe(), buffered: new Uint8Array(0) }),
});

const bounded = conformance({
  open: (options) => io.pipe(options),
  openClogged() {
    const pipe = io.pipe({ capacity: 4 });
    const buffered = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3);
    pipe.writer.tryWrite(buffered);
    return { ...pipe, buffered };
  },
  supports: { rendezvous: false },
});

for (const { name, run, skip } of unbuffered) test(`unbuffered: ${name}`, { skip: skip ?? false }, run);
for (const { name, run, skip } of bounded) test(`bounded: ${name}`, { skip: skip ?? false }, run);
