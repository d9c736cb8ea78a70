/** Wrong arguments are errors that name them and what was received, before anything is started. */
import { equal, match, throws } from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import * as exec from 'pipework/exec';
import { children, rejection } from './ways.js';

const pipeline = exec.pipeline as (...args: unknown[]) => exec.Job;
const command = exec.command as (...args: unknown[]) => exec.Command;
const shell = exec.shell as (...args: unknown[]) => exec.Command;
const substitute = exec.substitute as (job: unknown) => exec.Substitution;

/** Each throws a TypeError whose message is that, and starts nothing. */
function throwTypeErrors(cases: readonly (readonly [call: () => unknown, message: RegExp])[]): void {
  for (const [call, message] of cases) throws(call, { name: 'TypeError', message });
  equal(children().length, 0);
}

test('pipeline(): wants a stage', () => {
  throwTypeErrors([
    [() => pipeline(), /^a pipeline must have a stage, got none$/],
    [() => pipeline({}), /^a pipeline must have a stage, got none$/],
    [() => pipeline([]), /^a command must be \[file, \.\.\.args\], got an empty array$/],
    [() => pipeline(['true'], []), /^a command must be \[file, \.\.\.args\], got an empty array$/],
  ]);
});

test('pipeline(): names a stage that is none, and says how a line is written', () => {
  throwTypeErrors([
    [() => pipeline('ls | wc'), /^stage 1 must be .*, got "ls \| wc"; a line for a shell is shell\(line\)$/],
    [() => pipeline(['ls'], 'wc'), /^stage 2 must be .*, got "wc"; a line for a shell/],
    [() => pipeline(['ls'], 'wc', {}), /^stage 2 must be .*, got "wc"; a line for a shell/],
    [() => pipeline(['ls'], 3, ['wc']), /^stage 2 must be .*, got 3$/],
    [() => pipeline(null, ['wc']), /^stage 1 must be .*, got null$/],
    [() => pipeline({}, ['wc']), /^stage 1 must be .*, got Object$/],
    [() => pipeline(['wc'], null), /^options must be an object, got null$/],
    [() => pipeline(['wc'], undefined), /^options must be an object, got undefined$/],
    [() => pipeline(['wc'], 7), /^options must be an object, got 7$/],
  ]);
});

test('pipeline(): another job is no options, and no stage', async () => {
  const job = exec.pipeline(['true']);
  await job.done;
  throwTypeErrors([
    [
      () => pipeline(['wc'], job),
      /^stage 2 must be .*, got Job; its output is read with \{ stdin: job\.stdout \}$/,
    ],
    [
      () => pipeline(job, ['wc']),
      /^stage 1 must be .*, got Job; its output is read with \{ stdin: job\.stdout \}$/,
    ],
  ]);
});

test('a command: its words are strings without NUL, and the first one is not empty', () => {
  throwTypeErrors([
    [() => pipeline(['']), /^file must be the name of a program, got ""$/],
    [() => pipeline([3]), /^file must be a string, got 3$/],
    [() => pipeline([null]), /^file must be a string, got null$/],
    [() => pipeline(['l\0s']), /^file must have no NUL in it, got "l\\u0000s"$/],
    [() => pipeline(['ls', 3]), /^args\[0\] must be a string, got 3$/],
    [() => pipeline(['ls', '-l', 'a\0b']), /^args\[1\] must have no NUL in it, got "a\\u0000b"$/],
    // What `flag && '-l'` makes of a flag that is not set.
    [() => pipeline(['ls', false]), /^args\[0\] must be a string, got false$/],
    [() => pipeline(['ls', undefined, 'a']), /^args\[0\] must be a string, got undefined$/],
    [() => command(''), /^file must be the name of a program, got ""$/],
    [() => command(), /^file must be a string, got undefined$/],
    [() => command('ls', '-l'), /^args must be an array, got "-l"$/],
    [() => command('ls', ['-l', null]), /^args\[1\] must be a string, got null$/],
    [() => shell(['ls']), /^text must be a string, got Array$/],
    [() => shell('a\0b'), /^text must have no NUL in it/],
  ]);
});

