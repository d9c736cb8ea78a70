/** Pipelines in worker threads, and what becomes of them when these end. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { runNode } from '../fixtures/run-node.js';
import { fixturePath } from '../io/child.js';

for (const way of ['twin', 'thread']) {
  for (const how of ['terminate', 'exit', 'throw']) {
    test(`workers end by ${how} while jobs run: no process, descriptor or crash is left (${way})`, () => {
      const { status, stdout, stderr } = runNode(fixturePath('exec-workers'), [how], {
        env: { PIPEWORK_OS: way },
      });
      deepEqual([status, stdout], [0, '0 0\n'], stderr);
    });
  }

  for (const exec of ['native', 'child_process']) {
    test(`eight workers run pipelines at once, next to the runtime's own children: each end is told to whom it belongs (${way}, ${exec})`, () => {
      const { status, stdout, stderr } = runNode(fixturePath('exec-many-workers'), [], {
        env: { PIPEWORK_OS: way, PIPEWORK_EXEC: exec },
      });
      equal(status, 0, stderr);
      deepEqual(JSON.parse(stdout), [Array(8).fill([]), Array(8).fill(0)]);
    });
  }
}
