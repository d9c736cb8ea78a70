/** The traps of docs/gotchas.md that no other file of tests holds. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { runSource } from '../fixtures/run-source.js';
import { inWay, rejection, turn, WAYS, type Way } from './ways.js';

inEachWay('a pipeline: no byte is lost between two processes, thirty times in a row', async () => {
  for (let run = 0; run < 30; run++) {
    const { stdout } = await exec.run(['seq', '1', '400000'], ['wc', '-l']);
    equal(new TextDecoder().decode(stdout), '400000\n');
  }
});

inEachWay(
  'a pipeline: an output that nobody reads stops the first stage, and memory is the pipes',
  async () => {
    await using job = exec.pipeline(['yes'], ['cat'], ['cat'], { capacity: 65536 });
    const into = new Uint8Array(1);
    equal(await job.stdout.read(into), 1);
    const written = await standstill(job.pids);
    // Three pipes, and what each of the two programs in between holds in its hands.
    ok(written > 3 * 65536 && written < 3 * 65536 + 2 * 256 * 1024, `${written} bytes`);
    job.stdout.close();
    await job.done;
  },
);

inEachWay('start: a folder that is not there is told from a program that is not there', async () => {
  const folder = await rejection(exec.run(exec.command('true', [], { cwd: '/nowhere' })));
  match(folder.message, /^true could not be started: .*the cwd \/nowhere/);
  const program = await rejection(exec.run(['no-such-program']));
  match(program.message, /^no-such-program could not be started: .*ENOENT/);
  ok(!program.message.includes('cwd'));
});

inEachWay('start: when a stage cannot be started, those before it are ended and reaped', async () => {
  const error = await rejection(exec.run(['sleep', '1000'], ['no-such-program'], ['cat']));
  match(error.message, /^stage 2 of 3, no-such-program, could not be started/);
  deepEqual(
    error.stages.map(({ pid, signal }) => [pid !== undefined, signal]),
    [
      [true, error.stages[0]?.signal ?? null],
      [false, null],
      [false, null],
    ],
  );
  match(String(error.stages[0]?.signal), /^SIG(TERM|KILL)$/);
});

inEachWay(
  'start: what the system refuses is a failure of the job, and what is wrong is thrown at once',
  async () => {
    const long = 'x'.repeat(1 << 20);
    const tooLong = await rejection(exec.run(['true', long, long, long, long]));
    equal((tooLong.cause as { code?: unknown }).code, 'E2BIG');
    let thrown: unknown;
    try {
      exec.pipeline(['true', 'a\0b']);
    } catch (error) {
      thrown = error;
    }
    ok(thrown instanceof TypeError);
  },
);

inEachWay('limits: a stage has the limit on open files that this process has', async () => {
  const own = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  const out = await exec.run(exec.shell('ulimit -Sn; ulimit -Sn 100; exec sh -c "ulimit -Sn"'));
  deepEqual(out.lines(), [own, '100']);
});

inEachWay('verdict: a stage that failed is an error, wherever it stands', async () => {
  for (const stages of [
    [['false'], ['true'], ['true']],
    [['true'], ['false'], ['true']],
    [['true'], ['true'], ['false']],
  ]) {
    const error = await rejection(exec.run(...stages));
    equal(error.stage.command, 'false');
    equal(error.failures.length, 1);
  }
});

inEachWay('verdict: SIGPIPE is forgiven to a stage whose output nobody wants, and to no other', async () => {
  const { stages } = await exec.run(['yes'], ['head', '-n', '1']);
  deepEqual([stages[0]?.signal, stages[0]?.forgiven, stages[0]?.ok], ['SIGPIPE', true, false]);
  const last = await rejection(exec.run(['true'], exec.shell('kill -PIPE $$')));
  equal(last.stage.signal, 'SIGPIPE');
  const strict = await rejection(exec.run(['yes'], ['head', '-n', '1'], { forgiveSigpipe: false }));
  equal(strict.stage.command, 'yes');
});

inEachWay('verdict: a shell that tells of SIGPIPE by 141 is forgiven as the signal is', async () => {
  const { stages } = await exec.run(exec.shell('yes; exit $?'), ['head', '-n', '1']);
  deepEqual([stages[0]?.code, stages[0]?.forgiven], [141, true]);
});

inEachWay('verdict: a program that makes a failure of EPIPE has failed, as in bash', async () => {
  const program = 'trap "" PIPE; yes 2>/dev/null; exit 1';
  const error = await rejection(exec.run(exec.shell(program), ['head', '-n', '1']));
  deepEqual([error.stage.index, error.stage.code], [0, 1]);
});

inEachWay('verdict: how the stages ended decides, not when', async () => {
  // `cat` ends after what killed the stage behind it, or before.
  for (const program of ['kill -PIPE $$', 'cat >/dev/null; kill -PIPE $$']) {
    const error = await rejection(exec.run(['echo'], exec.shell(program)));
    deepEqual([error.stage.index, error.failures.length], [1, 1]);
  }
});

inEachWay(
  'grandchildren: one that holds the output is named, left alone, and waited for no longer',
  async () => {
    await using job = exec.pipeline(exec.shell('sleep 1000 & echo $!'));
    const { stdout, heldBy } = await job.done;
    const pid = Number(new TextDecoder().decode(stdout));
    ok(process.kill(pid, 'SIGKILL')); // it runs
    deepEqual(heldBy, [{ pid, command: 'sleep 1000' }]);
  },
);

inEachWay('kill: reaches what was started by what was started, and an orphan that holds a pipe', async () => {
  const [child, orphan] = [`1001.${process.pid}`, `1002.${process.pid}`]; // seconds that nobody else sleeps
  await using job = exec.pipeline(
    exec.shell(`sh -c "sleep ${child} & wait" & (sh -c "sleep ${orphan} &"); echo; wait`),
  );
  await job.stdout.read(new Uint8Array(1));
  const sleeps = () =>
    commandLines().filter((line) => line === `sleep ${child}` || line === `sleep ${orphan}`);
  while (sleeps().length < 2) await turn();
  await job.kill();
  deepEqual(sleeps(), []);
  job.stdout.close();
});

inEachWay('kill: a stage has ended when the call is done, and another process is never hit', async () => {
  await using job = exec.pipeline(['true']);
  await job.done;
  // Its number may be anybody's by now.
  await job.kill();
  equal((await job.done).stages[0]?.ok, true);
});

inEachWay('terminal: a stage stays in the group and the session of its parent', async () => {
  const own = groupOf('self');
  const out = await exec.run(['cat', '/proc/self/stat'], ['cat']);
  deepEqual(groupIn(out.text()), own);
});

inEachWay(
  'exits: twenty children of the runtime’s own beside twenty of ours, and each its own code',
  async () => {
    const codes = Array.from({ length: 20 }, (_, i) => i + 1);
    const theirs = codes.map(async (code) => {
      const child = spawn('sh', ['-c', `exit ${code}`], { stdio: 'ignore' });
      const [got] = await once(child, 'exit');
      return got;
    });
    const ours = codes.map(async (code) => {
      const error = await rejection(exec.run(exec.shell(`exit ${code}`)));
      return error.stage.code;
    });
    deepEqual(await Promise.all(theirs), codes);
    deepEqual(await Promise.all(ours), codes);
  },
);

test('usage: memory that is the parent’s is not taken for the child’s (native)', async () => {
  const ballast = new Uint8Array(200 * 1024 * 1024).fill(1); // bytes, more than any `true` has
  await inWay('native', async () => {
    const { stages } = await exec.run(['true']);
    const peak = stages[0]?.peakMemory ?? 0;
    ok(peak < ballast.length, `${peak} bytes`);
  })();
});

for (const [how, end, status] of [
  ['process.exit()', 'process.exit(3)', 3],
  ['an uncaught error', "throw new Error('oops')", 1],
] as const) {
  for (const way of WAYS) {
    test(`exit: what still runs is told to end by ${how} (${way})`, async () => {
      const { stdout, status: got } = runSource(
        `
        import * as exec from 'pipework/exec';
        const job = exec.pipeline(['sleep', '1003'], ['cat']);
        console.log(job.pids.join(' '));
        setImmediate(() => { ${end}; });`,
        { PIPEWORK_EXEC: way },
      );
      equal(got, status);
      const pids = stdout.trim().split(' ').map(Number);
      equal(pids.length, 2);
      while (pids.some(isAlive)) await turn();
    });
  }
}

test('tee(): a pipeline that wants no more stops none of the others, and a failed source fails all', async () => {
  await inWay('native', async () => {
    const source = exec.pipeline(['seq', '1', '100000']);
    const [all, some] = io.tee(source.stdout);
    const [count, first] = await Promise.all([
      exec.run(['wc', '-l'], { stdin: all }),
      exec.run(['head', '-n', '1'], { stdin: some }),
    ]);
    deepEqual([count.text().trim(), first.text().trim()], ['100000', '1']);

    const failing = exec.pipeline(exec.shell('echo half; exit 3'));
    const errors = io.tee(failing.stdout).map((stdin) => rejection(exec.run(['cat'], { stdin })));
    for (const error of await Promise.all(errors)) equal(error.stage.code, 3);
  })();
});

/** Bytes that the first of these processes has written when all of them sleep, and so wait for each other. */
async function standstill(pids: readonly number[]): Promise<number> {
  for (let before = ''; ; ) {
    const states = pids.map((pid) => /\) (.) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]).join('');
    const written = pids.map((pid) => /^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
    const now = `${states} ${written.join(' ')}`;
    if (states === 'S'.repeat(pids.length) && now === before) return Number(written[0]);
    before = now;
    await turn();
  }
}

function groupOf(pid: string): string[] {
  return groupIn(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

/** The process group and the session. */
function groupIn(stat: string): string[] {
  return stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(2, 4);
}

/** The command lines of all processes. */
function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      } catch {
        return ''; // it has ended
      }
    });
}

function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