test('a command: its options are checked, each by name', () => {
  const wrong = (options: unknown, message: RegExp) => [() => command('ls', [], options), message] as const;
  throwTypeErrors([
    wrong(null, /^options must be an object, got null$/),
    wrong({ shell: true }, /^options has 'env', 'clearEnv', 'cwd', 'okCodes', 'stderr', got 'shell'$/),
    wrong({ stdin: null }, /^options has .*, got 'stdin'$/),
    wrong({ env: null }, /^options\.env must be an object, got null$/),
    wrong({ env: 'A=1' }, /^options\.env must be an object, got "A=1"$/),
    wrong({ env: ['A=1'] }, /^options\.env must be an object of names and values, got Array$/),
    wrong({ env: new Map([['A', '1']]) }, /^options\.env must be an object of names and values, got Map$/),
    wrong({ env: { A: 1 } }, /^options\.env\.A must be a string without NUL, got 1$/),
    wrong({ env: { A: null } }, /^options\.env\.A must be a string without NUL, got null$/),
    wrong({ env: { A: 'a\0' } }, /^options\.env\.A must be a string without NUL, got "a\\u0000"$/),
    wrong({ env: { 'A=B': 'c' } }, /^options\.env must have names without '=' or NUL, got "A=B"$/),
    wrong({ env: { '': 'c' } }, /^options\.env must have names without '=' or NUL, got ""$/),
    wrong({ env: { 'A\0': 'c' } }, /^options\.env must have names without '=' or NUL, got "A\\u0000"$/),
    wrong({ clearEnv: 1 }, /^options\.clearEnv must be a boolean, got 1$/),
    wrong({ cwd: '' }, /^options\.cwd must be the path of a folder, got ""$/),
    wrong({ cwd: 'a\0b' }, /^options\.cwd must be the path of a folder, got "a\\u0000b"$/),
    wrong({ cwd: new URL('file:///tmp') }, /^options\.cwd must be the path of a folder, got URL$/),
    wrong({ okCodes: 1 }, /^options\.okCodes must be an array of exit codes, got 1$/),
    wrong({ okCodes: [] }, /^options\.okCodes must be an array of exit codes, got Array$/),
    wrong({ stderr: 'pipe' }, /^options\.stderr must be 'tail', .*, got "pipe"$/),
    wrong({ stderr: -1 }, /^options\.stderr must be 'tail', .*, got -1$/),
    wrong({ stderr: { file: '' } }, /^options\.stderr\.file must be a path, got ""$/),
    wrong({ stderr: { file: 'a', flags: 'w' } }, /^options\.stderr has 'file', 'append', got 'flags'$/),
    wrong({ stderr: { file: 'a', append: 1 } }, /^options\.stderr\.append must be a boolean, got 1$/),
  ]);
  for (const code of [-1, 256, 0.5, Number.NaN, '0'])
    throws(() => command('ls', [], { okCodes: [0, code] }), {
      name: 'RangeError',
      message: /^options\.okCodes must hold whole numbers from 0 to 255, got /,
    });
});

test('pipeline(): its options are checked, each by name', () => {
  const wrong = (options: unknown, message: RegExp) => [() => pipeline(['ls'], options), message] as const;
  throwTypeErrors([
    wrong({ input: '' }, /^options has 'stdin', .*, got 'input'$/),
    wrong({ highWaterMark: 1 }, /^options has .*, got 'highWaterMark'; did you mean capacity\?$/),
    wrong({ stdin: true }, /^options\.stdin must be null, .*, got true$/),
    wrong({ stdin: -1 }, /^options\.stdin must be null, .*, got -1$/),
    wrong({ stdin: 0.5 }, /^options\.stdin must be null, .*, got 0\.5$/),
    wrong({ stdin: {} }, /^options\.stdin must be null, .*, got Object$/),
    wrong({ stdin: new Uint16Array(2) }, /^options\.stdin must be null, .*, got Uint16Array of 4 bytes$/),
    wrong({ stdin: { text: 'a', also: 1 } }, /^options\.stdin has 'text', got 'also'$/),
    wrong({ stdin: { file: 'a', append: true } }, /^options\.stdin has 'file', got 'append'$/),
    wrong({ stdin: { file: 3 } }, /^options\.stdin\.file must be a path, got 3$/),
    wrong({ stdout: 'tail' }, /^options\.stdout must be 'pipe', .*, got "tail"$/),
    wrong({ stdout: 'file.txt' }, /^options\.stdout must be 'pipe', .*, got "file\.txt"$/),
    wrong({ stdout: false }, /^options\.stdout must be 'pipe', .*, got false$/),
    wrong({ stdout: { file: 'a\0' } }, /^options\.stdout\.file must be a path, got "a\\u0000"$/),
    wrong({ stderr: 'both' }, /^options\.stderr must be 'tail', .*, got "both"$/),
    wrong({ signal: new AbortController() }, /^options\.signal must be an AbortSignal, got AbortController$/),
    wrong({ timeout: '1s' }, /^options\.timeout must be a number, got "1s"$/),
    wrong({ killGrace: null }, /^options\.killGrace must be a number, got null$/),
    wrong({ killOnSignal: 'yes' }, /^options\.killOnSignal must be a boolean, got "yes"$/),
    wrong({ forgiveSigpipe: 0 }, /^options\.forgiveSigpipe must be a boolean, got 0$/),
    wrong({ capacity: '64k' }, /^options\.capacity must be a number, got "64k"$/),
    wrong({ maxBytes: '1' }, /^options\.maxBytes must be a number, got "1"$/),
    wrong({ env: { A: 2 } }, /^options\.env\.A must be a string without NUL, got 2$/),
  ]);
  for (const options of [
    { timeout: -1 },
    { timeout: Number.NaN },
    { timeout: 2 ** 31 },
    { drainGrace: Infinity },
    { killGrace: -0.5 },
    { capacity: 0 },
    { capacity: 2 ** 31 },
    { maxBytes: -1 },
    { maxBytes: 1.5 },
  ])
    throws(() => pipeline(['ls'], options), {
      name: 'RangeError',
      message: /^options\.\w+ must be .*, got /,
    });
  equal(children().length, 0);
});

