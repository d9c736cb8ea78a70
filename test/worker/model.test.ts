/** Any interleaving of calls on both ends of a worker pipe, in one thread, does what the model of the memory pipe does. */
import { test } from 'node:test';
import * as worker from 'pipework/worker';
import { checkByModel } from '../io/model-check.js';

for (const capacity of [1, 2, 3, 8]) {
  test(`worker.pipe({ capacity: ${capacity} }) does what the model does, whatever the order of calls`, () =>
    checkByModel(capacity, (capacity) => worker.pipe({ capacity })));
}
