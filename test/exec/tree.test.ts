/** Ending a pipeline ends its whole tree, and nobody else. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import * as exec from 'pipework/exec';
import { runSource } from '../fixtures/run-source.js';
import { ownNap, sleepers, until } from './processes.js';
import { inWay, rejection, turn, WAYS } from './ways.js';

/** No pipe of the pipeline, nor any other. */
const APART = '</dev/null >/dev/null 2>&1';

const DEAF = 'all of them, who are deaf to SIGTERM';

/** Scripts that start so many sleepers, NAP standing for how long. */
const TREES: Readonly<Record<string, readonly [sleepers: number, script: string]>> = {
  'a background job that holds no pipe': [2, `sleep NAP ${APART} & sleep NAP`],
  'a child of a child in sessions of their own': [
    2,
    `setsid sh -c 'setsid sleep NAP ${APART} & sleep NAP' ${APART} & wait`,
  ],
  'one that starts another when it is told to end': [
    2,
    "trap 'sleep NAP & wait' TERM; sleep NAP & sleep NAP",
  ],
  [DEAF]: [3, `trap '' TERM; sleep NAP & setsid sleep NAP ${APART} & sleep NAP; sleep NAP`],
  'a daemon that holds the stderr only': [2, '(setsid sleep NAP </dev/null >/dev/null &); sleep NAP'],
  'a daemon that holds a pipe, and its child that holds none': [
    3,
    `(setsid sh -c 'sleep NAP ${APART} & sleep NAP' </dev/null >/dev/null &); sleep NAP`,
  ],
  'a daemon whose stage has ended': [1, '(setsid sleep NAP </dev/null &)'],
};

type End = 'kill()' | 'signal' | 'timeout' | 'await using';

async function end(how: End, nap: string, [count, script]: readonly [number, string]): Promise<void> {
  const controller = new AbortController();
  const options: exec.PipelineOptions = {
    killGrace: 100, // milliseconds
    drainGrace: 60_000, // milliseconds: as long as the daemon lives
    ...(how === 'signal' && { signal: controller.signal }),
    ...(how === 'timeout' && { timeout: 500 }), // milliseconds
  };
  const command = exec.shell(script.replaceAll('NAP', nap));
  if (how === 'await using') {
    await using _ = exec.pipeline(command, ['cat'], options);
    await until(() => sleepers(nap).length === count, 'all of them sleep');
    return;
  }
  const job = exec.pipeline(command, ['cat'], options);
  const failed = rejection<Error>(job.done);
  await until(() => sleepers(nap).length === count, 'all of them sleep');
  if (how === 'kill()') await job.kill();
  if (how === 'signal') controller.abort(new Error('enough'));
  if (how !== 'kill()') await failed;
}

