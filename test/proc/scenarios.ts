/**
 * Pipelines as they stand still, each built from real processes that are brought to where they wait; only these are looked
 * at. On every runtime, as root and as an ordinary user, and with less to be seen.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as proc from 'pipework/proc';
import type { Case } from '../../scripts/runtimes/suite.js';
import { until } from '../exec/processes.js';
import { childOf, Scene, sleepsIn, stateOf, untilReading, untilSleeping, untilWriting } from './scene.js';
import { checkTruth, view } from './truth.js';

export const scenarios: readonly Case[] = [
  scenario('a slow first stage is the bottleneck, and both behind it are starved', async (scene) => {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const slow = pid(scene.start(['sleep', '1000'], { 1: one.write }));
    const middle = pid(scene.start(['cat'], { 0: one.read, 1: two.write }));
    const last = pid(scene.start(['cat'], { 0: two.read }));
    scene.close();
    await untilSleeping(slow);
    await untilReading(middle, last);
    checkTruth({
      players: {
        slow: { pid: slow, does: 'timer', role: 'bottleneck' },
        middle: { pid: middle, does: 'reading 0', role: 'starved', because: [slow] },
        last: { pid: last, does: 'reading 0', role: 'starved', because: [slow] },
      },
    });
  }),
  scenario('a slow middle stage blocks the one before it and starves the one behind', async (scene) => {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const first = pid(scene.start(['yes'], { 1: one.write }));
    const slow = pid(scene.start(['sleep', '1000'], { 0: one.read, 1: two.write }));
    const last = pid(scene.start(['cat'], { 0: two.read }));
    scene.close();
    await untilSleeping(slow);
    await untilWriting(first);
    await untilReading(last);
    checkTruth({
      players: {
        first: { pid: first, does: 'writing 1', role: 'blocked', because: [slow] },
        slow: { pid: slow, does: 'timer', role: 'bottleneck' },
        last: { pid: last, does: 'reading 0', role: 'starved', because: [slow] },
      },
    });
  }),
  scenario('a slow last stage blocks all before it, and none of those is blamed', async (scene) => {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const first = pid(scene.start(['yes'], { 1: one.write }));
    const middle = pid(scene.start(['cat'], { 0: one.read, 1: two.write }));
    const slow = pid(scene.start(['sleep', '1000'], { 0: two.read }));
    scene.close();
    await untilSleeping(slow);
    await untilWriting(middle, first);
    checkTruth({
      players: {
        first: { pid: first, does: 'writing 1', role: 'blocked', because: [slow] },
        middle: { pid: middle, does: 'writing 1', role: 'blocked', because: [slow] },
        slow: { pid: slow, does: 'timer', role: 'bottleneck' },
      },
    });
  }),
  scenario('a stage that computes is told from one that sleeps', async (scene) => {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const first = pid(scene.start(['yes'], { 1: one.write }));
    const busy = pid(scene.start(['sh', '-c', 'while :; do :; done'], { 0: one.read, 1: two.write }));
    const last = pid(scene.start(['cat'], { 0: two.read }));
    scene.close();
    await until(() => stateOf(busy) === 'R', 'it computes');
    await untilWriting(first);
    await untilReading(last);
    checkTruth({
      players: {
        first: { pid: first, does: 'writing 1', role: 'blocked', because: [busy] },
        busy: { pid: busy, does: 'running', role: 'bottleneck' },
        last: { pid: last, does: 'reading 0', role: 'starved', because: [busy] },
      },
    });
  }),
  scenario('a stopped stage is the bottleneck', async (scene) => {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const first = pid(scene.start(['yes'], { 1: one.write }));
    const stopped = pid(scene.start(['cat'], { 0: one.read, 1: two.write }));
    const last = pid(scene.start(['cat'], { 0: two.read }));
    scene.close();
    process.kill(stopped, 'SIGSTOP');
    await until(() => stateOf(stopped) === 'T', 'it is stopped');
    await untilWriting(first);
    await untilReading(last);
    checkTruth({
      players: {
        first: { pid: first, does: 'writing 1', role: 'blocked', because: [stopped] },
        stopped: { pid: stopped, does: 'stopped', role: 'bottleneck' },
        last: { pid: last, does: 'reading 0', role: 'starved', because: [stopped] },
      },
    });
  }),
  scenario('a reader that waits for bytes from elsewhere is not blamed for the full pipe', async (scene) => {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const first = pid(scene.start(['yes'], { 1: one.write }));
    const reader = pid(scene.start(['sh', '-c', 'read line <&3; cat'], { 0: one.read, 3: two.read }));
    const slow = pid(scene.start(['sleep', '1000'], { 1: two.write }));
    scene.close();
    await untilSleeping(slow);
    await untilWriting(first);
    await untilReading(reader);
    checkTruth({
      players: {
        first: { pid: first, does: 'writing 1', role: 'blocked', because: [slow] },
        reader: { pid: reader, does: /^reading [03]$/, role: 'starved', because: [slow] },
        slow: { pid: slow, does: 'timer', role: 'bottleneck' },
      },
    });
  }),
  scenario(
    'a reader that waits for a child of its own is not blamed, and the child is named',
    async (scene) => {
      const one = scene.pipe();
      const first = pid(scene.start(['yes'], { 1: one.write }));
      const reader = pid(scene.start(['sh', '-c', 'sleep 1000 </dev/null; cat'], { 0: one.read }));
      scene.close();
      const child = await childOf(reader);
      await untilSleeping(child);
      await until(() => sleepsIn(reader, /^do_wait$/), 'it waits for its child');
      await untilWriting(first);
      checkTruth({
        players: {
          first: { pid: first, does: 'writing 1', role: 'blocked', because: [child] },
          reader: { pid: reader, does: 'child', role: 'waiting', because: [child] },
        },
      });
    },
  ),
  scenario('two that write to each other and do not read are a deadlock', async (scene) => {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const left = pid(scene.start(['yes'], { 0: two.read, 1: one.write }));
    const right = pid(scene.start(['yes'], { 0: one.read, 1: two.write }));
    scene.close();
    await untilWriting(left, right);
    checkTruth({
      players: {
        left: { pid: left, does: 'writing 1', role: 'stuck', because: [right] },
        right: { pid: right, does: 'writing 1', role: 'stuck', because: [left] },
      },
      deadlocks: [[left, right]],
    });
  }),
  scenario('of one output that feeds two readers the one that stands still is found', async (scene) => {
    const [one, two, three] = [scene.pipe(), scene.pipe(), scene.pipe()];
    const first = pid(scene.start(['yes'], { 1: one.write }));
    const tee = pid(scene.start(['tee', '/dev/fd/3'], { 0: one.read, 1: two.write, 3: three.write }));
    const reader = pid(scene.start(['cat'], { 0: two.read }));
    const slow = pid(scene.start(['sleep', '1000'], { 0: three.read }));
    scene.close();
    await untilSleeping(slow);
    await untilWriting(tee, first);
    await untilReading(reader);
    checkTruth({
      players: {
        first: { pid: first, does: 'writing 1', role: 'blocked', because: [slow] },
        tee: { pid: tee, does: /^writing [34]$/, role: 'blocked', because: [slow] },
        reader: { pid: reader, does: 'reading 0', role: 'starved', because: [slow] },
        slow: { pid: slow, does: 'timer', role: 'bottleneck' },
      },
    });
  }),
  scenario('a grandchild that has kept the write end is named', async (scene) => {
    const [one, gate] = [scene.pipe(), scene.pipe()];
    const script = 'sleep 1000 </dev/null & read line'; // until the gate is closed
    const shell = scene.start(['sh', '-c', script], { 0: gate.read, 1: one.write });
    const reader = pid(scene.start(['cat'], { 0: one.read }));
    const sleeper = await childOf(pid(shell));
    await untilSleeping(sleeper);
    scene.close();
    if (shell.exitCode === null) await once(shell, 'exit');
    await untilReading(reader);
    checkTruth({
      players: {
        sleeper: { pid: sleeper, does: 'timer', role: 'bottleneck' },
        reader: { pid: reader, does: 'reading 0', role: 'starved', because: [sleeper] },
      },
      held: [{ pid: sleeper, why: 'orphan' }],
    });
  }),
  scenario('a reader that has kept the write end of its own input waits for itself', async (scene) => {
    const one = scene.pipe();
    const reader = pid(scene.start(['cat'], { 0: one.read, 3: one.write }));
    scene.close();
    await untilReading(reader);
    checkTruth({
      players: { reader: { pid: reader, does: 'reading 0', role: 'stuck', because: [] } },
      deadlocks: [[reader]],
      held: [{ pid: reader, why: 'reader' }],
    });
  }),
  scenario('a parent that has kept both ends and waits for the reader is a deadlock', async (scene) => {
    const one = scene.pipe();
    const script = 'cat <&3 3<&- 4>&-; true';
    const parent = pid(scene.start(['sh', '-c', script], { 3: one.read, 4: one.write }));
    scene.close();
    const reader = await childOf(parent);
    await untilReading(reader);
    await until(() => sleepsIn(parent, /^do_wait$/), 'it waits for its child');
    checkTruth({
      players: {
        parent: { pid: parent, does: 'child', role: 'stuck', because: [reader] },
        reader: { pid: reader, does: 'reading 0', role: 'stuck', because: [parent] },
      },
      deadlocks: [[parent, reader]],
      held: [{ pid: parent, why: 'parent' }],
    });
  }),
  scenario('a bystander that has the write end beside its standard streams is named', async (scene) => {
    const one = scene.pipe();
    const writer = pid(scene.start(['sleep', '1000'], { 1: one.write }));
    const bystander = pid(scene.start(['sleep', '1000'], { 5: one.write }));
    const reader = pid(scene.start(['cat'], { 0: one.read }));
    scene.close();
    await untilSleeping(writer, bystander);
    await untilReading(reader);
    checkTruth({
      players: {
        writer: { pid: writer, does: 'timer', role: 'bottleneck' },
        bystander: { pid: bystander, does: 'timer', role: 'free' },
        reader: { pid: reader, does: 'reading 0', role: 'starved', because: [writer] },
      },
      held: [{ pid: bystander, why: 'spare' }],
    });
  }),
  scenario(
    'who waits for the other side of a FIFO survives any number of looks, and still waits',
    async (scene) => {
      await inFolder(async (folder) => {
        const [read, written] = [join(folder, 'read'), join(folder, 'written')];
        execFileSync('mkfifo', [read, written]);
        const reader = scene.start(['sh', '-c', 'exec cat < "$1"', 'sh', read], {});
        const writer = scene.start(['sh', '-c', 'echo sent > "$1"', 'sh', written], {});
        const both = [pid(reader), pid(writer)];
        for (const one of both) await until(() => sleepsIn(one, /^wait_for_partner$/), `${one} waits`);
        for (let i = 0; i < LOOKS_AT_FIFO; i++) {
          const { processes } = proc.scan({ pid: both, follow: 'nobody' });
          const kinds = processes.map(({ state }) => state.kind);
          deepEqual(kinds, view === 'no-wchan' ? ['asleep', 'asleep'] : ['opening', 'opening']);
        }
        for (const one of both) ok(sleepsIn(one, /^wait_for_partner$/), `${one} does not wait any more`);
        // Each gets the partner that it waited for, and ends as if nobody had looked.
        execFileSync('sh', ['-c', ': > "$1"', 'sh', read]);
        equal(execFileSync('cat', [written], { encoding: 'utf8' }), 'sent\n');
        for (const child of [reader, writer]) if (child.exitCode === null) await once(child, 'exit');
        deepEqual([reader.exitCode, writer.exitCode], [0, 0]);
      });
    },
  ),
  scenario('a FIFO with one side only is not opened, and one with two is', async (scene) => {
    await inFolder(async (folder) => {
      const path = join(folder, 'fifo');
      execFileSync('mkfifo', [path]);
      // It opens both sides, so as not to wait, and closes the one for writing.
      const script = 'exec 3<>"$1" 4<"$1" 3>&-; exec sleep 1000';
      const reader = pid(scene.start(['sh', '-c', script, 'sh', path], {}));
      await untilSleeping(reader);
      const [alone] = proc.scan({ pid: reader, follow: 'nobody' }).pipes;
      deepEqual([alone?.kind, alone?.path, alone?.noFill, alone?.writers], ['fifo', path, 'one side', []]);
      const writer = pid(scene.start(['sh', '-c', 'exec yes > "$1"', 'sh', path], {}));
      await untilWriting(writer);
      const [joined] = proc.scan({ pid: [reader, writer], follow: 'nobody' }).pipes;
      deepEqual([joined?.queued, joined?.capacity], [65536, 65536]);
      deepEqual(joined?.readers, [{ pid: reader, descriptor: 4 }]);
      deepEqual(joined?.writers, [{ pid: writer, descriptor: 1 }]);
    });
  }),
  scenario('a stage that waits for a socket is told from one that waits for a pipe', async (scene) => {
    const one = scene.pipe();
    // What Node calls a pipe to a child is a socket.
    const script = "require('child_process').spawn('cat', { stdio: ['pipe', 'inherit', 'inherit'] })";
    const parent = pid(scene.start(['node', '-e', script], { 1: one.write }));
    const last = pid(scene.start(['cat'], { 0: one.read }));
    scene.close();
    const first = await childOf(parent);
    await until(() => sleepsIn(first, /^unix_stream/), 'it waits for its socket');
    await untilReading(last);
    checkTruth({
      players: {
        first: { pid: first, does: 'socket', role: 'bottleneck' },
        last: { pid: last, does: 'reading 0', role: 'starved', because: [first] },
      },
    });
  }),
  scenario('a stage that waits for a lock on a file is the bottleneck', async (scene) => {
    await inFolder(async (folder) => {
      const one = scene.pipe();
      const lock = join(folder, 'lock');
      const holder = pid(scene.start(['flock', lock, 'sleep', '1000'], {}));
      await untilSleeping(await childOf(holder));
      const waiter = pid(scene.start(['flock', lock, 'cat'], { 1: one.write }));
      const last = pid(scene.start(['cat'], { 0: one.read }));
      scene.close();
      await until(() => sleepsIn(waiter, /^(locks|flock)_lock/), 'it waits for the lock');
      await untilReading(last);
      checkTruth({
        players: {
          waiter: { pid: waiter, does: 'file', role: 'bottleneck' },
          last: { pid: last, does: 'reading 0', role: 'starved', because: [waiter] },
        },
      });
    });
  }),
  scenario('an event loop is starved by the pipe that it watches (Node)', async (scene) => {
    const [one, two] = [scene.pipe(), scene.pipe()];
    const slow = pid(scene.start(['sleep', '1000'], { 1: one.write }));
    const loop = pid(
      scene.start(['node', '-e', 'process.stdin.on("data", () => {}); console.log("ready")'], {
        0: one.read,
        1: two.write,
      }),
    );
    const last = pid(scene.start(['cat'], { 0: two.read }));
    scene.close();
    await untilSleeping(slow);
    await until(() => sleepsIn(loop, /ep_poll|epoll_wait/) && watches(loop, 0), 'it waits in its event loop');
    await untilReading(last);
    checkTruth({
      players: {
        slow: { pid: slow, does: 'timer', role: 'bottleneck' },
        loop: { pid: loop, does: /^polling (\d+,)*0(,\d+)*$/, role: 'starved', because: [slow] },
        last: { pid: last, does: 'reading 0', role: 'starved', because: [slow] },
      },
    });
  }),
  scenario('capacity and what is queued are told to the byte, of 4096 bytes and of 1 MiB', async (scene) => {
    const [small, large] = [scene.pipe(4096), scene.pipe(MIB)];
    const writers = [small, large].map(({ write }) => pid(scene.start(['yes'], { 1: write })));
    const readers = [small, large].map(({ read }) => pid(scene.start(['sleep', '1000'], { 0: read })));
    const part = scene.pipe();
    const few = pid(scene.start(['sh', '-c', 'printf 12345; exec sleep 1000'], { 1: part.write }));
    const asleep = pid(scene.start(['sleep', '1000'], { 0: part.read }));
    scene.close();
    await untilWriting(...writers);
    await untilSleeping(...readers, few, asleep);
    const fills = (options: proc.ScanOptions) =>
      proc
        .scan({ pid: [...writers, ...readers, few, asleep], follow: 'nobody', ...options })
        // This process's parent may have left it a descriptor, which it cannot keep from its children.
        .pipes.filter(({ readers }) => readers.length > 0)
        .map(({ queued, capacity, noFill }) => noFill ?? `${queued} of ${capacity}`)
        .sort();
    const full = ['4096 of 4096', `${MIB} of ${MIB}`, '5 of 65536'];
    deepEqual(fills({}), full.sort());
    deepEqual(fills({ fill: false }), Array(3).fill('not asked'));
  }),
  scenario(
    'a writer that is looked at all the time while its reader leaves still gets SIGPIPE',
    async (scene) => {
      const one = scene.pipe();
      const writer = scene.start(['yes'], { 1: one.write });
      const reader = scene.start(['sleep', '1000'], { 0: one.read });
      scene.close();
      const both = [pid(writer), pid(reader)];
      await untilWriting(pid(writer));
      const exited = once(writer, 'exit');
      for (let i = 0; i < LOOKS_AT_WRITER; i++) {
        const { processes } = proc.scan({ pid: both, follow: 'nobody' });
        if (i < LOOKS_AT_WRITER / 2)
          equal(processes[0]?.state.kind, view === 'no-wchan' ? 'asleep' : 'writing');
        if (i === LOOKS_AT_WRITER / 2) reader.kill('SIGKILL');
      }
      deepEqual(await exited, [null, 'SIGPIPE']);
    },
  ),
  scenario('processes that end while they are looked at are there whole, or gone', async (scene) => {
    const one = scene.pipe();
    const script = 'while :; do /bin/true; /bin/true & done';
    const shell = pid(scene.start(['sh', '-c', script], { 1: one.write }));
    scene.close();
    let looks = 0;
    let most = 0; // processes in one look
    await until(() => {
      const { processes, gone } = proc.scan({ pid: shell, follow: 'children' });
      deepEqual(gone, []);
      ok(processes.length > 0);
      for (const { command, state, started } of processes) {
        ok(command !== '' && started > 0 && state.evidence.length > 0, `${command} ${JSON.stringify(state)}`);
      }
      most = Math.max(most, processes.length);
      return ++looks >= LOOKS_AT_ENDING && most > 1;
    }, 'children were seen');
  }),
  scenario('a process that is not there is gone, and so is one that has just ended', async (scene) => {
    const child = scene.start(['true'], {});
    await once(child, 'exit');
    const { processes, gone, pipes } = proc.scan({ pid: [pid(child), NO_PROCESS] });
    deepEqual([processes, gone, pipes], [[], [pid(child), NO_PROCESS], []]);
  }),
  scenario('a thousand pipes in one process are all there', async (scene) => {
    const script = `
      import * as os from 'pipework/os';
      globalThis.kept = Array.from({ length: ${MANY} }, () => os.pipe());
      setInterval(() => {}, 1e6);`;
    const holder = pid(scene.start(['node', '--input-type=module', '-e', script], {}));
    await until(() => descriptorsOf(holder) > 2 * MANY, 'it has opened them');
    const { processes, pipes } = proc.scan({ pid: holder, follow: 'nobody' });
    // Node has a few more, for its own use.
    const empty = pipes.filter(({ readers, writers, queued, capacity = 0 }) => {
      return readers.length === 1 && writers.length === 1 && queued === 0 && capacity >= 4096;
    });
    ok(empty.length >= MANY, `${empty.length} pipes`);
    ok((processes[0]?.ends.length ?? 0) >= 2 * MANY);
  }),
];

const MANY = 1000; // pipes
const MIB = 1024 * 1024; // bytes
const LOOKS_AT_FIFO = 50;
const LOOKS_AT_WRITER = 1000;
const LOOKS_AT_ENDING = 100;
/** No system has so many. */
const NO_PROCESS = 2 ** 31 - 1;

/** A case that ends what it has started, whatever becomes of it. */
function scenario(name: string, play: (scene: Scene) => Promise<void>): Case {
  return {
    name,
    async run() {
      const scene = new Scene();
      try {
        await play(scene);
      } finally {
        await scene.end();
      }
    },
  };
}

function pid(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} was not started`);
  return child.pid;
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-proc-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function descriptorsOf(of: number): number {
  return readdirSync(`/proc/${of}/fd`).length;
}

/** Whether an epoll descriptor of that process watches its descriptor `fd`. */
function watches(of: number, fd: number): boolean {
  return readdirSync(`/proc/${of}/fdinfo`).some((name) =>
    new RegExp(`^tfd: +${fd} `, 'm').test(readFileSync(`/proc/${of}/fdinfo/${name}`, 'utf8')),
  );
}
