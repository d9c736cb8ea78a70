/** Holds a transport to the contract: `node --test` runs this file. Replace `io.pipe` by what makes yours. */
import { test } from 'node:test';
import * as io from 'pipework';
import { type CloggedPipe, conformance } from 'pipework/testing';

const open = ({ capacity }: { readonly capacity: number }): io.Pipe => io.pipe({ capacity });

/** A pipe whose next write waits, and what is in it. */
async function openClogged(): Promise<CloggedPipe> {
  const pipe = open({ capacity: 16 });
  const buffered = new Uint8Array(16);
  await pipe.writer.write(buffered);
  return { ...pipe, buffered };
}

for (const { name, skip, run } of conformance({ open, openClogged, supports: { rendezvous: false } })) {
  test(name, { skip: skip ?? false }, run);
}
