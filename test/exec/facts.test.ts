/** What is known of a stage, while it runs and when it has ended. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { runAsOrdinaryUser } from '../fixtures/ordinary-user.js';
import { inWay, rejection, turn, WAYS, type Way } from './ways.js';

/** Counts for a while, and says what that took, as in `0m0.150000s 0m0.010000s`. */
const COUNTING = exec.shell('i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done; times');

inEachWay('stages: say the place, the command, the pid, the code and when, of each', async () => {
  const before = performance.timeOrigin + performance.now();
  async function pass(reader: io.PipeReader, writer: io.PipeWriter) {
    await io.copy(reader, writer);
  }
  const job = exec.pipeline(['echo', 'a b'], pass, exec.shell('cat; exit 3', { okCodes: [3] }));
  const { pids } = job;
  const { stages } = await job.done;
  const after = performance.timeOrigin + performance.now();
  deepEqual(
    stages.map(({ index, command, pid, code, signal, ok, forgiven, stderr }) => [
      index,
      command,
      pid,
      code,
      signal,
      ok,
      forgiven,
      stderr,
    ]),
    [
      [0, "echo 'a b'", pids[0], 0, null, true, false, ''],
      [1, 'pass', undefined, null, null, true, false, ''],
      [2, "/bin/sh -c 'cat; exit 3'", pids[1], 3, null, true, false, ''],
    ],
  );
  for (const { startedAt = 0, endedAt = 0 } of stages)
    ok(before <= startedAt && startedAt <= endedAt && endedAt <= after);
});

inEachWay('stages: a stage that waits says a long time, and one that does not a short one', async () => {
  const { stages } = await exec.run(['true'], exec.shell('sleep 0.3'));
  const [short, long] = stages.map(({ startedAt = 0, endedAt = 0 }) => endedAt - startedAt);
  ok((long as number) >= 300, `${long}`);
  ok((short as number) < (long as number));
});

test(
  'stages: user and system time are exact (native)',
  inWay('native', async () => {
    const out = await exec.run(COUNTING);
    const [{ userTime = 0, systemTime = 0, isSampled } = {} as exec.StageResult] = out.stages;
    const told = (out.lines()[0] ?? '').split(' ').map((time) => Number(time.slice(2, -1)) * 1000);
    const [user, system] = told as [number, number];
    // The shell looks a little before its end, and counts in ticks of 10 ms.
    ok(user > 50 && userTime > user - 20 && userTime < user + 40, `${userTime} of ${user}`);
    ok(systemTime > system - 20 && systemTime < system + 40, `${systemTime} of ${system}`);
    ok(!Number.isInteger(userTime / 10) || !Number.isInteger(systemTime / 10)); // not in ticks
    equal(isSampled, undefined);
  }),
);

test(
  'stages: bytes out are exact, and bytes in are those and what starting it reads (native)',
  { skip: process.getuid?.() === 0 ? false : 'the bytes of what has ended may be for root alone to see' },
  inWay('native', async () => {
    const size = 3_000_001; // bytes
    const { stages } = await exec.run(['head', '-c', String(size), '/dev/zero'], ['cat'], ['cat'], {
      stdout: null,
    });
    deepEqual(
      stages.map(({ bytesOut }) => bytesOut),
      [size, size, size],
    );
    for (const { bytesIn = 0 } of stages) ok(bytesIn >= size && bytesIn < size + 100_000, `${bytesIn}`);
  }),
);

for (const way of WAYS) {
  test(`stages: where the bytes of what has ended are refused, they are those of the last look, and marked (${way})`, () => {
    const source = `
      import * as io from 'pipework';
      import * as exec from 'pipework/exec';
      const half = exec.shell('head -c 5000 /dev/zero; read go; head -c 5000 /dev/zero');
      for (const looks of [false, true]) {
        const job = exec.pipeline(['cat'], half, ['cat'], { stdin: 'pipe' });
        await io.readFull(job.stdout, new Uint8Array(5000));
        if (looks) job.stats();
        await job.stdin.write('go\\n');
        job.stdin.close();
        await io.readAll(job.stdout);
        const { bytesOut, isSampled } = (await job.done).stages[2];
        // Some systems refuse nothing.
        if (bytesOut === 10000 && !isSampled) console.log('exact');
        else console.log(looks ? [bytesOut >= 5000, isSampled].join() : [bytesOut, isSampled].join());
      }`;
    const { stdout, stderr } = runAsOrdinaryUser(source, { PIPEWORK_EXEC: way });
    match(stdout, /^(,\n|exact\n)(true,true\n|exact\n)$/, stderr);
  });
}

