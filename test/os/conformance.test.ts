/**
 * Kernel pipes keep the common contract: in this process, by what only POSIX has, with the poll thread in the place of
 * the event loop, and with ends that came from outside (a FIFO), by each way of calling them.
 */
import { test } from 'node:test';
import * as os from 'pipework/os';
import { conformance } from 'pipework/testing';

/** Where a capacity cannot be set the pipe has the system's own. */
const canSetCapacity = process.env['PIPEWORK_OS'] !== 'posix';

function open({ capacity = 4096 }: { capacity?: number } = {}) {
  return canSetCapacity ? os.pipe({ capacity: Math.max(capacity, 1) }) : os.pipe();
}

function openClogged() {
  const { reader, writer } = open();
  const all = new Uint8Array(1 << 20).map((_, index) => index);
  const buffered = all.subarray(0, writer.tryWrite(all));
  return { reader, writer, buffered };
}

const cases = conformance({ open, openClogged, supports: { rendezvous: false, exactCapacity: false } });
for (const { name, skip, run } of cases) test(`os: ${name}`, { skip: skip ?? false }, run);
