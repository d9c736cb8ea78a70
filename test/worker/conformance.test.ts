/** Worker pipes keep the common contract. */
import { test } from 'node:test';
import { conformance } from 'pipework/testing';
import { linked, opened } from './transports.js';

for (const [where, options] of [
  ['as they were made', linked],
  ['by their handles', opened],
] as const) {
  for (const { name, skip, run } of conformance(options)) {
    test(`worker, both ends here ${where}: ${name}`, { skip: skip ?? false }, run);
  }
}
