/** Stages that cannot be started: the error names the stage and why, and nothing is left of the others. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import * as os from 'pipework/os';
import { asOrdinaryUser, threadsOfUser } from '../fixtures/ordinary-user.js';
import { PackageCopy, packageRoot } from '../fixtures/package-copy.js';
import { runSource } from '../fixtures/run-source.js';
import { inWay, rejection, WAYS, type Way } from './ways.js';

const folder = mkdtempSync(join(tmpdir(), 'pipework-starting-'));
after(() => rmSync(folder, { recursive: true }));
const plain = join(folder, 'plain');
writeFileSync(plain, 'not a program');
const script = join(folder, 'script');
writeFileSync(script, '#!/nowhere/interpreter\n');
chmodSync(script, 0o755);

const pass: exec.StageFunction = async (reader, writer) => {
  await io.copy(reader, writer);
};

/** A folder that may not be looked into makes it EACCES, as execvp(3) has it. */
const OPEN_PATH = { env: { PATH: '/usr/bin:/bin' } };

/** What cannot be started, and what says so. */
const BROKEN: readonly (readonly [name: string, stage: exec.Stage, code: string, message: RegExp])[] = [
  [
    'a command that is not found',
    exec.command('no-such-program', [], OPEN_PATH),
    'ENOENT',
    /no-such-program/,
  ],
  ['a path that is not there', ['/nowhere/tool', 'x'], 'ENOENT', /\/nowhere\/tool/],
  ['a file that is not executable', [plain], 'EACCES', /plain/],
  ['a folder', ['/tmp'], 'EACCES', /\/tmp/],
  ['a script whose interpreter is missing', [script], 'ENOENT', /script/],
  ['a path through a file', [join(plain, 'tool')], 'ENOTDIR', /plain\/tool/],
  ['a name that is too long', [`/${'x'.repeat(300)}`], 'ENAMETOOLONG', /xxx/],
  ['arguments that are too many', ['true', ...Array<string>(40).fill('x'.repeat(100_000))], 'E2BIG', /true/],
  ['a cwd that is missing', exec.command('true', [], { cwd: '/nowhere' }), 'ENOENT', /the cwd \/nowhere/],
  ['a cwd that is a file', exec.command('true', [], { cwd: plain }), 'ENOTDIR', /the cwd .*plain/],
];

for (const [name, stage, code, message] of BROKEN) {
  inEachWay(`${name}: is ${code} of that stage, wherever it stands`, async () => {
    for (const stages of [
      [stage],
      [stage, ['cat'], pass],
      [['sleep', '60'], stage],
      [['yes'], ['cat'], stage, ['sleep', '60']],
      [pass, stage, pass],
    ]) {
      const index = stages.indexOf(stage);
      const job = exec.pipeline(...stages, { stdin: new Uint8Array(2 ** 20) });
      const error = await rejection(job.done);
      equal(error.code, 'ERR_PIPELINE_FAILED');
      equal(error.stage.index, index);
      equal(error.stage.pid, undefined);
      deepEqual([error.stage.code, error.stage.signal, error.stage.ok], [null, null, false]);
      const cause = error.cause as { code: string; errno: number; syscall: string; message: string };
      equal(cause.code, code);
      ok(cause.errno < 0);
      match(cause.message, message);
      match(error.message, /could not be started: /);
      // What stands behind it was not started at all.
      for (const result of error.stages.slice(index + 1)) {
        deepEqual(
          [result.pid, result.startedAt, result.code, result.ok],
          [undefined, undefined, null, false],
        );
      }
      equal(error.stages.length, stages.length);
    }
  });
}

inEachWay('a stage that cannot be started: job.stdout has no bytes, and the error for its end', async () => {
  for (const stages of [[['/nowhere/x']], [['/nowhere/x'], ['cat']], [['echo', 'x'], ['/nowhere/x']]]) {
    const job = exec.pipeline(...stages);
    const error = await rejection(job.stdout.read(new Uint8Array(8)));
    equal((error.cause as { code: string }).code, 'ENOENT');
    equal(await rejection(job.done), error);
  }
});

