/** Pipelines whose output is another's input, or a file that another's command opens. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { inWay, rejection, WAYS, type Way } from './ways.js';

const pass: exec.StageFunction = async (reader, writer) => {
  await io.copy(reader, writer);
};

inEachWay(
  'stdin: job.stdout: two processes are joined in the kernel, by the pipe that is there',
  async () => {
    const first = exec.pipeline(exec.shell('readlink /proc/$$/fd/1'));
    const second = await exec.run(exec.shell('readlink /proc/$$/fd/0; cat'), { stdin: first.stdout });
    const [own, given] = second.lines();
    match(String(own), /^pipe:/);
    equal(own, given);
    equal(first.stdout.bytesRead, 0);
    equal((await first.done).stdout, undefined);
  },
);

inEachWay('stdin: job.stdout: processes and functions on either side', async () => {
  for (const left of [['seq', '1', '1000'], pass])
    for (const right of [['wc', '-l'], pass]) {
      const first = exec.pipeline(left, { stdin: 'one\ntwo\n' });
      const out = await exec.run(right, ['cat'], { stdin: first.stdout });
      const lines = out.lines().length === 1 ? Number(out.text()) : out.lines().length;
      equal(lines, left === pass ? 2 : 1000);
      await first.done;
    }
});

inEachWay('stdin: job.stdout: what was read of it before is not read again', async () => {
  for (const right of [['cat'], pass]) {
    const first = exec.pipeline(['printf', 'head\\nrest\\n']);
    const into = new Uint8Array(5);
    equal(await io.readFull(first.stdout, into), 5);
    const out = await exec.run(right, { stdin: first.stdout });
    equal(out.text(), 'rest\n');
  }
});

inEachWay('stdin: job.stdout: one that is at its end, or closed, is that', async () => {
  for (const right of [['cat'], pass]) {
    const ended = exec.pipeline(['echo', 'x']);
    await io.text(ended.stdout);
    equal((await exec.run(right, { stdin: ended.stdout })).text(), '');
    const closed = exec.pipeline(['echo', 'x']);
    closed.stdout.close();
    await closed.done;
    const error = await rejection<{ code: string; cause?: { code: string } }>(
      exec.run(right, { stdin: closed.stdout }),
    );
    equal((error.cause ?? error).code, 'ERR_PIPE_CLOSED');
  }
});

inEachWay(
  'stdin: job.stdout: a failure on the left is one on the right, whose own stages did well',
  async () => {
    const reason = new Error('thrown');
    const fail: exec.StageFunction = async (_, writer) => {
      await writer.write('half');
      throw reason;
    };
    for (const left of [exec.shell('echo half; exit 5'), fail, ['/nowhere/x']]) {
      for (const right of [['cat'], pass]) {
        const first = exec.pipeline(left);
        const error = await rejection(exec.run(right, { stdin: first.stdout }));
        const own = await rejection(first.done);
        equal(own.name, 'PipelineError');
        equal(error === own || error.cause === own, true);
      }
    }
  },
);

inEachWay('stdin: job.stdout: a right side that wants no more lets the left one end, forgiven', async () => {
  const endless: exec.StageFunction = async (_, writer) => {
    for (;;) await writer.write('y\n');
  };
  for (const left of [['yes'], endless]) {
    for (const right of [['head', '-n', '1'], async () => {}]) {
      const first = exec.pipeline(left, ['cat']);
      await exec.run(right, { stdin: first.stdout });
      const { stages } = await first.done;
      deepEqual(
        stages.map(({ forgiven }) => forgiven),
        [true, true],
      );
    }
  }
});

inEachWay('stdin: job.stdout: three in a row', async () => {
  const a = exec.pipeline(['seq', '1', '100000']);
  const b = exec.pipeline(pass, { stdin: a.stdout });
  const c = await exec.run(['wc', '-l'], { stdin: b.stdout });
  equal(c.text().trim(), '100000');
  await Promise.all([a.done, b.done]);
});

inEachWay('tee(): gives one output to several pipelines, each of which sees all of it', async () => {
  const source = exec.pipeline(['seq', '1', '100000']);
  const [left, right] = io.tee(source.stdout);
  const [count, last] = await Promise.all([
    exec.run(['wc', '-l'], { stdin: left as io.PipeReader }),
    exec.run(['tail', '-n', '1'], { stdin: right as io.PipeReader }),
  ]);
  deepEqual([count.text().trim(), last.text().trim()], ['100000', '100000']);
});

inEachWay(
  'tee(): a pipeline that wants no more stops none of the others, and a failed source fails all',
  async () => {
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
  },
);

inEachWay('substitute(): the inner output is a file for the command, in the kernel', async () => {
  const inner = exec.pipeline(exec.shell('readlink /proc/$$/fd/1'));
  const out = await exec.run([
    'sh',
    '-c',
    'readlink "/proc/$$/fd/$(basename "$1")"; cat "$1"; echo "$1"',
    'sh',
    exec.substitute(inner),
  ]);
  const [given, own, path] = out.lines();
  match(String(given), /^pipe:/);
  equal(given, own);
  equal(path, '/dev/fd/3');
  equal((await inner.done).stdout, undefined);
});

inEachWay('substitute(): several in one command, beside its stdin, and nothing else is open', async () => {
  const text = (content: string) => exec.substitute(exec.pipeline(pass, { stdin: content }));
  const line = 'cat "$1" - "$2" "$3"; exec ls /proc/self/fd 3>&- 4>&- 5>&-';
  const out = await exec.run(['sh', '-c', line, 'sh', text('a\n'), text('b\n'), text('c\n')], {
    stdin: 'in\n',
  });
  deepEqual(out.lines().slice(0, 4), ['a', 'in', 'b', 'c']);
  const list = await exec.run(['ls', '/proc/self/fd'], ['sh', '-c', 'cat; ls /proc/self/fd', 'sh', text('')]);
  const numbers = list
    .lines()
    .map(Number)
    .filter((fd) => fd < 10);
  deepEqual(numbers, [0, 1, 2, 3, 0, 1, 2, 3, 4]);
});

inEachWay('substitute(): its descriptor is blocking and a real pipe', async () => {
  const slow = exec.substitute(exec.pipeline(exec.shell('sleep 0.1; echo late')));
  const read = await exec.run(['sh', '-c', 'head -n 1 <&3', slow]);
  equal(read.text(), 'late\n');
});

inEachWay(
  'substitute(): the failure of an inner pipeline is one of the outer, which bash never learns of',
  async () => {
    const inner = exec.pipeline(exec.shell('echo half; exit 6'));
    const error = await rejection(exec.run(['cat', exec.substitute(inner)], ['cat']));
    equal(error.stage.code, 6);
    equal(error, await rejection(inner.done));
    const missing = exec.pipeline(['/nowhere/x'], ['cat']);
    const outer = await rejection(exec.run(['cat', exec.substitute(missing)]));
    match(outer.message, /\/nowhere\/x, could not be started/);
    await rejection(missing.done);
  },
);

inEachWay('substitute(): an inner pipeline that is read in part is forgiven', async () => {
  const inner = exec.pipeline(['yes']);
  const out = await exec.run(['head', '-n', '1', exec.substitute(inner)]);
  equal(out.text(), 'y\n');
  equal((await inner.done).stages[0]?.forgiven, true);
});

inEachWay(
  'substitute(): one is for one command; used again, closed or read, it is an error of that stage',
  async () => {
    const used = exec.pipeline(['echo', 'x']);
    const once = exec.substitute(used);
    const error = await rejection(exec.run(['cat', once, once]));
    match(error.message, /must be untouched/);
    await rejection(used.done).catch(() => {});
    const closed = exec.pipeline(['yes']);
    closed.stdout.close();
    await closed.done;
    match((await rejection(exec.run(['cat', exec.substitute(closed)]))).message, /must be untouched/);
  },
);

inEachWay('substitute(): stands in the command line as bash writes it', async () => {
  const inner = exec.pipeline(['sort', 'a b']);
  const outer = exec.pipeline(['cat', exec.substitute(inner)]);
  equal(String(outer), "cat '<(sort '\\''a b'\\'')'");
  ok((await rejection(outer.done)).name === 'PipelineError');
  await rejection(inner.done);
});

inEachWay(
  'stdin: ’pipe’: two-way speech with a long-lived child, neither side blocks the other',
  async () => {
    const job = exec.pipeline(['cat'], { stdin: 'pipe' });
    const size = 4 * 2 ** 20; // bytes: many times what the pipes hold
    const received = io.readAll(job.stdout);
    await job.stdin.write(new Uint8Array(size).fill(7));
    job.stdin.close();
    equal((await received).length, size);
    await job.done;
  },
);

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
