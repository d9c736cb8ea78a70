/**
 * `npm run test:model`: checks test/model/worker.pml, the protocol of worker pipes, over all interleavings, by spin, which
 * Debian has. Then the same with each of some faults put in, which spin has to find. PIPEWORK_SOAK=1 asks for larger ones.
 * Without spin, or a C compiler, it says so and checks nothing.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const model = join(root, 'test', 'model', 'worker.pml');
const work = join(root, 'build', 'model');
const compiler = process.env['CC'] || 'cc';

/** What is checked, as the comment at the head of the model explains it. */
const CHECKS: readonly string[] = [
  ...kills('C=1 N=2 AWAITED BLOCKING'),
  ...kills('C=2 N=3 BLOCKING'),
  ...kills('C=2 N=3 AWAITED'),
  'C=3 N=4 ROOM=2 BLOCKING',
  'C=3 N=3 ROOM=2 AWAITED',
];

const LONG: readonly string[] = [
  ...kills('C=1 N=3 AWAITED BLOCKING'),
  ...kills('C=2 N=4 BLOCKING'),
  'C=2 N=4 AWAITED GIVEN_UP=2',
  'C=3 N=4 ROOM=2 AWAITED BLOCKING',
];

const FAULTS: readonly string[] = [
  'BREAK_NOTIFY',
  'BREAK_CLEAR',
  'BREAK_LOOK',
  'BREAK_STATE',
  'BREAK_LAST_LOOK',
  'BREAK_END KILL=WRITER',
].map((fault) => `C=1 N=2 AWAITED BLOCKING ${fault}`);

function kills(check: string): string[] {
  return ['NOBODY', 'WRITER', 'READER'].map((whom) => `${check} KILL=${whom}`);
}

interface Outcome {
  readonly errors: number;
  readonly states: number;
  readonly report: string;
}

/** Looks through all that can happen, with these definitions. @throws The model does not compile, or is too large. */
function check(definitions: string): Outcome {
  const flags = definitions.split(' ').map((definition) => `-D${definition}`);
  run('spin', ['-a', ...flags, model]);
  run(compiler, ['-O2', '-DSAFETY', '-DCOLLAPSE', '-w', '-o', 'pan', 'pan.c']);
  const report = run(join(work, 'pan'), [`-m${DEPTH_MAX}`]);
  const errors = /errors: (\d+)/.exec(report)?.[1];
  const states = /(\d+) states, stored/.exec(report)?.[1];
  if (errors === undefined || /max search depth too small|out of memory/.test(report))
    throw new Error(report);
  return { errors: Number(errors), states: Number(states), report };
}

const DEPTH_MAX = 1_000_000; // steps

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: work, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  return stdout + stderr;
}

function isInstalled(command: string, ...args: string[]): boolean {
  return spawnSync(command, args).error === undefined;
}

if (!isInstalled('spin', '-V') || !isInstalled(compiler, '--version')) {
  console.log('the model is not checked: there is no spin (Debian has it), or no C compiler');
} else {
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  for (const definitions of [...CHECKS, ...(process.env['PIPEWORK_SOAK'] === '1' ? LONG : [])]) {
    const { errors, states, report } = check(definitions);
    console.log(`${definitions}: ${states} states, ${errors === 0 ? 'no error' : 'AN ERROR'}`);
    if (errors === 0) continue;
    console.error(
      report,
      run('spin', ['-t', '-p', ...definitions.split(' ').map((one) => `-D${one}`), model]),
    );
    process.exitCode = 1;
  }
  for (const definitions of FAULTS) {
    const { errors } = check(definitions);
    console.log(`${definitions}: ${errors === 0 ? 'the fault was NOT FOUND' : 'the fault is found'}`);
    if (errors === 0) process.exitCode = 1;
  }
}
