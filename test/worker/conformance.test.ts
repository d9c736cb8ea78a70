/** Worker pipes keep the common contract. */
import { test } from 'node:test';
import { conformance } from 'pipework/testing';
import { crossing, linked, opened } from './transports.js';

for (const [where, options] of [
  ['as they were made', linked],
  ['by their handles', opened],
] as const) {
  for (const { name, skip, run } of conformance(options)) {
    test(`worker, both ends here ${where}: ${name}`, { skip: skip ?? false }, run);
  }
}

for (const [where, cases] of Object.entries(crossing)) {
  for (const { name, skip, run } of cases()) test(`worker, ${where}: ${name}`, { skip: skip ?? false }, run);
}