for (const way of WAYS) {
  for (const [name, tree] of Object.entries(TREES)) {
    // What they do is the same.
    const all = ['kill()', 'signal', 'timeout', 'await using'] as const;
    for (const how of name === DEAF ? all : (['kill()'] as const)) {
      test(
        `${how} ends ${name} (${way})`,
        inWay(way, async () => {
          const nap = ownNap();
          try {
            await end(how, nap, tree);
            deepEqual(sleepers(nap), []);
          } finally {
            for (const pid of sleepers(nap)) process.kill(pid, 'SIGKILL');
          }
        }),
      );
    }
  }

  test(
    `SIGTERM comes first, and SIGKILL only when killGrace is over (${way})`,
    inWay(way, async () => {
      const polite = exec.shell("trap 'exit 3' TERM; echo ready; while :; do sleep 0.02; done");
      const deaf = exec.shell("trap '' TERM; head -c 6; while :; do sleep 0.02; done");
      const start = performance.now();
      const job = exec.pipeline(polite, deaf, { killGrace: 300 }); // milliseconds
      const failed = rejection(job.done);
      equal(await job.stdout.read(new Uint8Array(6)), 6);
      await job.kill();
      const { stages } = await failed;
      deepEqual(
        stages.map(({ code, signal }) => [code, signal]),
        [
          [3, null],
          [null, 'SIGKILL'],
        ],
      );
      ok(performance.now() - start >= 300);
    }),
  );

  test(
    `one signal ends forty pipelines by a few looks at /proc, not by some for each (${way})`,
    inWay(way, async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const failed = Array.from({ length: 40 }, () =>
        rejection<Error>(exec.run(['sleep', '1000'], { signal })),
      );
      await turn();
      const looks = await looksDuring(async () => {
        controller.abort(new Error('enough'));
        for (const { message } of await Promise.all(failed)) equal(message, 'enough');
      });
      ok(looks < 40, `${looks} looks`);
    }),
  );

  test(
    `a pipeline of which no process was started ends without a look at /proc (${way})`,
    inWay(way, async () => {
      const looks = await looksDuring(async () => {
        await rejection(exec.run(['/nowhere/x'], ['cat']));
        await rejection(exec.run(() => new Promise<void>(() => {}), { timeout: 1, killGrace: 1 }));
      });
      ok(looks < 1, `${looks} looks`);
    }),
  );

  test(
    `timeout: is for a Writer too that never takes the output (${way})`,
    inWay(way, async () => {
      const stdout = { write: () => new Promise<number>(() => {}) };
      const error = await rejection(exec.run(['echo', 'x'], { stdout, timeout: 100, killGrace: 50 }));
      match(error.message, /^timed out after 100 ms: /);
    }),
  );

  test(
    `a service that is older than this program and was handed a pipe lives on, and delays no end that is wanted (${way})`,
    inWay(way, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'pipework-service-'));
      const path = join(folder, 'socket');
      const service = spawn('python3', ['-c', SERVICE, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        await once(service.stdout, 'data');
        // Bytes come for ever, which restarts the grace for ever.
        const source = `
          import * as exec from 'pipework/exec';
          const hand = ['python3', '-c', ${JSON.stringify(CLIENT)}, '${path}'];
          const error = await exec.run(hand, { timeout: 500, killGrace: 50, drainGrace: 200 }).catch((error) => error);
          console.log(error.message.slice(0, 22));`;
        const { stdout, stderr } = runSource(source, { PIPEWORK_EXEC: way });
        equal(stdout, 'timed out after 500 ms\n', stderr);
        equal(service.exitCode ?? service.signalCode, null);
      } finally {
        service.kill('SIGKILL');
        await once(service, 'close');
        rmSync(folder, { recursive: true });
      }
    }),
  );

  test(
    `kill() leaves other children of this process alone, also those that are just being started by another thread (${way})`,
    inWay(way, async () => {
      const nap = ownNap();
      const other = spawn('sleep', [nap], { stdio: 'ignore' });
      const busy = new Worker(SPAWNER, { eval: true });
      const exited = once(busy, 'exit'); // it may come in one turn with the last message
      await once(busy, 'message');
      for (let i = 0; i < 15; i++) {
        const job = exec.pipeline(['cat'], ['cat'], { stdin: 'pipe' });
        job.done.catch(() => {});
        await job.kill();
      }
      busy.postMessage('stop');
      const [{ started, failed }] = await once(busy, 'message');
      await exited;
      ok(started > 0);
      deepEqual(failed, []);
      equal(other.exitCode ?? other.signalCode, null);
      other.kill('SIGKILL');
      await once(other, 'exit');
    }),
  );
}

/** A look reads a file of each process, to its end. */
async function looksDuring(run: () => Promise<void>): Promise<number> {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  const before = readCalls();
  await run();
  return (readCalls() - before) / 2 / processes;
}

/** Calls of read(2) by this process, so far. */
function readCalls(): number {
  return Number(/^syscr: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

/** Starts processes all the time; says how many there were, and how those ended that did not do well. */
const SPAWNER = `
const { spawn } = require('node:child_process');
const { parentPort } = require('node:worker_threads');
let goesOn = true;
let started = 0;
const failed = [];
parentPort.once('message', () => (goesOn = false));
async function run() {
  while (goesOn) {
    started++;
    const [code, signal] = await new Promise((resolve) => spawn('true').on('exit', (...end) => resolve(end)));
    if (code !== 0) failed.push(signal ?? code);
  }
}
Promise.all([run(), run()]).then(() => parentPort.postMessage({ started, failed }));
parentPort.postMessage('started');`;

/** Is handed a descriptor, and writes to it until nobody reads. */
const SERVICE = `
import socket, sys, time
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print('ready', flush=True)
while True:
    _, (fd,), _, _ = socket.recv_fds(listener.accept()[0], 1, 1)
    try:
        with open(fd, 'wb', buffering=0) as pipe:
            while True:
                pipe.write(b'.')
                time.sleep(0.02)
    except BrokenPipeError:
        pass`;

/** Hands its output over. */
const CLIENT = `
import socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
socket.send_fds(connection, [b'x'], [1])`;
