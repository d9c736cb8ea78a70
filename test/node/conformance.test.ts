import { test } from 'node:test';
import { readingCases, writingCases } from './transports.js';

for (const [kind, cases] of [
  ['reading', readingCases()],
  ['writing', writingCases()],
] as const) {
  for (const { name, run, skip } of cases) test(`fromNode, ${kind}: ${name}`, { skip: skip ?? false }, run);
}
