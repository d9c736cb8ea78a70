/** A stage that inherits a terminal has it as it would have it from a shell. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as exec from 'pipework/exec';
import { packageRoot } from '../fixtures/package-copy.js';
import { until } from './processes.js';
import { inWay, WAYS, type Way } from './ways.js';

// script(1) runs a program on a terminal of its own, and passes on what is typed and what is shown.
const skip = spawnSync('script', ['--version']).status === 0 ? false : 'script is not on the PATH';

for (const way of WAYS) {
  test(`a stage that inherits a terminal reads what is typed, and has /dev/tty (${way})`, {
    skip,
  }, async () => {
    const { shown, type, ended } = onTerminal(
      way,
      `const script = 'test -t 0 && echo asks > /dev/tty; read line; read other < /dev/tty; echo "got $line $other"';
      const out = await exec.run(['sh', '-c', script], ['cat'], { stdin: 'inherit' });
      console.log(out.text());`,
    );
    await until(() => shown().includes('asks'), 'it asks');
    type('one\ntwo\n');
    equal(await ended, 0, shown());
    match(shown(), /got one two/);
  });

  test(`Ctrl-C reaches the stage and this program, which are in one group (${way})`, { skip }, async () => {
    const { shown, type, ended } = onTerminal(
      way,
      `// The two may be told in either order, and a listener for a signal does not hold the program.
      const holds = setInterval(() => {}, 1000);
      const heard = new Promise((resolve) => process.once('SIGINT', resolve)).then(() => console.log('heard'));
      // Not sh, which says that it is ready before it starts what reads; a signal in between is lost in dash.
      const job = exec.pipeline(['sed', '-u', 's/are you/ready/'], { stdin: 'inherit', stdout: 'inherit' });
      const error = await job.done.catch((error) => error);
      console.log('ended by', error.stage.signal);
      await heard;
      clearInterval(holds);`,
    );
    type('are you\n');
    await until(() => shown().includes('ready'), 'it reads');
    type('\x03');
    equal(await ended, 0, shown());
    match(shown(), /heard/);
    match(shown(), /ended by SIGINT/);
  });
}

inEachWay('a stage stays in the group and the session of its parent', async () => {
  const own = groupOf('self');
  const out = await exec.run(['cat', '/proc/self/stat'], ['cat']);
  deepEqual(groupIn(out.text()), own);
});

/** Runs a program that uses `exec` on a terminal. */
function onTerminal(way: string, source: string) {
  const node = [
    process.execPath,
    '--input-type=module',
    '--eval',
    `import * as exec from 'pipework/exec';${source}`,
  ];
  const command = `exec ${node.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')}`;
  const script = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: packageRoot,
    env: { ...process.env, SHELL: '/bin/sh', PIPEWORK_EXEC: way },
    timeout: BOUND,
    killSignal: 'SIGKILL',
  });
  let shown = '';
  script.stdout.on('data', (text) => {
    shown += text;
  });
  return {
    shown: () => shown,
    type: (text: string) => void script.stdin.write(text),
    ended: once(script, 'close').then(([status]) => status as number | null),
  };
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

/** Against hanging only. */
const BOUND = 30_000; // milliseconds

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
