/**
 * Kernel pipes keep the common contract: made here (by PIPEWORK_OS=posix and thread in the ways of other systems, too),
 * and with two ends that came from outside, a FIFO and an anonymous pipe, by each way of calling them.
 */
import { test } from 'node:test';
import { conformance } from 'pipework/testing';
import { anonymousPair, fifoPair } from './outside-pairs.js';
import { made, outside, type Way } from './transports.js';

for (const { name, skip, run } of conformance(made)) test(`os: ${name}`, { skip: skip ?? false }, run);

const ways: readonly Way[] = process.env['PIPEWORK_OS'] === undefined ? ['twin', 'nowait', 'poll'] : ['twin'];

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
