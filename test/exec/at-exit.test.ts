/** When this program ends before its pipelines: they are told by SIGTERM, and have time to clean up. */
import { deepEqual, equal } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { packageRoot } from '../fixtures/package-copy.js';
import { ownNap, sleepers, until } from './processes.js';
import { WAYS, type Way } from './ways.js';

/** What ends a program, and the status or signal that it then ends with. */
const ENDS: Readonly<Record<string, readonly [end: number | string, source: string]>> = {
  'process.exit()': [7, 'process.exit(7);'],
  'an uncaught error': [1, "queueMicrotask(() => { throw new Error('on purpose'); });"],
  'an unhandled rejection': [1, "Promise.reject(new Error('on purpose'));"],
};

for (const way of WAYS) {
  for (const [name, [end, source]] of Object.entries(ENDS)) {
    test(`${name} tells by SIGTERM what still runs, its descendants too, and waits for none of it (${way})`, async (t) => {
      const scene = await start(t, way, '{}');
      scene.say(source);
      deepEqual(await scene.ended, typeof end === 'number' ? [end, null] : [null, end]);
      await scene.everybodyWasTold();
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`killOnSignal: ${signal} is passed on as SIGTERM, and this program ends by it (${way})`, async (t) => {
      const scene = await start(t, way, '{ killOnSignal: true }');
      process.kill(scene.pid, signal);
      deepEqual(await scene.ended, [null, signal]);
      await scene.everybodyWasTold();
    });
  }

  test(`killOnSignal: with another listener it is that one who decides, each time anew (${way})`, async (t) => {
    const scene = await start(t, way, '{ killOnSignal: true }');
    scene.say("globalThis.count = 0; process.on('SIGTERM', () => console.log('heard', ++count));");
    await scene.heard('done');
    for (const time of [1, 2]) {
      process.kill(scene.pid, 'SIGTERM');
      await scene.heard(`heard ${time}`);
    }
    await scene.everybodyWasTold();
    scene.say('process.exit(2 + count);');
    deepEqual(await scene.ended, [4, null]);
  });
}

test('no signal has a listener, but for killOnSignal while its job runs; no listener is left', async (t) => {
  const scene = await start(t, 'native', '{ killGrace: 100 }');
  const listeners = `console.log(['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map((name) => process.listenerCount(name)).join(' '));`;
  scene.say(listeners);
  await scene.heard('0 0 0 1');
  scene.say(`globalThis.other = exec.pipeline(['cat'], { stdin: 'pipe', killOnSignal: true });${listeners}`);
  await scene.heard('1 1 1 1');
  scene.say(`other.stdin.close(); await other.done; await job.kill();${listeners}`);
  await scene.heard('0 0 0 0');
  scene.say('process.exit(0);');
  equal((await scene.ended)[0], 0);
});

interface Scene {
  readonly pid: number;
  /** The status and the signal that the program ended with. */
  readonly ended: Promise<unknown[]>;
  /** Runs a piece of source in the program, which has `exec` and `job`, and then says 'done'. */
  say(source: string): void;
  /** Waits until the program has printed this line. */
  heard(line: string): Promise<void>;
  everybodyWasTold(): Promise<void>;
}

/** A program with a job that runs: a shell that leaves a word behind when it is told to end, and two that sleep. */
async function start(t: TestContext, way: Way, options: string): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'pipework-exit-'));
  const nap = ownNap();
  const told = join(folder, 'told');
  const script = `trap 'sleep 0.1; echo told > ${told}; exit' TERM; sleep ${nap} </dev/null >/dev/null 2>&1 & echo; sleep ${nap} & wait`;
  const program = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], {
    cwd: packageRoot,
    env: { ...process.env, PIPEWORK_EXEC: way, SCRIPT: script, OPTIONS: options },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  t.after(async () => {
    program.kill('SIGKILL');
    for (const pid of sleepers(nap)) process.kill(pid, 'SIGKILL');
    await rm(folder, { recursive: true });
  });
  const lines: string[] = [];
  createInterface(program.stdout).on('line', (line) => lines.push(line));
  const ended = once(program, 'exit');
  const heard = async (line: string): Promise<void> => {
    await until(() => lines.includes(line), `it says ${line}, but ${lines.join('; ')}`);
    lines.length = 0;
  };
  await heard('ready');
  await until(() => sleepers(nap).length === 2, 'both sleep');
  return {
    pid: program.pid as number,
    ended,
    say: (source) => void program.stdin.write(`${source.replaceAll('\n', ' ')}\n`),
    heard,
    everybodyWasTold: async () => {
      await until(() => sleepers(nap).length === 0, 'nobody sleeps any more');
      await until(() => contents(told) === 'told\n', 'the shell has cleaned up');
    },
  };
}

/** Does what its input says, line by line. */
const PROGRAM = `
import { createInterface } from 'node:readline';
import * as exec from 'pipework/exec';
const { SCRIPT, OPTIONS } = process.env;
const job = exec.pipeline(exec.shell(SCRIPT), ['cat'], (0, eval)('(' + OPTIONS + ')'));
job.done.catch(() => {});
const AsyncFunction = (async () => {}).constructor;
createInterface(process.stdin).on('line', async (source) => {
  await new AsyncFunction('exec', 'job', source)(exec, job);
  console.log('done');
});
console.log('ready');`;

function contents(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not yet
  }
}
