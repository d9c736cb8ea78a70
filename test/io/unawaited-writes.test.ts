/**
 * The policy for writes that nobody awaits: one that succeeds is silent, one that fails is an unhandled rejection, as
 * of any promise. Exactly one for each write, and none for `closed`.
 */
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { child } from './child.js';

for (const [what, capacity, stdout] of [
  ['reader.abort', 0, '1000 0 enough'],
  ['reader.close', 0, '1000 0 BrokenPipeError'],
  ['writer.abort', 0, '1000 0 ClosedPipeError'],
  ['writer.close', 0, '0 10000 '],
  // A hundred and five bytes hold ten writes and a half: these ten have been sent, the other 990 fail.
  ['reader.abort', 105, '990 105 enough'],
  ['reader.close', 105, '990 105 BrokenPipeError'],
  ['writer.abort', 105, '990 105 ClosedPipeError'],
  ['writer.close', 105, '0 10000 '],
] as const) {
  test(`write(): a thousand that nobody awaits, then ${what}() (capacity ${capacity})`, async () => {
    const ended = await child('unawaited-writes', [what, String(capacity)]);
    deepEqual(ended, { status: 0, stdout: `${stdout}\n`, stderr: '' });
  });
}
