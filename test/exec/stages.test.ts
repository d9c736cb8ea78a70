/** What a stage is given, and what it finds when it starts. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { runAsOrdinaryUser } from '../fixtures/ordinary-user.js';
import { packageRoot } from '../fixtures/package-copy.js';
import { runSource } from '../fixtures/run-source.js';
import { isBlocking, linkOf } from '../os/descriptors.js';
import { inWay, WAYS, type Way } from './ways.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'pipework-stages-')));
after(() => rmSync(folder, { recursive: true }));

/** What children of this process get of it, above the three. */
function inheritable(): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    const info = linkOf(Number(fd)) === undefined ? '' : readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8');
    const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '2000000', 8);
    return Number(fd) > 2 && (flags & O_CLOEXEC) === 0;
  });
}

const O_CLOEXEC = 0o2000000; // as /proc has it
const PAGE = 4096; // bytes
const SOFT = Number(readFileSync('/proc/sys/fs/pipe-user-pages-soft', 'utf8')); // pages of a user's pipes

inEachWay(
  'a command: its arguments reach the program as they are, whatever a shell would make of them',
  async () => {
    const args = ['', ' ', '$HOME', '*', "it's", '"', '\\', '\n', 'é\u{1f600}', '-n', '; exit 1', '`id`'];
    const { stdout } = await exec.run(['printf', '%s\\0', ...args]);
    equal(new TextDecoder().decode(stdout), args.map((arg) => `${arg}\0`).join(''));
  },
);

inEachWay('a command: a name is looked for in PATH, a path is taken from the folder', async () => {
  writeFileSync(join(folder, 'tool'), '#!/bin/sh\necho "$0 $*"\n');
  chmodSync(join(folder, 'tool'), 0o755);
  const byPath = await exec.run(exec.command('tool', ['a'], { env: { PATH: `/nowhere:${folder}:/bin` } }));
  equal(byPath.text(), `${folder}/tool a\n`);
  const byFile = await exec.run(exec.command('./tool', ['b'], { cwd: folder }));
  equal(byFile.text(), './tool b\n');
});

inEachWay('a command: a script that names no interpreter is run by /bin/sh, with its arguments', async () => {
  writeFileSync(join(folder, 'bare'), 'echo "$# $1"\n');
  chmodSync(join(folder, 'bare'), 0o755);
  const out = await exec.run([join(folder, 'bare'), 'one two', 'three']);
  equal(out.text(), '2 one two\n');
});

inEachWay('shell(): is the one place where a shell looks at text', async () => {
  const out = await exec.run(exec.shell('printf "%s" "$((6 * 7))" | rev'));
  equal(out.text(), '24');
});

inEachWay('env: is added to the program’s own, and undefined takes away', async () => {
  process.env['PIPEWORK_TEST_KEPT'] = 'kept';
  process.env['PIPEWORK_TEST_GONE'] = 'gone';
  try {
    const env = { PIPEWORK_TEST_GONE: undefined, PIPEWORK_TEST_NEW: 'a=b\nc', PIPEWORK_TEST_EMPTY: '' };
    const out = await exec.run(exec.command('env', ['-0'], { env }));
    const own = out.text().split('\0');
    ok(own.includes('PIPEWORK_TEST_KEPT=kept'));
    ok(own.includes('PIPEWORK_TEST_NEW=a=b\nc'));
    ok(own.includes('PIPEWORK_TEST_EMPTY='));
    deepEqual(
      own.filter((line) => line.startsWith('PIPEWORK_TEST_GONE')),
      [],
    );
  } finally {
    delete process.env['PIPEWORK_TEST_KEPT'];
    delete process.env['PIPEWORK_TEST_GONE'];
  }
});

inEachWay('env: a command’s own comes over that of its pipeline, for each stage apart', async () => {
  const show = exec.shell('cat; echo "$A $B"', { env: { B: 'own' } });
  const out = await exec.run(exec.shell('echo "$A $B"'), show, { env: { A: 'all', B: 'all' } });
  deepEqual(out.lines(), ['all all', 'all own']);
});

inEachWay('clearEnv: starts with nothing but env, and finds programs all the same', async () => {
  const own = await exec.run(exec.command('env', [], { clearEnv: true, env: { A: '1' } }));
  equal(own.text(), 'A=1\n');
  const none = await exec.run(['env'], { clearEnv: true });
  equal(none.text(), '');
  const undone = await exec.run(exec.command('env', [], { clearEnv: false }), { clearEnv: true });
  match(undone.text(), /^PATH=/m);
});

inEachWay('env: takes any name, also one that an object has by itself', async () => {
  const env = JSON.parse('{"__proto__":"1","constructor":"2","a b":"3"}');
  const out = await exec.run(['env'], { clearEnv: true, env });
  deepEqual(out.lines(), ['__proto__=1', 'constructor=2', 'a b=3']);
});

