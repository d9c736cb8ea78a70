/** `pipework ps` and `pipework why`: what they print of real pipelines that stand still. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type * as proc from 'pipework/proc';
import { until } from '../exec/processes.js';
import { packageRoot } from '../fixtures/package-copy.js';
import { type NodeRun, runNode } from '../fixtures/run-node.js';
import {
  childrenOf,
  Scene,
  sleepsIn,
  stateOf,
  untilReading,
  untilSleeping,
  untilWriting,
} from '../proc/scene.js';
import { noTerminal, Terminal } from './terminal.js';

const main = join(packageRoot, 'dist/cli/main.js');

function pipework(...args: readonly (string | number)[]): NodeRun {
  return runNode(main, args.map(String));
}

/** What a run prints that does well. */
function printed(...args: readonly (string | number)[]): string {
  const { stdout, stderr, status } = pipework(...args);
  equal(stderr, '');
  equal(status, 0);
  return stdout;
}

function scene(name: string, play: (scene: Scene) => Promise<void>, skip: string | false = false): void {
  test(name, { skip }, async () => {
    const scene = new Scene();
    try {
      await play(scene);
    } finally {
      await scene.end();
    }
  });
}

/** yes | sleep | cat, of which the one in the middle holds up the others. */
async function slowMiddle(scene: Scene): Promise<[first: number, slow: number, last: number]> {
  const [one, two] = [scene.pipe(), scene.pipe()];
  const first = scene.start(['yes'], { 1: one.write }, 'yes \u001b[2J寿司').pid as number;
  const slow = scene.start(['sleep', '1000'], { 0: one.read, 1: two.write }).pid as number;
  const last = scene.start(['cat'], { 0: two.read }).pid as number;
  scene.close();
  await untilSleeping(slow);
  await untilWriting(first);
  await untilReading(last);
  return [first, slow, last];
}

/** The row of a process, with single blanks. */
function rowOf(table: string, pid: number): string {
  const row = table.split('\n').find((line) => line.trimStart().startsWith(`${pid} `));
  return row?.trim().replace(/ +/g, ' ') ?? '';
}

scene(
  'ps: a row for each process says what it does, for whom it waits and what is in its pipes',
  async (scene) => {
    const [first, slow, last] = await slowMiddle(scene);
    const table = printed('ps', first);
    match(table, /^ +PID STATE +ASLEEP ROLE +WAITS ON +IN +OUT COMMAND\n/);
    match(
      rowOf(table, first),
      new RegExp(`^${first} writing 1 [\\d.:]+( s)? blocked ${slow} - 64K/64K yes \\\\x1b\\[2J寿司$`),
    );
    match(
      rowOf(table, slow),
      new RegExp(`^${slow} sleeping [\\d.:]+( s)? bottleneck - 64K/64K 0/64K sleep 1000$`),
    );
    match(rowOf(table, last), new RegExp(`^${last} reading 0 [\\d.:]+( s)? starved ${slow} 0/64K - cat$`));
    // From who writes to who reads.
    ok(table.indexOf(`${first} writing`) < table.indexOf(`${slow} sleeping`));
    ok(table.indexOf(`${slow} sleeping`) < table.indexOf(`${last} reading`));
  },
);

scene('ps --no-fill: what is in pipes is not asked', async (scene) => {
  const [first] = await slowMiddle(scene);
  match(rowOf(printed('ps', '--no-fill', first), first), / - \? yes /);
});

scene('ps: without a PID it shows the user’s own pipelines, without itself', async (scene) => {
  const [first, slow, last] = await slowMiddle(scene);
  const { stdout: table, pid: own } = spawnSync(process.execPath, [main, 'ps'], { encoding: 'utf8' });
  for (const pid of [first, slow, last]) ok(rowOf(table, pid) !== '', `${pid} in\n${table}`);
  equal(rowOf(table, own), '');
});

scene('ps --tree: shows the pipes between processes', async (scene) => {
  const [first, slow, last] = await slowMiddle(scene);
  const tree = printed('ps', '--tree', last);
  const at = tree.slice(tree.indexOf(String(first))).split('\n');
  deepEqual(at.slice(0, 3), [
    `${first} yes \\x1b[2J寿司  [writing 1, blocked]`,
    `└─ 1 ▸ 64K/64K ▸ 0 ${slow} sleep 1000  [sleeping, bottleneck]`,
    `   └─ 1 ▸ 0/64K ▸ 0 ${last} cat  [reading 0, starved]`,
  ]);
});

