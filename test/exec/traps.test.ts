/** The traps of docs/gotchas.md that no other file of tests holds. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { inWay, rejection, WAYS, type Way } from './ways.js';

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

test('start: nothing of this process is copied for a stage (native)', async () => {
  const memory = new Uint8Array(64 * 1024 * 1024).fill(1); // bytes
  await inWay('native', async () => {
    await exec.run(['true']);
    const before = process.resourceUsage().minorPageFault;
    for (let at = 0; at < memory.length; at += PAGE) memory[at] = 2;
    const faults = process.resourceUsage().minorPageFault - before;
    // A page that is written to for the first time after a fork is a fault.
    ok(faults < memory.length / PAGE / 10, `${faults} faults`);
  })();
});

inEachWay('limits: a stage has the limit on open files that this process has', async () => {
  const own = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  const out = await exec.run(exec.shell('ulimit -Sn; ulimit -Sn 100; exec sh -c "ulimit -Sn"'));
  deepEqual(out.lines(), [own, '100']);
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

inEachWay('terminal: a stage stays in the group and the session of its parent', async () => {
  const own = groupOf('self');
  const out = await exec.run(['cat', '/proc/self/stat'], ['cat']);
  deepEqual(groupIn(out.text()), own);
});

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

const PAGE = 4096; // bytes

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

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