inEachWay('a stage that cannot be started: what was given to the pipeline ends, too', async () => {
  const { reader, writer } = io.pipe();
  await rejection(exec.run(['/nowhere/x'], { stdin: reader }));
  equal((await rejection<{ code: string }>(writer.write('x'))).code, 'EPIPE');
  const upstream = exec.pipeline(['yes']);
  await rejection(exec.run(['cat'], ['/nowhere/x'], { stdin: upstream.stdout }));
  await rejection(upstream.done);
  // Neither was read by anybody: not the one before it, nor the one behind.
  const inner = [exec.pipeline(['yes']), exec.pipeline(['yes'])] as const;
  await rejection(
    exec.run(['cat', exec.substitute(inner[0])], ['/nowhere/x'], ['cat', exec.substitute(inner[1])]),
  );
  for (const job of inner)
    match((await rejection(job.done)).message, /^what was to read its output was ended: yes was killed/);
});

inEachWay('a pipeline that never began: a reader that was given to it is closed all the same', async () => {
  const signal = AbortSignal.abort(new Error('never'));
  for (const stages of [[['cat']], [pass], [['cat'], pass]]) {
    for (const pipe of [io.pipe, os.pipe]) {
      const { reader, writer } = pipe();
      await rejection(exec.run(...stages, { stdin: reader, signal }));
      equal((await rejection<{ code: string }>(writer.write('x'))).code, 'EPIPE');
      writer.close();
    }
    const upstream = exec.pipeline(['yes']);
    const inner = exec.pipeline(['yes']);
    const outer = exec.run(['cat', exec.substitute(inner)], ...stages, { stdin: upstream.stdout, signal });
    equal((await rejection<Error>(outer)).message, 'never');
  }
});

inEachWay('a writer that never settles its write: kill() ends the job all the same', async () => {
  const stuck = { write: () => new Promise<number>(() => {}) };
  for (const stage of [
    ['yes'],
    ['echo', 'x'],
    async (_: io.PipeReader, to: io.PipeWriter) => void (await to.write('x')),
  ]) {
    const job = exec.pipeline(stage, { stdout: stuck, killGrace: 50 });
    await job.kill();
    equal((await rejection(job.done)).code, 'ERR_PIPELINE_FAILED');
    const { message } = await rejection(job.done);
    match(message, /^ended by kill\(\): .* (was killed by SIGTERM|exited with code 0|had ended)$/);
    const late = exec.pipeline(stage, { stdout: stuck, timeout: 50, killGrace: 50 });
    match((await rejection(late.done)).message, /^timed out after 50 ms/);
  }
});