scene('ps --tree: a write end that was merely inherited is not shown', async (scene) => {
  const gone = scene.pipe();
  const shell = scene.start(['sh', '-c', 'yes | sleep 1000'], { 8: gone.write }).pid as number;
  scene.close();
  const [writer = 0, slow = 0] = await childrenOf(shell, 2);
  await untilSleeping(slow);
  await untilWriting(writer);
  const lines = printed('ps', '--tree', writer).split('\n');
  const at = lines.indexOf(`${writer} yes  [writing 1, blocked]`);
  deepEqual(lines.slice(at + 1, at + 2), [`└─ 1 ▸ 64K/64K ▸ 0 ${slow} sleep 1000  [sleeping, bottleneck]`]);
});

scene('ps --json: is the graph and the verdict', async (scene) => {
  const [first, slow, last] = await slowMiddle(scene);
  const { graph, verdict } = JSON.parse(printed('ps', '--json', slow)) as {
    graph: proc.Graph;
    verdict: proc.Verdict;
  };
  equal(graph.processes.find(({ pid }) => pid === first)?.command, 'yes \u001b[2J寿司');
  // Whoever else has a pipe with them may end meanwhile.
  const own = graph.processes.filter(({ pid }) => [first, slow, last].includes(pid));
  deepEqual(
    own.map(({ bytesIn }) => typeof bytesIn),
    ['number', 'number', 'number'],
  );
  const chain = verdict.chains.find(({ stages }) => stages.some(({ pid }) => pid === last));
  deepEqual(chain?.bottlenecks, [slow]);
});

