/** The scenarios as this user sees them, with all that is to be seen. */
import { test } from 'node:test';
import { scenarios } from './scenarios.js';

for (const { name, run } of scenarios) test(`scan(), verdict(): ${name}`, run);
