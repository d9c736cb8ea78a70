/** What scan() takes, gives and refuses, beyond the scenarios. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as io from 'pipework';
import * as os from 'pipework/os';
import * as proc from 'pipework/proc';
import { until } from '../exec/processes.js';
import { PackageCopy, packageRoot } from '../fixtures/package-copy.js';
import { childOf, Scene, untilReading, untilSleeping, untilWriting } from './scene.js';

const isRoot = process.getuid?.() === 0;
/** Against hanging only. */
const HANG_AFTER = 60_000; // milliseconds
const onlyRoot = isRoot ? false : 'only root can become another user';
const NOBODY = 65534;

/** A test that ends what it has started. */
function scene(name: string, play: (scene: Scene) => Promise<void>): void {
  test(name, async () => {
    const scene = new Scene();
    try {
      await play(scene);
    } finally {
      await scene.end();
    }
  });
}

test('scan(): a wrong option is an error that names it and what was received', () => {
  for (const [options, message] of [
    [{ pid: 0 }, 'options.pid must be a whole number >= 1, got 0'],
    [{ pid: '1' }, 'options.pid must be a number, got "1"'],
    [{ pid: [1, 0.5] }, 'options.pid[1] must be a whole number >= 1, got 0.5'],
    [{ user: 'root' }, 'options.user must be a number, got "root"'],
    [{ follow: 'all' }, `options.follow must be 'pipes', 'children' or 'nobody', got "all"`],
    [{ fill: 1 }, 'options.fill must be a boolean, got 1'],
    [{ asleep: 'yes' }, 'options.asleep must be a boolean, got "yes"'],
    [{ since: null }, 'options.since must be a graph that scan() gave, got null'],
    [{ pids: [1] }, "options has 'pid', 'user', 'follow', 'fill', 'traffic', 'asleep', 'since', got 'pids'"],
  ] as const) {
    throws(() => proc.scan(options as proc.ScanOptions), { message });
  }
});

scene('scan(): a graph is plain data, and names its processes as they are', async (scene) => {
  const one = scene.pipe();
  const name = 'tab\there, \u001b[31mred, 寿司';
  const child = scene.start(['sleep', '1000'], { 1: one.write }, name);
  scene.close();
  await untilSleeping(child.pid as number);
  const graph = proc.scan({ pid: child.pid, follow: 'nobody' });
  deepEqual(JSON.parse(JSON.stringify(graph)), graph);
  const [node] = graph.processes;
  equal(node?.command, `${name} 1000`);
  equal(node.name, 'sleep');
  equal(node.user, process.geteuid?.());
  equal(node.parent, process.pid);
  equal(node.isOrphan, false);
  deepEqual(node.refused, []);
  ok(graph.at > Date.now() - 60_000 && graph.took > 0);
  equal(graph.isComplete, false); // nobody else was looked at
  equal(proc.printable(node.command), 'tab\\there, \\x1b[31mred, 寿司 1000');
});

test('scan(): the number of a thread is none of a process', async () => {
  const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
  await once(worker, 'online');
  const threads = readdirSync('/proc/self/task').map(Number);
  const tid = threads.find((thread) => thread !== process.pid) as number;
  const graph = proc.scan({ pid: [tid, process.pid], follow: 'nobody' });
  await worker.terminate();
  deepEqual(
    graph.processes.map(({ pid }) => pid),
    [process.pid],
  );
  deepEqual([graph.gone, graph.hidden], [[tid], []]);
});

scene('scan(): follow says who else is looked at', async (scene) => {
  const [one, two] = [scene.pipe(), scene.pipe()];
  const first = scene.start(['yes'], { 1: one.write }).pid as number;
  const second = scene.start(['cat'], { 0: one.read, 1: two.write }).pid as number;
  const third = scene.start(['sh', '-c', 'sleep 1000 </dev/null; cat'], { 0: two.read }).pid as number;
  scene.close();
  const child = await childOf(third);
  await untilSleeping(child);
  await untilWriting(first, second);
  const seen = (options: proc.ScanOptions): boolean[] => {
    const { processes } = proc.scan(options);
    return [first, second, third, child].map((one) => processes.some(({ pid }) => pid === one));
  };
  deepEqual(seen({ pid: first, follow: 'nobody' }), [true, false, false, false]);
  // The child is joined to them only by what this process's own parent may have left all of us.
  deepEqual(seen({ pid: first }).slice(0, 3), [true, true, true]);
  deepEqual(seen({ pid: [third, first], follow: 'nobody' }), [true, false, true, false]);
  deepEqual(seen({ pid: third, follow: 'children' }).slice(0, 3), [false, false, true]);
  deepEqual(seen({}).slice(0, 3), [true, true, true]);
  deepEqual(seen({ user: process.geteuid?.() }).slice(0, 3), [true, true, true]);
  const others = proc.scan({ pid: first, user: NOBODY + 1 });
  deepEqual([others.processes, others.gone, others.hidden], [[], [], []]);
});

