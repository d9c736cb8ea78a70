/** What could not be started is no process, whatever its handle says. */
import { equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { packageRoot } from '../fixtures/package-copy.js';
import { WAYS } from './ways.js';

const BOUND = 60_000; // milliseconds, against hanging only

for (const way of WAYS) {
  test(`a stage that could not be started gets no signal, and nobody in its place (${way})`, () => {
    const source = `
      import { ChildProcess } from 'node:child_process';
      import * as exec from 'pipework/exec';
      process.on('SIGTERM', () => console.log('hit'));
      const { kill } = ChildProcess.prototype;
      ChildProcess.prototype.kill = function (signal) {
        if (this.pid === undefined) console.log('whatever number its handle has');
        else kill.call(this, signal);
      };
      const job = exec.pipeline(['cat'], ['/nowhere/x'], { stdin: 'pipe' });
      const { code } = await job.done.catch((error) => error);
      await new Promise((resolve) => setImmediate(resolve));
      console.log(code);`;
    // In a group of its own: to signal the number 0 is to signal the whole group, this test and its runner included.
    const { stdout, stderr, status } = spawnSync(
      'setsid',
      ['--wait', process.execPath, '--input-type=module', '--eval', source],
      { cwd: packageRoot, encoding: 'utf8', timeout: BOUND, env: { ...process.env, PIPEWORK_EXEC: way } },
    );
    equal(`${status} ${stdout}${stderr}`, '0 ERR_PIPELINE_FAILED\n');
  });
}