test(
  'stages: peak memory is reported above that of this process only, whose own the kernel counts',
  inWay('native', async () => {
    const [small] = (await exec.run(['true'])).stages;
    equal(small?.peakMemory, undefined);
    const size = process.resourceUsage().maxRSS * 1024 + 2 ** 26; // bytes
    const [large] = (
      await exec.run(
        ['head', '-c', '1', '/dev/zero'],
        ['dd', `bs=${size}`, 'count=1', 'if=/dev/zero', 'of=/dev/null'],
      )
    ).stages.slice(1);
    ok((large?.peakMemory ?? 0) > size / 2);
  }),
);

inEachWay('stages: a function has no pid, no usage and no code', async () => {
  const { stages } = await exec.run(async () => {});
  const [stage] = stages;
  deepEqual(Object.keys(stage ?? {}).sort(), [
    'code',
    'command',
    'endedAt',
    'forgiven',
    'index',
    'ok',
    'signal',
    'startedAt',
    'stderr',
  ]);
});

inEachWay(
  'stats(): says what a stage has moved while it runs, and is a record that stays as it was',
  async (way) => {
    const job = exec.pipeline(['cat'], { stdin: 'pipe' });
    const into = new Uint8Array(65536);
    let before = job.stats();
    equal(before[0]?.code, null);
    equal(before[0]?.endedAt, undefined);
    equal(before[0]?.isSampled, true);
    ok((before[0]?.peakMemory ?? 0) > 0);
    for (let i = 0; i < 3; i++) {
      await job.stdin.write(new Uint8Array(10_000));
      equal(await io.readFull(job.stdout, into.subarray(0, 10_000)), 10_000);
      const now = job.stats();
      // What the runtime writes in its child before that has found its program is counted, too.
      const more = (now[0]?.bytesOut ?? 0) - 10_000 * (i + 1);
      ok(way === 'native' ? more === 0 : more >= 0 && more < 16, `${more}`);
      equal((now[0]?.bytesIn ?? 0) - (before[0]?.bytesIn ?? 0) >= 10_000, true);
      before = now;
    }
    job.stdin.close();
    equal(await job.stdout.read(into), null);
    equal(before[0]?.endedAt, undefined);
    const [last] = job.stats();
    ok(last?.ok && last.endedAt !== undefined);
    equal(Math.floor((last.bytesOut ?? 0) / 16), 30_000 / 16);
  },
);

inEachWay(
  'stats(): the usage of what has ended since is that of the last look where nothing better is known',
  async (way) => {
    const job = exec.pipeline(exec.shell('head -c 5000 /dev/zero; read go; head -c 5000 /dev/zero'), {
      stdin: 'pipe',
    });
    await io.readFull(job.stdout, new Uint8Array(5000));
    job.stats();
    await job.stdin.write('go\n');
    job.stdin.close();
    await io.readFull(job.stdout, new Uint8Array(5000));
    equal(await job.stdout.read(new Uint8Array(1)), null);
    const [stage] = job.stats();
    // The memory of so small a process is known from the look alone, in either way.
    equal(stage?.isSampled, true);
    ok((stage?.peakMemory ?? 0) > 0);
    if (way === 'native') ok((stage?.userTime ?? -1) >= 0);
  },
);

inEachWay('stats(): can be had at any time, of anything', async () => {
  const broken = exec.pipeline(['/nowhere/x'], ['cat']);
  equal(broken.stats().length, 2);
  await rejection(broken.done);
  deepEqual(
    broken.stats().map(({ pid, startedAt, endedAt, ok }) => [pid, startedAt, endedAt, ok]),
    [
      [undefined, undefined, undefined, false],
      [undefined, undefined, undefined, false],
    ],
  );
  const aborted = exec.pipeline(['cat'], { signal: AbortSignal.abort() });
  equal(aborted.stats()[0]?.pid, undefined);
  await rejection(aborted.done);
  // A process that has ended and that nobody has heard of yet.
  const job = exec.pipeline(['true'], { stdout: null });
  const [pid] = job.pids;
  while (!/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  equal(job.stats()[0]?.code, null);
  await job.done;
  equal(job.stats()[0]?.code, 0);
});

inEachWay('pids: are those of the processes, from the left', async () => {
  const job = exec.pipeline(
    exec.shell('echo $$; cat'),
    async (reader, writer) => void (await io.copy(reader, writer)),
    exec.shell('cat; echo $$'),
  );
  const { pids } = job;
  const text = await io.text(job.stdout);
  deepEqual(text.trim().split('\n').map(Number), pids);
  await turn();
  deepEqual(job.pids, pids);
});

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
