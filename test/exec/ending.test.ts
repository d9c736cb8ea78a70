/** How pipelines end before their time: grandchildren, cancelling, and the end of this program or of a worker. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { runSource } from '../fixtures/run-source.js';
import { inWay, rejection, WAYS } from './ways.js';

/** The process with that number, as far as it does anything any more. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !isZombie(pid);
}

function isZombie(pid: number): boolean {
  // Orphans wait for somebody who is not ours to collect them.
  return !existsSync(`/proc/${pid}/exe`) || stateOf(pid) === 'Z';
}

function stateOf(pid: number): string {
  const { stdout } = runSource(
    `import fs from 'node:fs';
    try { console.log(/\\) (.)/.exec(fs.readFileSync('/proc/${pid}/stat', 'utf8'))[1]); } catch { console.log('Z'); }`,
  );
  return stdout.trim();
}

/** Reads a line with so many numbers of processes. */
async function readPids(reader: io.Reader): Promise<number[]> {
  for await (const line of io.lines(reader)) return line.split(' ').map(Number);
  throw new Error('the output has ended');
}

function inEachWay(name: string, run: (way: 'native' | 'child_process') => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}

/** A stage that says the numbers of what it starts, and then runs on. */
const FAMILIES = {
  'background jobs': 'sleep 1000 & a=$!; sleep 1000 & echo $$ $a $!; wait',
  'a child in a session of its own': 'setsid sleep 1000 & echo $$ $!; wait',
  'a shell that ignores SIGTERM': 'trap "" TERM; sleep 1000 & echo $$ $!; while :; do sleep 0.1; done',
  'an orphan that holds the pipe': 'a=$(sh -c "sleep 1000 >&3 & echo \\$!") 3>&1; echo $$ $a; sleep 1000',
};

for (const [family, script] of Object.entries(FAMILIES)) {
  inEachWay(`job.kill(): ends ${family}`, async () => {
    const job = exec.pipeline(exec.shell(script), { killGrace: 200 }); // milliseconds
    const error = rejection(job.done);
    const pids = await readPids(job.stdout);
    await job.kill();
    deepEqual(pids.filter(isAlive), []);
    match((await error).message, /^ended by kill\(\): /);
  });
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
  'a stage that cannot be started: those before it are ended and collected, and it is the one named',
  async () => {
    const job = exec.pipeline(['sleep', '1000'], ['/nowhere/x'], ['cat']);
    const { pids } = job;
    const error = await rejection(job.done);
    equal(error.stage.command, '/nowhere/x');
    equal((error.stage.error as { code?: unknown }).code, 'ENOENT');
    deepEqual(pids.filter(isAlive), []);
  },
);

inEachWay(
  'a stage that is killed in mid-stream is the failure, and what it wrote before can be read',
  async () => {
    const job = exec.pipeline(exec.shell('echo before; kill -9 $$; echo after'), ['cat']);
    const got: string[] = [];
    const error = await rejection(
      (async () => {
        for await (const line of io.lines(job.stdout)) got.push(line);
      })(),
    );
    deepEqual(got, ['before']);
    deepEqual([error.stage.index, error.stage.signal, error.failures.length], [0, 'SIGKILL', 1]);
  },
);

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

for (const way of WAYS) {
  for (const [end, text] of Object.entries({
    'process.exit()': 'process.exit(7);',
    'an uncaught error': "throw new Error('uncaught');",
  })) {
    test(`the end of this program by ${end} ends what still runs (${way})`, async () => {
      const { stdout } = runSource(
        `
        import * as exec from 'pipework/exec';
        const job = exec.pipeline(exec.shell('sleep 1000 & echo $$ $!; wait'), { stdout: 1 });
        job.done.catch(() => {});
        setTimeout(() => { ${text} }, 300);`,
        { PIPEWORK_EXEC: way },
      );
      const pids = stdout.trim().split(' ').map(Number);
      equal(pids.length, 2);
      for (let tries = 0; tries < 200 && pids.some(isAlive); tries++) await pause(10);
      deepEqual(pids.filter(isAlive), []);
    });
  }

  test(`killOnSignal: SIGTERM is passed on, and this program ends by it; otherwise no handler is there (${way})`, () => {
    for (const killOnSignal of [true, false]) {
      const { stdout, signal } = runSource(
        `
        import * as exec from 'pipework/exec';
        const job = exec.pipeline(['sleep', '1000'], { killOnSignal: ${killOnSignal} });
        job.done.catch(() => {});
        console.log(process.listenerCount('SIGTERM'));
        if (!${killOnSignal}) { await job.kill(); process.exit(); }
        process.kill(process.pid, 'SIGTERM');
        setTimeout(() => console.log('still here'), 5000);`,
        { PIPEWORK_EXEC: way },
      );
      deepEqual([stdout, signal], killOnSignal ? ['1\n', 'SIGTERM'] : ['0\n', null]);
    }
  });
}

test('a worker that is terminated while a job runs: its processes are killed and collected, and this one goes on', () => {
  const { stdout, stderr, status } = runSource(`
    import fs from 'node:fs';
    import { Worker } from 'node:worker_threads';
    const count = () => fs.readdirSync('/proc/self/fd').length;
    const source = \`
      import { parentPort } from 'node:worker_threads';
      import * as exec from 'pipework/exec';
      const job = exec.pipeline(['sleep', '1000'], ['cat']);
      job.done.catch(() => {});
      parentPort.postMessage(job.pids);
    \`;
    const round = async () => {
      const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(source.replaceAll("'pipework/exec'", "'" + import.meta.resolve('pipework/exec') + "'"))));
      const pids = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
      await worker.terminate();
      return pids;
    };
    await round();
    const before = count();
    const pids = await round();
    console.log(pids.length, pids.filter((pid) => fs.existsSync('/proc/' + pid)).length, count() - before);`);
  deepEqual([stdout, stderr, status], ['2 0 0\n', '', 0]);
});

test(
  'twenty children of the runtime and twenty of ours at the same time: no exit code is stolen',
  inWay('native', async () => {
    const { spawn } = await import('node:child_process');
    const theirs = Array.from(
      { length: 20 },
      (_, code) => new Promise((resolve) => spawn('sh', ['-c', `exit ${code}`]).on('close', resolve)),
    );
    const ours = Array.from({ length: 20 }, async (_, code) => {
      const { stages } = await exec.run(exec.shell(`exit ${code}`, { okCodes: [code] }));
      return stages[0]?.code;
    });
    const codes = Array.from({ length: 20 }, (_, code) => code);
    deepEqual([await Promise.all(theirs), await Promise.all(ours)], [codes, codes]);
  }),
);

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
