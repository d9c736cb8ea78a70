import { test } from 'node:test';
import { conformance } from 'pipework/testing';
import { bounded, unbuffered } from './transports.js';

for (const [kind, options] of [
  ['unbuffered', unbuffered],
  ['bounded', bounded],
] as const) {
  for (const { name, run, skip } of conformance(options)) {
    test(`${kind}: ${name}`, { skip: skip ?? false }, run);
  }
}