scene('ps, why: a deadlock is spelled out', async (scene) => {
  const [one, two] = [scene.pipe(), scene.pipe()];
  const left = scene.start(['yes'], { 0: two.read, 1: one.write }).pid as number;
  const right = scene.start(['yes'], { 0: one.read, 1: two.write }).pid as number;
  scene.close();
  await untilWriting(left, right);
  const table = printed('ps', left);
  match(rowOf(table, left), / deadlock /);
  match(
    table,
    /\n\nDeadlock(, as far as can be seen)?: each of these waits for the next, and the last for the first\. yes \(/,
  );
  const text = unwrapped(printed('why', right));
  match(
    text,
    new RegExp(
      `^yes \\(${right}\\) waits to write to descriptor 1, the pipe to yes \\(${left}\\), which has 65536 of 65536 bytes in it\\.`,
    ),
  );
  match(
    text,
    new RegExp(
      `This is a deadlock(, as far as can be seen)?: yes \\(${left}\\) waits for yes \\(${right}\\), which waits for yes \\(${left}\\)\\.`,
    ),
  );
});

scene('ps, why: a forgotten write end is pointed out', async (scene) => {
  const one = scene.pipe();
  const writer = scene.start(['sleep', '1000'], { 1: one.write }).pid as number;
  const bystander = scene.start(['sleep', '2000'], { 5: one.write }).pid as number;
  const reader = scene.start(['cat'], { 0: one.read }).pid as number;
  scene.close();
  await untilSleeping(writer, bystander);
  await untilReading(reader);
  const said = `Still open: sleep 2000 (${bystander}) also has the write end of the pipe that cat (${reader}) reads, as descriptor 5, which is none of its standard streams: cat (${reader}) sees no end of it before that is closed.`;
  ok(printed('ps', reader).includes(`\n\n${said}\n`));
  ok(unwrapped(printed('why', reader)).includes(said));
});

scene('why: follows the wait to whoever would have to act, with the evidence', async (scene) => {
  const [first, slow] = await slowMiddle(scene);
  const text = printed('why', first);
  for (const line of text.split('\n')) ok(line.length <= 80, line);
  const [waits, acts, evidence] = unwrapped(text).split('\n\n');
  match(
    waits ?? '',
    new RegExp(
      `^yes \\\\x1b\\[2J寿司 \\(${first}\\) waits to write to descriptor 1, the pipe to sleep 1000 \\(${slow}\\), which has 65536 of 65536 bytes in it\\. It (has not run for|ran) [\\d.:]+( s)?.*\\n` +
        ` +sleep 1000 \\(${slow}\\) sleeps for a time\\. It `,
    ),
  );
  equal(acts, `sleep 1000 (${slow}) would have to act: it waits for a time to pass.`);
  match(
    evidence ?? '',
    new RegExp(
      `^Evidence:\\n +/proc/${first}/syscall: write to descriptor 1\\n +/proc/${slow}/syscall: clock_nanosleep$`,
      'm',
    ),
  );
});

scene(
  'why: of a stopped process it says how it goes on, and of one that runs how much it does',
  async (scene) => {
    const one = scene.pipe();
    const stopped = scene.start(['cat'], { 0: one.read }).pid as number;
    const busy = scene.start(['sh', '-c', 'while :; do :; done'], { 1: one.write }).pid as number;
    scene.close();
    process.kill(stopped, 'SIGSTOP');
    await until(() => stateOf(stopped) === 'T', 'it is stopped');
    match(
      unwrapped(printed('why', stopped)),
      new RegExp(`is stopped, until it gets SIGCONT\\..*\\n\\n.*: kill -CONT ${stopped} lets it go on\\.\\n`),
    );
    const text = unwrapped(printed('why', busy));
    match(
      text,
      /^sh -c while :; do :; done \(\d+\) runs\. In the last [\d.]+ s it took \d+ % of a processor, read 0 B\/s and wrote 0 B\/s\.\n\nIt waits for nobody\.\n/,
    );
  },
);

scene(
  'why: of a process that waits for a FIFO to be opened it says so, and does not open it',
  async (scene) => {
    const folder = mkdtempSync(join(tmpdir(), 'pipework-why-'));
    try {
      const path = join(folder, 'fifo');
      execFileSync('mkfifo', [path]);
      const writer = scene.start(['sh', '-c', 'echo > "$1"', 'sh', path], {}).pid as number;
      const waits = (): boolean => sleepsIn(writer, /^wait_for_partner$/);
      await until(waits, 'it waits');
      match(
        unwrapped(printed('why', writer)),
        /waits in open\(2\) until somebody opens the other side of a FIFO\..*\n\nSomebody would have to open the other side of the FIFO\./,
      );
      ok(waits());
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

test('why: of another user’s process it says what is not to be seen', {
  skip: process.getuid?.() === 0 ? false : 'only root can become another user',
}, () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [main, 'why', String(process.pid)], {
    encoding: 'utf8',
    uid: 65534,
    gid: 65534,
  });
  equal(stderr, '');
  equal(status, 0);
  const text = unwrapped(stdout);
  match(
    text,
    /is asleep, and nobody can say in what\..*\n\nWho would have to act, nobody can say\.\n\nWhat it has open is not to be seen: it is a process of user 0\. Root sees more\.\n/,
  );
  match(
    text,
    /Not seen: what \d+ process(es)? of other users ha(s|ve) open, which may be ends of these pipes\.\n/,
  );
});

test('ps, why: what is not there is told on stderr, with status 1', () => {
  const gone = 2 ** 31 - 1;
  for (const command of ['ps', 'why']) {
    const { stderr, status } = pipework(command, gone);
    equal(stderr, `pipework ${command}: there is no process ${gone}\n`);
    equal(status, 1);
  }
});

test('ps, why: the number of a thread is told with its process, with status 1', async () => {
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  await once(worker, 'online');
  const tid = readdirSync('/proc/self/task').find((thread) => thread !== String(process.pid)) as string;
  for (const command of ['ps', 'why']) {
    const { stderr, status } = pipework(command, tid);
    equal(stderr, `pipework ${command}: ${tid} is a thread of process ${process.pid}\n`);
    equal(status, 1);
  }
  await worker.terminate();
});

const HIDEPID = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
const canHidePids =
  process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'sh', '-c', HIDEPID, 'sh', 'true']).status === 0;

test('ps, why: what /proc hides is told on stderr, with status 1', {
  skip: canHidePids ? false : 'no /proc can be mounted here that hides processes',
}, () => {
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  for (const command of ['ps', 'why']) {
    const args = [process.execPath, main, command, String(process.pid)];
    const { stderr, status } = spawnSync('unshare', ['-m', 'sh', '-c', HIDEPID, 'sh', ...nobody, ...args], {
      encoding: 'utf8',
    });
    const said = `process ${process.pid} is another user's, and nothing of it is to be seen`;
    equal(stderr, `pipework ${command}: ${said}\n`);
    equal(status, 1);
  }
});

