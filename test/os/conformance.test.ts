/**
 * Kernel pipes keep the common contract: made here, and with two ends that came from outside, a FIFO and an anonymous pipe,
 * by each way of calling them. With PIPEWORK_OS=posix or thread (conformance-posix.test.ts, conformance-thread.test.ts) it
 * is the way of other systems.
 */
import { test } from 'node:test';
import { conformance } from 'pipework/testing';
import { anonymousPair, fifoPair } from './outside-pairs.js';
import { made, outside, type Way } from './transports.js';

const mode = process.env['PIPEWORK_OS'];
const door = mode === undefined ? 'os' : `os (${mode})`;
for (const { name, skip, run } of conformance(made)) test(`${door}: ${name}`, { skip: skip ?? false }, run);

const ways: readonly Way[] = mode === undefined ? ['twin', 'nowait', 'poll'] : ['twin'];

for (const [kind, pair] of [
  ['a FIFO', fifoPair],
  ['an anonymous pipe', anonymousPair],
] as const) {
  for (const way of ways) {
    for (const { name, skip, run } of conformance(outside(pair, way))) {
      test(`os.fromFd (${kind}, ${way}): ${name}`, { skip: skip ?? false }, run);
    }
  }
}