inEachWay('cwd: is the folder of a command, or of all that name none', async () => {
  const out = await exec.run(['pwd'], exec.shell('cat; pwd', { cwd: '/' }), { cwd: folder });
  deepEqual(out.lines(), [folder, '/']);
});

inEachWay('okCodes: says which exit codes mean success, and 0 is not one by itself', async () => {
  const ended = (code: number, okCodes: number[]) =>
    exec.run(exec.shell(`exit ${code}`, { okCodes })).then(
      ({ stages }) => stages[0]?.ok,
      (error) => error.stage.ok,
    );
  deepEqual(
    [await ended(0, [1]), await ended(1, [1]), await ended(255, [0, 255]), await ended(2, [0, 1])],
    [false, true, true, false],
  );
});

inEachWay('descriptors: a stage has 0, 1 and 2 and no other', async (way) => {
  // One more is the folder that ls itself reads. The runtime passes on what it has inherited above 16; natively
  // nothing is, as a test below shows.
  const inherited = way === 'native' ? [] : inheritable();
  const all = ['0', '1', '2', '3', ...inherited].sort();
  const list = ['ls', '/proc/self/fd'];
  const out = await exec.run(list, exec.shell('cat; ls /proc/self/fd'), { stdin: 'x' });
  deepEqual(out.lines().sort(), [...all, ...all].sort());
  const alone = await exec.run(list, { stderr: 'stdout' });
  deepEqual(alone.lines().sort(), all);
});

inEachWay(
  'descriptors: are blocking, at every place of a pipeline and whatever is on the other side',
  async () => {
    const show = ['cat', '/proc/self/fdinfo/0', '/proc/self/fdinfo/1', '/proc/self/fdinfo/2'];
    const pass: exec.StageFunction = async (reader, writer) => {
      await io.copy(reader, writer);
    };
    const append = exec.shell('cat; cat /proc/self/fdinfo/0 /proc/self/fdinfo/1 /proc/self/fdinfo/2');
    const out = await exec.run(show, append, pass, append, { stdin: 'x' });
    const ends = out.text().split(/^(?=pos:)/m);
    equal(ends.length, 9);
    deepEqual(
      ends.map(isBlocking),
      ends.map(() => true),
    );
  },
);

inEachWay('descriptors: are real pipes, on which /dev/stdin, /dev/stdout and /dev/stderr open', async () => {
  const links = await exec.run(exec.shell('readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2'), {
    stdin: 'x',
  });
  equal(links.lines().length, 3);
  for (const link of links.lines()) match(link, /^pipe:\[\d+\]$/);
  const out = await exec.run(
    ['cat', '/dev/stdin'],
    exec.shell('cat /dev/stdin > /dev/stdout; echo e > /dev/stderr'),
    {
      stdin: 'through',
    },
  );
  equal(out.text(), 'through');
  equal(out.stages[1]?.stderr, 'e\n');
});

inEachWay('signals: a stage starts with all dispositions as by default and none blocked', async () => {
  const { stdout } = await exec.run(['cat', '/proc/self/status']);
  const status = new TextDecoder().decode(stdout);
  for (const set of ['SigBlk', 'SigIgn', 'SigCgt'])
    match(status, new RegExp(`^${set}:\\t0000000000000000$`, 'm'));
});

inEachWay('limits: a stage has the limit on open files that this process has', async () => {
  const own = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  const out = await exec.run(exec.shell('ulimit -Sn; ulimit -Sn 100; exec sh -c "ulimit -Sn"'));
  deepEqual(out.lines(), [own, '100']);
});

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

inEachWay('a pipeline: the parent keeps no end open, so that what nobody reads ends', async () => {
  const out = await exec.run(['yes'], ['head', '-n', '2']);
  equal(out.text(), 'y\ny\n');
  deepEqual(
    out.stages.map(({ ok, forgiven, signal }) => [ok, forgiven, signal]),
    [
      [false, true, 'SIGPIPE'],
      [true, false, null],
    ],
  );
});

inEachWay(
  'a pipeline: every stage is started before any is awaited, so that they may wait for each other',
  async () => {
    // The first waits until the last has run.
    const file = join(folder, 'meeting');
    const out = await exec.run(
      exec.shell(`while ! [ -e ${file} ]; do sleep 0.01; done; echo met`),
      ['cat'],
      exec.shell(`touch ${file}; cat`),
    );
    equal(out.text(), 'met\n');
    rmSync(file);
  },
);

