/** How pipelines end before their time, and who may hold their pipes when they have ended. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { inWay, rejection, WAYS, type Way } from './ways.js';

/** Whether the process with that number does anything any more; a zombie waits for somebody who is not ours. */
function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

inEachWay('signal: everything ends, and done rejects with the reason itself', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const job = exec.pipeline(['sleep', '1000'], ['cat'], { signal: controller.signal });
  const { pids } = job;
  controller.abort(reason);
  equal(await rejection<Error>(job.done), reason);
  deepEqual(pids.filter(isAlive), []);
});

inEachWay('signal: one that has fired starts nothing', async () => {
  const reason = new Error('before');
  const job = exec.pipeline(['sleep', '1000'], { signal: AbortSignal.abort(reason) });
  equal(await rejection<Error>(job.done), reason);
  deepEqual(job.pids, []);
});

inEachWay('timeout: ends the stages, and the error says so and by what', async () => {
  const error = await rejection(exec.run(['sleep', '1000'], { timeout: 20 })); // milliseconds
  equal(error.message, 'timed out after 20 ms: sleep 1000 was killed by SIGTERM');
  equal(error.stage.signal, 'SIGTERM');
});

inEachWay('timeout: is for those too who hold a pipe when all stages have ended', async () => {
  const script = 'yes & exit 0';
  const error = await rejection(exec.run(exec.shell(script), { timeout: 300, maxBytes: 2 ** 40 }));
  match(error.message, /^timed out after 300 ms: /);
});

inEachWay('await using: leaving the scope ends what runs, by an exception too', async () => {
  let pids: readonly number[] = [];
  const left = (async () => {
    await using job = exec.pipeline(['sleep', '1000'], ['cat']);
    pids = job.pids;
    throw new Error('left');
  })();
  equal((await rejection<Error>(left)).message, 'left');
  equal(pids.length, 2);
  deepEqual(pids.filter(isAlive), []);
});

inEachWay(
  'a grandchild that holds the output delays the end by drainGrace, is named, and lives on',
  async () => {
    const script = 'sleep 1000 & echo $!';
    const { heldBy, stdout } = await exec.run(exec.shell(script), { drainGrace: 50 }); // milliseconds
    const pid = Number(new TextDecoder().decode(stdout));
    try {
      deepEqual(heldBy, [{ pid, command: 'sleep 1000' }]);
      ok(isAlive(pid));
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  },
);

inEachWay('a grandchild that goes on writing is read to its end', async () => {
  // Each byte restarts the grace, which is shorter than all of it together.
  const script = '(for i in 1 2 3 4 5 6; do sleep 0.1; echo $i; done) & echo 0';
  const out = await exec.run(exec.shell(script), { drainGrace: 400 }); // milliseconds
  deepEqual([out.lines().join(''), out.heldBy], ['0123456', []]);
});

inEachWay('a grandchild that writes on when its reader comes late is read to its end', async () => {
  // Nothing moves while nobody reads: it is named as who holds the pipe, which is cut when it brings nothing.
  const script = '(head -c 300000 /dev/zero; for i in 1 2 3 4 5 6 7 8; do sleep 0.1; echo; done) & exit 0';
  const job = exec.pipeline(exec.shell(script), { drainGrace: 400 }); // milliseconds
  const { stdout } = job;
  equal((await job.done).heldBy.length > 0, true);
  equal((await io.readAll(stdout)).length, 300_008);
});

inEachWay('a function that does not end when it is told is waited for no longer than killGrace', async () => {
  let told: unknown;
  const deaf: exec.StageFunction = (_reader, _writer, { signal }) => {
    signal.addEventListener('abort', () => {
      told = signal.reason;
    });
    return new Promise(() => {});
  };
  const job = exec.pipeline(['sleep', '1000'], deaf, { killGrace: 50 }); // milliseconds
  const error = rejection(job.done);
  await job.kill();
  equal((told as Error).message, 'ended by kill()');
  equal((await error).failures.length, 2);
});

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
