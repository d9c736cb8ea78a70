/** The number of a process that has ended is used again: whoever has it now is never signalled. */
import { equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fixturePath } from '../io/child.js';
import { WAYS } from './ways.js';

const BOUND = 60_000; // milliseconds, against hanging only
const SPARED = 'spared, spared\n';

/** What each scene of the fixture prints. Who collects by a pidfd tells of it at once. */
const SCENES: readonly (readonly [scene: string, printed: string, ways: typeof WAYS])[] = [
  ['a stage that has ended', SPARED, WAYS],
  ['a child of a stage, which ended by SIGTERM', SPARED, WAYS],
  ['a child of a stage, whose number another child of it has got', 'true ended with it\n', WAYS],
  ['a stage that the runtime has collected and not told of', SPARED, ['child_process']],
  [
    'a stage that the runtime has collected and not told of, at the end of the program',
    SPARED,
    ['child_process'],
  ],
];

// As root a namespace for numbers is all that is needed; others first become root in one of their own for users.
const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const namespace = [...user, '--pid', '--fork', '--mount-proc'];
const skip =
  spawnSync('unshare', [...namespace, 'sh', '-c', 'echo 100 > /proc/sys/kernel/ns_last_pid']).status === 0
    ? false
    : 'no namespace can be made in which numbers can be chosen';

for (const [scene, printed, ways] of SCENES) {
  for (const way of ways) {
    test(`a number that is another's by now: that of ${scene} (${way})`, { skip }, () => {
      // The shell has the number 1, and collects who has lost their parent.
      const program = [process.execPath, fixturePath('exec-recycled'), scene];
      const { stdout, stderr, status } = spawnSync(
        'unshare',
        [...namespace, '--kill-child', 'sh', '-c', '"$@"; exit "$?"', 'sh', ...program],
        { encoding: 'utf8', timeout: BOUND, env: { ...process.env, PIPEWORK_EXEC: way } },
      );
      equal(stdout, printed, stderr);
      equal(status, 0);
    });
  }
}
