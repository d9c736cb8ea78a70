/** What is a failure and what is forgiven, by how a stage ended alone; and what must not go wrong under load. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { runSource } from '../fixtures/run-source.js';
import { inWay, rejection, WAYS } from './ways.js';

function inEachWay(name: string, run: (way: 'native' | 'child_process') => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}

inEachWay(
  'failure: the leftmost is named with its place, its command line, how it ended and its stderr',
  async () => {
    const error = await rejection(
      exec.run(['true'], exec.shell('echo first >&2; exit 3'), exec.shell('echo second >&2; exit 4')),
    );
    equal(
      error.message,
      "stage 2 of 3, /bin/sh -c 'echo first >&2; exit 3', exited with code 3; 1 more failed: see the property 'failures'\n  first",
    );
    deepEqual([error.code, error.stage.index, error.stages.length], ['ERR_PIPELINE_FAILED', 1, 3]);
    deepEqual(
      error.failures.map(({ code, stderr }) => [code, stderr]),
      [
        [3, 'first\n'],
        [4, 'second\n'],
      ],
    );
  },
);

inEachWay(
  'forgiven: a stage that SIGPIPE ended, as a process or as a shell tells it, unless it is the last',
  async () => {
    for (const script of ['kill -PIPE $$', 'exit 141']) {
      const { stages } = await exec.run(exec.shell(script), ['true']);
      deepEqual([stages[0]?.ok, stages[0]?.forgiven], [false, true]);
      equal((await rejection(exec.run(['true'], exec.shell(script)))).stage.index, 1);
      const strict = await rejection(exec.run(exec.shell(script), ['true'], { forgiveSigpipe: false }));
      equal(strict.stage.index, 0);
    }
    equal((await rejection(exec.run(exec.shell('exit 1'), ['true']))).stage.code, 1);
  },
);

inEachWay(
  'forgiven: a function that fails with the EPIPE of its own writer, and not with another’s',
  async () => {
    const own: exec.StageFunction = async (_reader, writer) => {
      for (;;) await writer.write(new Uint8Array(65536));
    };
    const { stages } = await exec.run(own, ['head', '-c', '1']);
    deepEqual([stages[0]?.ok, stages[0]?.forgiven], [false, true]);
    const foreign: exec.StageFunction = async () => {
      const { reader, writer } = io.pipe();
      reader.close();
      await writer.write('x');
    };
    const error = await rejection(exec.run(foreign, ['cat']));
    equal((error.stage.error as { code?: unknown }).code, 'EPIPE');
  },
);

inEachWay(
  'a function that throws, returns early, never reads or never closes does no harm to the others',
  async () => {
    const boom = new Error('boom');
    const error = await rejection(
      exec.run(async () => {
        throw boom;
      }, ['cat']),
    );
    equal(error.stage.error, boom);
    equal(error.cause, boom);
    const out = await exec.run(['yes'], async () => {}, ['cat']);
    deepEqual([out.text(), out.stages[0]?.forgiven], ['', true]);
    const last = exec.pipeline(['echo', 'x'], async (_reader, writer) => {
      await writer.write('part');
      throw boom;
    });
    equal((await rejection(io.text(last.stdout))).stage.error, boom);
  },
);

inEachWay(
  'graphs: job.stdout as the stdin of another pipeline joins them in the kernel, and fails it too',
  async () => {
    const numbers = exec.pipeline(['seq', '1', '1000']);
    equal((await exec.run(['wc', '-l'], { stdin: numbers.stdout })).text().trim(), '1000');
    equal(numbers.stdout.bytesRead, 0);
    const failing = exec.pipeline(exec.shell('echo x; exit 5'));
    equal((await rejection(exec.run(['cat'], { stdin: failing.stdout }))).stage.code, 5);
    const endless = exec.pipeline(['yes']);
    equal((await exec.run(['head', '-n', '1'], { stdin: endless.stdout })).text(), 'y\n');
  },
);

inEachWay(
  'graphs: substitute() gives a command files to open, and the failure of an inner pipeline is one',
  async () => {
    const sorted = (text: string): exec.Substitution =>
      exec.substitute(exec.pipeline(['sort'], { stdin: text }));
    equal((await exec.run(['diff', sorted('b\na\n'), sorted('a\nb\n')])).text(), '');
    equal((await rejection(exec.run(['diff', sorted('b\na\n'), sorted('a\nc\n')]))).stage.code, 1);
    const inner = exec.substitute(exec.pipeline(exec.shell('exit 6')));
    equal((await rejection(exec.run(['cat', inner]))).stage.code, 6);
    const lost = exec.pipeline(['yes']);
    await rejection(exec.run(['/nowhere/x', exec.substitute(lost)]));
    ok((await rejection(lost.done)).message.includes('what was to read its output was ended'));
  },
);

inEachWay('a missing cwd is told from a missing command, and both from what may not be run', async () => {
  const told = async (command: exec.Command): Promise<string> => {
    const { error } = (await rejection(exec.run(command))).stage as {
      error: { code: string; syscall: string };
    };
    return `${error.code} ${error.syscall === 'chdir' ? 'chdir' : 'start'}`;
  };
  equal(await told(exec.command('true', [], { cwd: '/nowhere' })), 'ENOENT chdir');
  equal(await told(exec.command('no-such-program', [], { env: { PATH: '/usr/bin:/bin' } })), 'ENOENT start');
  equal(await told(exec.command('/tmp')), 'EACCES start');
  equal(await told(exec.command('/etc/passwd')), 'EACCES start');
});

inEachWay('facts: each stage says its number, its times and how it ended', async (way) => {
  const { stages } = await exec.run(['head', '-c', '1000000', '/dev/zero'], ['wc', '-c']);
  for (const { pid, code, startedAt, endedAt } of stages) {
    ok(pid !== undefined && code === 0 && startedAt !== undefined && endedAt !== undefined);
    ok(endedAt >= startedAt && Math.abs(Date.now() - endedAt) < 60_000);
  }
  if (way === 'child_process') return; // it says no more
  for (const { userTime, systemTime } of stages) ok(userTime !== undefined && systemTime !== undefined);
  if (stages[0]?.bytesOut === undefined) return; // /proc/PID/io of what has ended is refused here
  equal(stages[0].bytesOut, 1_000_000);
  ok((stages[1]?.bytesIn ?? 0) >= 1_000_000);
});

test(
  'facts: peak memory is reported above that of this process only, whose own the kernel counts',
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

inEachWay(
  'what loses data elsewhere: thirty runs of a fast writer into a counter, every count right',
  async () => {
    for (let i = 0; i < 30; i++)
      equal((await exec.run(['seq', '1', '400000'], ['wc', '-l'])).text().trim(), '400000');
  },
);

inEachWay('ten megabytes of stderr from every stage at once stop nobody', async () => {
  const noisy = exec.shell('head -c 10000000 /dev/zero >&2; cat');
  const { stages, stdout } = await exec.run(noisy, noisy, noisy, { stdin: 'through' });
  equal(new TextDecoder().decode(stdout), 'through');
  for (const { stderr } of stages) equal(stderr.length, 65536);
});

inEachWay('output of the pipe’s own size, and one byte more, and binary with NUL, comes whole', async () => {
  for (const size of [65535, 65536, 65537, 262144, 262145]) {
    const bytes = new Uint8Array(size).map((_, index) => index);
    deepEqual((await exec.run(['cat'], ['cat'], { stdin: bytes })).stdout, bytes);
  }
});

inEachWay(
  'a reader of job.stdout that stops holds the first stage back, in the pipes and nowhere else',
  async () => {
    const job = exec.pipeline(['yes'], ['cat']);
    await job.stdout.read(new Uint8Array(2));
    const wrote = (): number => job.stats()[0]?.bytesOut ?? 0;
    let before = -1; // bytes
    for (let now = wrote(); now !== before; now = wrote()) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    ok(before < 2 ** 21, `${before} bytes`);
    job.stdout.close();
    await job.done;
  },
);

for (const way of WAYS) {
  test(`EMFILE: a pipeline that finds no descriptor names its stage and the call, and leaves nothing (${way})`, () => {
    const { stdout, stderr } = runSource(
      `
      import fs from 'node:fs';
      import * as exec from 'pipework/exec';
      const count = () => { let n = 0; for (let fd = 0; fd < 60; fd++) try { fs.fstatSync(fd); n++; } catch {} return n; };
      await exec.run(['true']);
      const before = count();
      const error = await exec.run(...Array.from({ length: 60 }, () => ['cat']), { stdin: 'x', killGrace: 1000 }).catch((error) => error);
      await new Promise((resolve) => setImmediate(resolve));
      console.log(error.stage.error.code, /^stage \\d+ of 60, cat, could not be started: EMFILE/.test(error.message), count() - before);`,
      { PIPEWORK_EXEC: way },
      60,
    );
    match(`${stdout}${stderr}`, /^EMFILE true 0\n$/);
  });
}
