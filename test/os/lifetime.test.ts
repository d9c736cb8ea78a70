/**
 * The end of a process or a thread, with a pipe at any stage of its life: it neither crashes nor hangs, and leaves no
 * descriptor behind.
 */
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { child } from '../io/child.js';
import { workers } from '../runtimes/workers.js';

const STAGES = [
  'open',
  'parked',
  'watched',
  'ready',
  'fd taken',
  'taken from outside',
  'closed',
  'released',
] as const;
const WAYS = [{}, { PIPEWORK_OS: 'thread' }, { PIPEWORK_OS: 'posix' }] as const;

for (const env of WAYS) {
  const told = 'PIPEWORK_OS' in env ? env.PIPEWORK_OS : 'uv_poll';

  // 'parked' and 'watched' cannot end by themselves: a deadlock is an uncaught rejection, and somebody outside may come.
  for (const end of ['exit', 'throw', 'terminate', 'rest'] as const) {
    test(`workers end by ${end} at each stage of a pipe, and their descriptors are closed (${told})`, async () => {
      const { status, stdout, stderr } = await child('os-stages', ['all', end], { env });
      deepEqual([status, stdout, stderr], [0, '0\n', '']);
    });
  }

  test(`the process ends by exit or throw at each stage of a pipe (${told})`, async () => {
    for (const stage of STAGES) {
      const [exited, thrown] = await Promise.all([
        child('os-stages', [stage, 'exit', 'main'], { env }),
        child('os-stages', [stage, 'throw', 'main'], { env }),
      ]);
      deepEqual([exited.status, exited.stdout, exited.stderr], [0, '', ''], stage);
      equal(thrown.status, 1, stage);
      match(thrown.stderr, /Error: thrown on purpose/);
    }
  });

  test(`the addon works in eight workers at once, which end with pipes that are open (${told})`, async () => {
    const { status, stdout, stderr } = await child('os-workers', [], { env });
    equal(stderr, '');
    equal(status, 0);
    const [round, left] = stdout.trim().split('\n');
    const [got, codes] = JSON.parse(round as string) as [[number, boolean][], number[]];
    deepEqual(got, Array(8).fill([2 ** 20, true]));
    deepEqual(codes, Array(8).fill(0));
    equal(left, '0');
  });
}

for (const { name, run } of workers) test(name, run);