scene(
  'scan(): two looks tell how much a process does, unless its number was another’s before',
  async (scene) => {
    const one = scene.pipe();
    const writer = scene.start(['yes'], { 1: one.write }).pid as number;
    const reader = scene.start(['cat'], { 0: one.read }).pid as number;
    scene.close();
    const before = proc.scan({ pid: [writer, reader], follow: 'nobody' });
    ok(before.processes.every(({ rates }) => rates === undefined));
    let after = before;
    await until(() => {
      after = proc.scan({ pid: [writer, reader], follow: 'nobody', since: before });
      return after.at - before.at > 100 && after.processes.every(({ rates }) => (rates?.cpu ?? 0) > 0);
    }, 'both have used a processor');
    for (const [index, node] of after.processes.entries()) {
      const then = before.processes[index];
      equal(node.rates?.over, after.at - before.at);
      ok(node.bytesIn !== undefined && then?.bytesIn !== undefined && node.bytesOut !== undefined);
      equal(
        Math.round(node.rates.bytesIn ?? 0),
        Math.round(((node.bytesIn - then.bytesIn) * 1000) / node.rates.over),
      );
      equal(node.rates.cpu, (node.cpuTime - then.cpuTime) / node.rates.over);
      ok(node.rates.cpu <= 2, `${node.rates.cpu} processors`);
    }
    const reused = before.processes.map((node) => ({ ...node, started: node.started - 1 }));
    const again = proc.scan({ pid: writer, follow: 'nobody', since: { ...before, processes: reused } });
    equal(again.processes[0]?.rates, undefined);
  },
);

scene('scan(): asleep: true tells how long a process has not run', async (scene) => {
  const one = scene.pipe();
  const sleeper = scene.start(['sleep', '1000'], { 1: one.write }).pid as number;
  scene.close();
  await untilSleeping(sleeper);
  const look = (asleep: boolean) =>
    proc.scan({ pid: sleeper, follow: 'nobody', asleep }).processes[0]?.asleepFor;
  equal(look(false), undefined);
  const first = look(true);
  ok(first !== undefined && first >= 0 && first < 60_000, `${first} ms`);
  await until(() => (look(true) ?? 0) >= first + 100, 'it is asleep for longer');
});

