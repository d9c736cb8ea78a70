import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { child } from '../io/child.js';

test('DeadlockError: streams and ends that wait for each other are told, by name, when nothing can move them', async () => {
  const { status, stdout, stderr } = await child('stuck-node');
  deepEqual(stdout.trim().split('\n').sort(), [
    '  stuffed (17 of 7 bytes full): write has moved 17 of 17 bytes',
    'readable ERR_PIPE_DEADLOCK 4',
    'reader ERR_PIPE_DEADLOCK',
    'writable ERR_PIPE_DEADLOCK',
    'writer ERR_PIPE_DEADLOCK',
  ]);
  deepEqual([status, stderr], [0, '']);
});
