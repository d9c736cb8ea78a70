import { test } from 'node:test';
import { fanCases } from './fan-transports.js';

for (const [kind, cases] of Object.entries(fanCases)) {
  for (const { name, run, skip } of cases()) test(`${kind}: ${name}`, { skip: skip ?? false }, run);
}
