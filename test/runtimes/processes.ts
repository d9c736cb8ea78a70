/** Pipelines of processes, next to whatever this runtime does with children of its own. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import type { Case } from '../../scripts/runtimes/suite.js';
import { ownNap, sleepers, until } from '../exec/processes.js';

const RUNS = 10;
const CHILDREN = 20;

export const processes: readonly Case[] = [
  {
    name: 'run(): nothing is lost between processes, nor through a function, however often',
    async run() {
      const passOn: exec.StageFunction = async (reader, writer) => {
        await io.copy(reader, writer);
      };
      for (let i = 0; i < RUNS; i++) {
        const out = await exec.run(['seq', '1', '100000'], ['cat'], passOn, ['wc', '-l']);
        equal(out.text().trim(), '100000');
      }
    },
  },
  {
    name: 'run(): a stage that is not wanted any more ends by SIGPIPE, and is forgiven',
    async run() {
      const { stages } = await exec.run(['yes'], ['head', '-n', '1']);
      deepEqual([stages[0]?.signal, stages[0]?.forgiven], ['SIGPIPE', true]);
    },
  },
  {
    name: 'run(): a failure tells how the stage ended, and the end of its stderr',
    async run() {
      const error = await failure(exec.run(exec.shell('echo why >&2; exit 3'), ['cat']));
      deepEqual([error.stage.code, error.stage.stderr], [3, 'why\n']);
      const killed = await failure(exec.run(['cat'], exec.shell('kill -9 $$')));
      equal(killed.stage.signal, 'SIGKILL');
    },
  },
  {
    name: 'run(): what cannot be started is told, and what was started before is gone',
    async run() {
      const nap = ownNap();
      const error = await failure(exec.run(['sleep', nap], ['/nowhere/x']));
      equal((error.cause as { code?: unknown }).code, 'ENOENT');
      const missing = await failure(exec.run(exec.command('sleep', [nap], { cwd: '/nowhere' })));
      match(missing.message, /the cwd \/nowhere/);
      deepEqual(sleepers(nap), []);
    },
  },
  {
    name: 'job.stdin, job.stdout: a child is spoken to in both directions',
    async run() {
      await using job = exec.pipeline(['cat'], { stdin: 'pipe' });
      const lines = io.lines(job.stdout);
      for (const word of ['one', 'two', 'three']) {
        await job.stdin.write(`${word}\n`);
        equal((await lines.next()).value, word);
      }
      job.stdin.close();
      equal((await lines.next()).done, true);
    },
  },
  {
    name: 'job.kill(): ends the stages and what they started',
    async run() {
      const nap = ownNap();
      const job = exec.pipeline(exec.shell(`setsid sleep ${nap} & sleep ${nap}`), ['cat'], {
        killGrace: 500, // milliseconds
      });
      const failed = failure(job.done);
      await until(() => sleepers(nap).length === 2, 'both sleep');
      await job.kill();
      deepEqual(sleepers(nap), []);
      await failed;
    },
  },
  {
    name: 'timeout: ends what takes longer',
    async run() {
      const error = await failure(exec.run(['sleep', ownNap()], { timeout: 50 })); // milliseconds
      match(error.message, /^timed out after 50 ms: /);
    },
  },
  {
    name: 'drainGrace: who holds the output when all stages have ended is named, and lives on',
    async run() {
      const nap = ownNap();
      const { heldBy } = await exec.run(exec.shell(`sleep ${nap} &`));
      deepEqual(
        heldBy.map(({ pid }) => pid),
        sleepers(nap),
      );
      for (const pid of sleepers(nap)) process.kill(pid, 'SIGKILL');
    },
  },
  {
    name: 'a process ignores no signal, and has the descriptors that it was given',
    async run() {
      equal((await exec.run(['grep', 'SigIgn', '/proc/self/status'])).text(), 'SigIgn:\t0000000000000000\n');
      equal((await exec.run(['ls', '/proc/self/fd'])).lines().join(' '), '0 1 2 3');
    },
  },
  {
    name: "twenty processes of ours and twenty of the runtime's own at once: each code is told to whom it belongs",
    async run() {
      const codes = Array.from({ length: CHILDREN }, (_, code) => code);
      const theirs = codes.map(
        (code) => new Promise((resolve) => spawn('sh', ['-c', `exit ${code}`]).on('close', resolve)),
      );
      const ours = codes.map(async (code) => {
        const { stages } = await exec.run(exec.shell(`exit ${code}`, { okCodes: [code] }));
        return stages[0]?.code;
      });
      deepEqual([await Promise.all(theirs), await Promise.all(ours)], [codes, codes]);
    },
  },
  {
    name: 'no descriptor is left, however a pipeline ends',
    async run() {
      // Of these a pipeline has some; a pair of sockets is Deno's own, which it makes at some time and keeps.
      const open = (): number => links().filter((target) => !target.startsWith('socket:')).length;
      const each = async (): Promise<void> => {
        await exec.run(['echo'], ['cat']);
        await failure(exec.run(['false']));
        await failure(exec.run(['sleep', '1000'], ['/nowhere/x']));
        await failure(exec.run(['sleep', '1000'], { timeout: 1 })); // milliseconds
        const job = exec.pipeline(['yes']);
        await job.stdout.read(new Uint8Array(10));
        job.stdout.close();
        await job.done;
      };
      await each();
      const before = open();
      for (let i = 0; i < RUNS; i++) await each();
      equal(open(), before);
    },
  },
];

/** What each descriptor of this process leads to; the one that lists them is gone by then. */
function links(): string[] {
  return readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return 'gone';
    }
  });
}

async function failure(promise: Promise<unknown>): Promise<exec.PipelineError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof exec.PipelineError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
