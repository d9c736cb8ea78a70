import { test } from 'node:test';
import { webCases } from './web-transports.js';

for (const [kind, cases] of Object.entries(webCases)) {
  for (const { name, run, skip } of cases()) test(`${kind}: ${name}`, { skip: skip ?? false }, run);
}