scene(
  'scan(): where the scheduler has forgotten when a process last ran, nothing is made up',
  async (scene) => {
    const sleeper = scene.start(['sleep', '1000'], {}).pid as number;
    await untilSleeping(sleeper);
    const copy = new PackageCopy();
    try {
      // As of a sleeper that it has moved to another processor, which cannot be brought about for certain.
      const file = 'dist/proc/process-node.js';
      const source = readFileSync(join(copy.root, file), 'utf8');
      match(source, /idleTime\(pid, lastRun,/);
      copy.replace(file, source.replace('idleTime(pid, lastRun,', "idleTime(pid, ' 0.000000',"));
      const { scan }: typeof proc = await import(pathToFileURL(join(copy.root, 'dist/proc/index.js')).href);
      const [node] = scan({ pid: sleeper, follow: 'nobody', asleep: true }).processes;
      deepEqual([node?.pid, node?.asleepFor], [sleeper, undefined]);
    } finally {
      copy.remove();
    }
  },
);

scene('scan(): a process in several threads is told by the one that says most', async (scene) => {
  const one = scene.pipe();
  const script = `
    const { Worker } = require('node:worker_threads');
    new Worker('require("node:fs").readSync(3, Buffer.alloc(1))', { eval: true });
    setInterval(() => {}, 1e6);`;
  const node = scene.start(['node', '-e', script], { 3: one.read }).pid as number;
  const sleeper = scene.start(['sleep', '1000'], { 1: one.write }).pid as number;
  scene.close();
  await untilSleeping(sleeper);
  const look = () => proc.scan({ pid: node, follow: 'nobody' }).processes[0];
  await until(() => look()?.state.kind === 'reading', 'a thread waits to read');
  const looked = look();
  ok(looked !== undefined && looked.threads.length > 1);
  const reading = looked.threads.filter(({ state }) => state.kind === 'reading');
  equal(reading.length, 1);
  equal(looked.state, reading[0]?.state);
  ok(reading[0]?.tid !== node && looked.threads.some(({ tid }) => tid === node));
  match(looked.state.evidence[0]?.file ?? '', new RegExp(`^/proc/${node}/task/${reading[0]?.tid}/syscall$`));
});

test('scan(): this process sees itself', () => {
  const { reader, writer } = os.pipe();
  writer.tryWrite(new Uint8Array(3));
  const { processes, pipes } = proc.scan({ pid: process.pid, follow: 'nobody' });
  equal(processes[0]?.state.kind, 'running');
  ok(pipes.some(({ queued }) => queued === 3));
  reader.close();
  writer.abort();
});

const PRINT_SCAN = `
  import * as proc from 'pipework/proc';
  console.log(JSON.stringify(proc.scan(JSON.parse(process.argv[1]))));`;

/** What another process sees, which runs as `command` makes it. */
function seenBy(
  command: readonly string[],
  options: proc.ScanOptions,
  user?: number,
): SpawnSyncReturns<string> {
  const node = [process.execPath, '--input-type=module', '--eval', PRINT_SCAN, JSON.stringify(options)];
  const [file = '', ...args] = [...command, ...node];
  return spawnSync(file, args, {
    cwd: packageRoot,
    encoding: 'utf8',
    timeout: HANG_AFTER,
    ...(user !== undefined && { uid: user, gid: user }),
  });
}

function graphOf({ stdout, stderr, status }: SpawnSyncReturns<string>): proc.Graph {
  equal(stderr, '');
  equal(status, 0);
  return JSON.parse(stdout);
}

test('scan(): of another user’s process is told what is to be seen, and that the rest is refused', {
  skip: onlyRoot,
}, async () => {
  const scene = new Scene();
  try {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const sleeper = scene.start(['sleep', '1000'], { 1: one.write }).pid as number;
    const command = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', 'cat'] as const;
    const reader = scene.start(command, { 0: one.read, 1: two.write }).pid as number;
    scene.close();
    await untilSleeping(sleeper);
    await untilReading(reader);
    const graph = graphOf(seenBy([], { pid: [sleeper, reader] }, NOBODY));
    const [other, own] = [sleeper, reader].map((pid) => graph.processes.find((node) => node.pid === pid));
    deepEqual(other?.refused, ['descriptors', 'call', 'traffic']);
    deepEqual([other?.command, other?.user, other?.ends, other?.bytesIn], ['sleep 1000', 0, [], undefined]);
    equal(own?.user, NOBODY);
    // It began as root's, and so its parent's rules hold for it until it runs another program: cat.
    deepEqual([own.refused, own.state.kind], [[], 'reading']);
    const [pipe] = graph.pipes.filter(({ readers }) => readers.some(({ pid }) => pid === reader));
    deepEqual([pipe?.writers, pipe?.noFill], [[], 'one side']);
    equal(graph.isComplete, false);
    ok(graph.hidden.some(({ pid, user }) => pid === process.pid && user === 0));
    const verdict = proc.verdict(graph);
    const stage = verdict.chains.flatMap(({ stages }) => stages).find(({ pid }) => pid === reader);
    deepEqual([stage?.role, stage?.because], ['starved', []]);
    match(stage?.says ?? '', /, a pipe of which nobody is seen who writes it\.$/);
    // Root sees both, and only the pipe itself is not Nobody's.
    const whole = proc.scan({ user: NOBODY });
    ok(whole.processes.some(({ pid }) => pid === sleeper));
  } finally {
    await scene.end();
  }
});

const canHide = spawnSync('unshare', ['-Urm', 'sh', '-c', 'mount -t tmpfs none /proc']).status === 0;
const noHiding = canHide ? false : 'no /proc can be hidden here';

test('scan(): without a /proc it says that there is none', { skip: noHiding }, () => {
  const hide = ['unshare', '-Urm', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
  const { status, stderr } = seenBy(hide, {});
  equal(status, 1);
  match(
    stderr,
    /UnsupportedError: pipes of processes are seen in Linux's \/proc, and there is none on this linux/,
  );
  ok(new io.UnsupportedError('') instanceof io.PipeError);
});

const HIDEPID = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
const canHidePids = spawnSync('unshare', ['-m', 'sh', '-c', HIDEPID, 'sh', 'true']).status === 0;
const noHidePids = isRoot && canHidePids ? false : 'no /proc can be mounted here that hides processes';

for (const hidepid of [1, 2]) {
  test(`scan(): with hidepid=${hidepid} it says whom it does not see`, { skip: noHidePids }, () => {
    const hide = `mount -t proc -o hidepid=${hidepid} proc /proc && exec "$@"`;
    const as = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const graph = graphOf(seenBy(['unshare', '-m', 'sh', '-c', hide, 'sh', ...as], { pid: process.pid }));
    deepEqual(graph.processes, []);
    deepEqual(graph.gone, []);
    ok(graph.hidden.some(({ pid }) => pid === process.pid));
    equal(graph.isComplete, false);
    match(
      graph.limits.join(),
      /^\/proc is mounted with hidepid=\w+: processes of other users are not to be seen$/,
    );
  });
}

test('scan(): without a native part it says what was tried', () => {
  const copy = new PackageCopy();
  try {
    copy.removeNative();
    const source = `
      import * as proc from ${JSON.stringify(pathToFileURL(join(copy.root, 'dist/proc/index.js')).href)};
      try {
        proc.scan();
      } catch (error) {
        console.log(error.code, error.message);
      }`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
      encoding: 'utf8',
      timeout: HANG_AFTER,
    });
    equal(stderr, '');
    match(
      stdout,
      /^ERR_PIPE_UNSUPPORTED .*native part, and none loads on .*\n +native\/build\/pipework\.node: /,
    );
  } finally {
    copy.remove();
  }
});