test('ps, why: what is not understood is one plain message, with status 2', () => {
  for (const [args, message] of [
    [['ps', 'x'], "pipework ps: a PID must be a number from 1 to 2147483647, got 'x'"],
    [['ps', '0'], "pipework ps: a PID must be a number from 1 to 2147483647, got '0'"],
    [['ps', '--frob'], "pipework ps: unknown option '--frob'"],
    [['why'], 'pipework why: a PID is missing'],
    [['why', '1', '2'], 'pipework why: one PID, got 2'],
    [['why', '-1'], "pipework why: unknown option '-1'"],
  ] as const) {
    const { stdout, stderr, status } = pipework(...args);
    equal(stderr, `${message}\nSee 'pipework ${args[0]} --help'.\n`);
    equal(stdout, '');
    equal(status, 2);
  }
});

test('ps, why: --help fits into 80 columns', () => {
  for (const command of ['ps', 'why']) {
    const help = printed(command, '--help');
    match(help, new RegExp(`^Usage: pipework ${command} `));
    for (const line of help.split('\n')) ok(line.length <= 80, line);
  }
});

test('ps: a reader of its output that has seen enough is no crash', async () => {
  const child = spawn(process.execPath, [main, 'ps', '--all'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.destroy();
  await once(child, 'close');
  equal(stderr, '');
});

scene(
  'ps: on a terminal of 20 columns no line is longer, whatever the processes are called',
  async (scene) => {
    const [first] = await slowMiddle(scene);
    const command = `stty cols 20; '${process.execPath}' '${main}' ps ${first}`;
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
    equal(status, 0);
    const lines = stdout.trimEnd().split(/\r?\n/);
    ok(lines.length > 3);
    for (const line of lines) ok(line.length <= 20 && !/\p{Cc}/u.test(line), JSON.stringify(line));
  },
  noTerminal,
);

const HIDE = 'mount -t tmpfs none /proc && exec "$@"';
const canHide = spawnSync('unshare', ['-Urm', 'sh', '-c', HIDE, 'sh', 'true']).status === 0;

test('ps, why: without a /proc they say so, with status 2', {
  skip: canHide ? false : 'no /proc can be hidden here',
}, () => {
  for (const command of ['ps', 'why']) {
    const args = ['-Urm', 'sh', '-c', HIDE, 'sh', process.execPath, main, command, '1'];
    const { stdout, stderr, status } = spawnSync('unshare', args, { encoding: 'utf8' });
    equal(
      stderr,
      `pipework ${command}: pipes of processes are seen in Linux's /proc, and there is none on this linux\n`,
    );
    equal(stdout, '');
    equal(status, 2);
  }
});

test('ps: an output that cannot be written is one plain message, and one that nobody reads is none', () => {
  const on = (command: string) =>
    spawnSync('sh', ['-c', command, process.execPath, main], { encoding: 'utf8' });
  const full = on('"$0" "$1" ps $$ > /dev/full');
  match(full.stderr, /^pipework: the output cannot be written: ENOSPC.*\n$/);
  equal(full.status, 1);
  const unread = on('exec 3>&1; { "$0" "$1" ps --frob 2>&1 >&3; echo $? >&3; } | true');
  deepEqual([unread.stdout, unread.stderr], ['2\n', '']);
});

test('ps, why: a terminal whose size nobody has set does not keep anything from being shown', {
  skip: noTerminal,
}, async () => {
  const terminal = new Terminal(
    `stty rows 0 cols 0; pipework ps ${process.pid}; pipework why ${process.pid}`,
  );
  try {
    equal(await terminal.status, 0);
    const text = (await terminal.lines()).join('\n');
    match(text, new RegExp(`^ *PID STATE .*\n *${process.pid} `));
    match(text, /Evidence:/);
  } finally {
    terminal.remove();
  }
});

/** Lines that were broken, whole again; what is indented otherwise, and each evidence, stays a line of its own. */
function unwrapped(text: string): string {
  const lines: string[] = [];
  let indent = -1; // of the line before; none behind an empty one
  for (const line of text.split('\n')) {
    const own = line.length - line.trimStart().length;
    if (line !== '' && own === indent && !/^ *\/proc\//.test(line))
      lines.push(`${lines.pop()} ${line.trimStart()}`);
    else lines.push(line);
    indent = line === '' ? -1 : own;
  }
  return lines.join('\n');
}