inEachWay('a pipeline: functions and commands stand in any order', async () => {
  const mark =
    (letter: string): exec.StageFunction =>
    async (reader, writer) => {
      await io.copy(reader, writer);
      await writer.write(letter);
    };
  const add = (letter: string) => exec.shell(`cat; printf ${letter}`);
  const orders = [
    [mark('a')],
    [mark('a'), mark('b')],
    [add('a'), mark('b')],
    [mark('a'), add('b')],
    [mark('a'), mark('b'), add('c'), add('d'), mark('e'), mark('f')],
    [add('a'), mark('b'), add('c'), mark('d'), add('e')],
  ];
  const texts = await Promise.all(
    orders.map(async (stages) => (await exec.run(...stages, { stdin: '0' })).text()),
  );
  deepEqual(texts, ['0a', '0ab', '0ab', '0ab', '0abcdef', '0abcde']);
});

inEachWay('a pipeline: a hundred stages', async () => {
  const stages = Array.from({ length: 100 }, () => ['cat']);
  const out = await exec.run(...stages, { stdin: 'through a hundred' });
  equal(out.text(), 'through a hundred');
  equal(out.stages.length, 100);
});

inEachWay('capacity: is that of each link, and without it 256 KiB', async () => {
  // Nobody reads until the writer says how far it got.
  const fill = exec.shell('dd bs=4096 count=1024 if=/dev/zero oflag=nonblock 2>/dev/null; true');
  const counts: number[] = [];
  const late: exec.StageFunction = async (reader) => {
    counts.push((reader as unknown as { capacity: number }).capacity);
    await io.readAll(reader);
  };
  await exec.run(fill, late);
  await exec.run(fill, late, { capacity: 8192 });
  deepEqual(counts, [256 * 1024, 8192]);
});

inEachWay('capacity: is the kernel’s own beyond 128 links, until others have ended', async () => {
  const capacities: number[] = [];
  const look: exec.StageFunction = async (reader) => {
    capacities.push((reader as unknown as { capacity: number }).capacity);
  };
  const many = exec.pipeline(...Array.from({ length: 128 }, () => ['cat']), { stdin: 'pipe' });
  await exec.run(['true'], look);
  many.stdin.close();
  await many.done;
  await exec.run(['true'], look);
  const [beyond = 0, after] = capacities;
  ok(beyond > 0 && beyond < 256 * 1024, `${beyond}`);
  equal(after, 256 * 1024);
});

for (const way of WAYS) {
  test(`capacity: when an ordinary user's pipes hold all that they may, smaller ones do (${way})`, {
    skip: SOFT === 0 || SOFT > 65536 ? 'no such limit here' : false,
  }, () => {
    const source = `
      import * as exec from 'pipework/exec';
      import * as os from 'pipework/os';
      const pipes = Array.from({ length: ${Math.ceil(SOFT / 16)} }, () => os.pipe()); // 16 pages each
      const capacities = [];
      const count = ['wc', '-l'];
      const look = async (reader, writer) => {
        capacities.push(reader.capacity);
        for await (const chunk of reader) await writer.write(chunk);
      };
      for (const options of [{}, { capacity: 1024 * 1024 }]) {
        const out = await exec.run(['seq', '100000'], look, count, options);
        console.log(out.text().trim(), capacities.pop() < 65536);
      }`;
    const { stdout, stderr } = runAsOrdinaryUser(source, { PIPEWORK_EXEC: way });
    equal(stdout, '100000 true\n100000 true\n', stderr);
  });
}

test('descriptors: what is inherited is blocking, whoever has set it otherwise', () => {
  const given = `
import os, subprocess, sys
ends = os.pipe2(os.O_NONBLOCK)
subprocess.run(sys.argv[1:], stdin=ends[0], stderr=ends[1])`;
  const source = `
    import * as exec from 'pipework/exec';
    const cat = ['cat', '/proc/self/fdinfo/0', '/proc/self/fdinfo/2'];
    process.stdout.write((await exec.run(cat, { stdin: 'inherit', stderr: 'inherit' })).stdout);`;
  const program = [process.execPath, '--input-type=module', '--eval', source];
  const { stdout, stderr } = spawnSync('python3', ['-c', given, ...program], {
    cwd: packageRoot,
    encoding: 'utf8',
    env: { ...process.env, PIPEWORK_EXEC: 'native' },
  });
  const ends = stdout.split(/^(?=pos:)/m);
  deepEqual(ends.map(isBlocking), [true, true], stderr);
});

test('descriptors: what this process has inherited itself, above those that a runtime closes, is not passed on', () => {
  const { stdout, stderr } = runSource(
    `
    import { spawnSync } from 'node:child_process';
    const source = \`
      import * as exec from 'pipework/exec';
      const out = await exec.run(['ls', '/proc/self/fd'], ['cat']);
      console.log(out.lines().join(' '));\`;
    const line = 'exec 3</dev/null 30</dev/null 60</dev/null; exec "$@"';
    const node = [process.execPath, '--input-type=module', '--eval', source];
    spawnSync('bash', ['--norc', '-c', line, 'bash', ...node], { stdio: 'inherit' });`,
  );
  equal(stderr, '');
  equal(stdout, '0 1 2 3\n');
});

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