test('pipeline(): without a binary it is an UnsupportedError that is thrown, and nothing is started', () => {
  const copy = new PackageCopy();
  copy.removeNative();
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import * as exec from 'pipework/exec';
      for (const stage of [['touch', 'started'], async () => { console.log('started'); }])
        try { exec.pipeline(stage); } catch (error) { console.log(error.code); }
      await exec.run(['touch', 'started']).catch((error) => console.log(error.code));
      exec.pipeline([]);`,
    ],
    { cwd: copy.root, encoding: 'utf8' },
  );
  const isStarted = existsSync(join(copy.root, 'started'));
  copy.remove();
  match(stderr, /TypeError: a command must be/);
  equal(stdout, 'ERR_PIPE_UNSUPPORTED\n'.repeat(3));
  equal(isStarted, false);
});

/** Makes each of many numbers of descriptors all that is left, and says how a pipeline of three fails. */
const STARVED = `
  import fs from 'node:fs';
  import * as io from 'pipework';
  import * as exec from 'pipework/exec';
  const count = () => fs.readdirSync('/proc/self/fd').length;
  const children = () => fs.readdirSync('/proc').filter((pid) => {
    try { return new RegExp('\\\\) . ' + process.pid + ' ').test(fs.readFileSync('/proc/' + pid + '/stat', 'utf8')); }
    catch { return false; }
  }).length;
  const pass = async (reader, writer) => { await io.copy(reader, writer); };
  await exec.run(['true'], pass);
  const turn = () => new Promise((resolve) => setTimeout(resolve, 20));
  const report = {};
  for (let free = 0; free <= 24; free++) {
    await turn();
    const before = count();
    const taken = [];
    try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
    for (let i = 0; i < free; i++) fs.closeSync(taken.pop());
    let told;
    try {
      told = (await exec.run(['cat'], pass, ['cat'], { stdin: 'through' })).text();
    } catch (error) {
      const named = /stage [123] of 3/.test(error.message) ? 'named' : error.message;
      told = [error.code, error.cause?.code, named].join(' ');
    }
    taken.forEach(fs.closeSync);
    await turn();
    const left = count() - before;
    report[told] = (report[told] ?? 0) + 1;
    if (left !== 0 || children() !== 0) report['left by ' + free] = [left, children()];
  }
  console.log(JSON.stringify(report));`;

for (const way of WAYS) {
  test(`EMFILE: whatever is missing is an error that names the stage, and nothing is left (${way})`, () => {
    const { stdout, stderr, status } = runSource(STARVED, { PIPEWORK_EXEC: way }, 64);
    equal(stderr, '');
    equal(status, 0);
    const report = JSON.parse(stdout) as Record<string, number>;
    deepEqual(Object.keys(report).sort(), ['ERR_PIPELINE_FAILED EMFILE named', 'through']);
    ok((report['through'] as number) > 3);
  });

  test(`EMFILE: many pipelines at once, each of which fails or does well (${way})`, () => {
    const { stdout, stderr, status } = runSource(
      `
      import fs from 'node:fs';
      import * as exec from 'pipework/exec';
      const count = () => fs.readdirSync('/proc/self/fd').length;
      await exec.run(['true']);
      process.stdout; // what it opens at its first use
      const before = count();
      for (let round = 0; round < 3; round++) {
        const jobs = await Promise.allSettled(Array.from({ length: 40 }, () => exec.run(['cat'], ['cat'], { stdin: 'x' })));
        const told = jobs.map(({ value, reason }) => value?.text() ?? reason.cause?.code ?? reason);
        const failed = told.filter((text) => text === 'EMFILE').length;
        console.log(failed > 0 && failed < 40, told.filter((text) => text !== 'x' && text !== 'EMFILE').join());
        await new Promise((resolve) => setTimeout(resolve, 50));
        console.log(count() - before);
      }`,
      { PIPEWORK_EXEC: way },
      80,
    );
    equal(stderr, '');
    equal(stdout, 'true \n0\n'.repeat(3));
    equal(status, 0);
  });

  const STAGES = 200;

  // Root may start as many processes as it likes; another user has no more than they are allowed.
  test(`EAGAIN: too many processes are an error that names the stage, and nothing is left (${way})`, () => {
    const source = `
      import fs from 'node:fs';
      import * as exec from 'pipework/exec';
      const count = () => fs.readdirSync('/proc/self/fd').length;
      await exec.run(['true']);
      process.stdout; // what it opens at its first use
      const before = count();
      for (let round = 0; round < 3; round++) {
        const stages = Array.from({ length: ${STAGES} }, () => ['cat']);
        const error = await exec.run(...stages, { stdin: 'x' }).catch((error) => error);
        await new Promise((resolve) => setTimeout(resolve, 50));
        console.log(error.code, error.cause?.code, /^stage \\d+ of ${STAGES}, cat, could not/.test(error.message), count() - before);
      }`;
    const { stdout, stderr, status } = spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        // Half of the stages, so that it does not matter what else of this user begins or ends meanwhile.
        `ulimit -u ${threadsOfUser() + STAGES / 2}; exec "$@"`,
        'bash',
        process.execPath,
        '--input-type=module',
        '--eval',
        source,
      ],
      {
        ...asOrdinaryUser,
        cwd: packageRoot,
        encoding: 'utf8',
        timeout: 60_000,
        env: { ...process.env, PIPEWORK_EXEC: way },
      },
    );
    equal(stderr, '');
    equal(stdout, 'ERR_PIPELINE_FAILED EAGAIN true 0\n'.repeat(3));
    equal(status, 0);
  });
}

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
