/** Any interleaving of calls on both ends of a memory pipe does what the model does. */
import { test } from 'node:test';
import * as io from 'pipework';
import { checkByModel } from './model-check.js';

for (const capacity of [0, 1, 2, 3, 8]) {
  test(`pipe({ capacity: ${capacity} }) does what the model does, whatever the order of calls`, () =>
    checkByModel(capacity, (capacity) => io.pipe({ capacity })));
}