test('stdout, stderr: a Node stream is told what makes a Writer of it', async () => {
  for (const stream of [process.stdout, new PassThrough()]) {
    const node = stream as never;
    const hint =
      /got (WriteStream|Socket|PassThrough|SyncWriteStream|Writable); fromNode\(\) of pipework\/node makes a Writer of a Node stream$/;
    throws(() => exec.pipeline(['true'], { stdout: node }), hint);
    throws(() => exec.pipeline(['true'], { stderr: node }), hint);
    throws(() => exec.command('true', [], { stderr: node }), hint);
  }
});

test('undefined is as if an option were not there, of a pipeline and of a command', async () => {
  const none = { env: undefined, clearEnv: undefined, cwd: undefined, okCodes: undefined, stderr: undefined };
  const { okCodes: _, ...rest } = none;
  const out = await exec.run(exec.command('cat', [], none), {
    ...rest,
    stdin: undefined,
    stdout: undefined,
    signal: undefined,
    timeout: undefined,
    killGrace: undefined,
    drainGrace: undefined,
    killOnSignal: undefined,
    forgiveSigpipe: undefined,
    capacity: undefined,
    maxBytes: undefined,
  });
  equal(out.text(), '');
});

test('run(): rejects with what pipeline() throws', async () => {
  const run = exec.run as (...args: unknown[]) => Promise<unknown>;
  match((await rejection<Error>(run('ls'))).message, /^stage 1 must be /);
  match((await rejection<Error>(run(['ls'], { no: 1 }))).message, /^options has /);
});

test('substitute(): wants a pipeline whose output is its own', async () => {
  throwTypeErrors([
    [() => substitute(['ls']), /^job must be what pipeline\(\) returned, got Array$/],
    [() => substitute(undefined), /^job must be what pipeline\(\) returned, got undefined$/],
  ]);
  const elsewhere = exec.pipeline(['true'], { stdout: null });
  throws(() => substitute(elsewhere), { name: 'TypeError', message: /^job must have the stdout 'pipe'/ });
  await elsewhere.done;
});

test('a command: later changes to what was passed change nothing', async () => {
  const args = ['a'];
  const options = { env: { A: '1' }, okCodes: [0] };
  const made = exec.command('sh', ['-c', 'echo "$A"', ...args], options);
  args[0] = 'b';
  options.env.A = '2';
  options.okCodes[0] = 5;
  equal(String(made), 'sh -c \'echo "$A"\' a');
  equal((await exec.run(made)).text(), '1\n');
  const words = ['echo', 'a'];
  const job = exec.pipeline(words);
  words[1] = 'b';
  await job.done;
  equal(String(job), 'echo a');
});

test('toString(): is the command line, quoted so that a shell takes it', async () => {
  const words = ['ls', '-l', 'a b', "it's", '', '$x', 'a=b', 'ünï', '*'];
  equal(String(exec.command('ls', words.slice(1))), "ls -l 'a b' 'it'\\''s' '' '$x' a=b 'ünï' '*'");
  const job = exec.pipeline(
    ['true'],
    async function count() {},
    async () => {},
  );
  equal(String(job), 'true | count | function');
  await job.done;
});
