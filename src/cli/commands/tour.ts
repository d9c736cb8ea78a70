/**
 * `pipework tour`: the seed's programs, then a real file through pipes of each kind; the outcome of each, and what it
 * should be.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as io from '../../io/index.js';
import * as os from '../../os/index.js';
import * as worker from '../../worker/index.js';
import { parse, seconds } from '../args.js';
import { CommandError } from '../command-error.js';
import { grouped, type Page } from '../format/text.js';
import { goVersion, runGo } from '../tour/go.js';
import { type Expected, judge } from '../tour/judge.js';
import { type Lack, lackOfKernelPipes } from '../tour/kernel-pipes.js';
import { PROGRAMS, type Program } from '../tour/programs.js';
import { type Ended, runChild } from '../tour/run-child.js';
import { type Digest, digest, send } from '../tour/send.js';
import { sendToChild } from '../tour/send-to-child.js';
import { lockFile, SourceFile } from '../tour/source-file.js';

const HELP = `Usage: pipework tour [OPTION...] [FILE]

Runs the programs that this project began with, each in a process of its own,
then sends FILE through a pipe without a buffer, through one with a small
buffer, through one in shared memory, through one of the kernel and through one
into a child process, and compares what arrives. Without FILE it is the
package-lock.json of the project around the current directory, or else a file of
this command.

Options:
  --go               Also run the Go originals, when go is on the PATH.
  --numbers          Let the programs print each index and its byte.
  --timeout SECONDS  What a program may take before it is killed; 20.
  -h, --help         Show this.

Exit status: 0 when every outcome is the expected one, 1 when one is not or when
there are no kernel pipes here, 2 when FILE cannot be read or the command is not
understood.
`;

/** @throws {CommandError} A wrong argument, or a file that cannot be read. */
export async function run(args: readonly string[], page: Page): Promise<number> {
  const { values, positionals } = parse({
    args,
    allowPositionals: true,
    options: {
      go: { type: 'boolean', default: false },
      numbers: { type: 'boolean', default: false },
      timeout: { type: 'string', default: '20' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    page.line(HELP.trimEnd());
    return 0;
  }
  if (positionals.length > 1) throw new CommandError(`one FILE at most, got ${positionals.length}`);
  const timeout = seconds('--timeout', values.timeout); // milliseconds
  const path = positionals[0] ?? lockFile(process.cwd()) ?? fileURLToPath(import.meta.url);
  const source = await SourceFile.open(path);
  try {
    page.line(page.style('title', 'pipework tour'));
    page.paragraph(INTRODUCTION);
    const withGo = values.go && (await announceGo(page));
    const lack = announceLack(page);
    let unexpected = 0;
    for (const program of PROGRAMS) {
      const options = { withGo, lack, numbers: values.numbers, timeout };
      unexpected += await showProgram(page, program, options);
    }
    unexpected += await showFile(page, source, { lack, timeout });
    return conclude(page, unexpected);
  } finally {
    await source.close();
  }
}

const INTRODUCTION =
  'os.Pipe has a buffer, io.Pipe has none: there a write waits until its bytes were read. ' +
  'Seven programs of the note that says so, and what becomes of them; four of them once more with threads.';

/** Says which Go there is, or that there is none. */
async function announceGo(page: Page): Promise<boolean> {
  const version = await goVersion();
  page.line();
  if (version === undefined) page.paragraph('There is no go on the PATH: only our versions run.');
  else page.paragraph(`Go is ${version}; each original runs below ours.`);
  return version !== undefined;
}

/** Says what of kernel pipes is missing here, if anything is. */
function announceLack(page: Page): Lack | undefined {
  const lack = lackOfKernelPipes();
  if (lack === undefined) return undefined;
  page.line();
  const what = lack.of === 'pipes' ? 'a kernel pipe' : 'a kernel pipe of a given capacity';
  page.paragraph(`What needs ${what} cannot run here:`);
  page.quote(lack.reason);
  return lack;
}

interface FileOptions {
  readonly lack: Lack | undefined;
  readonly timeout: number; // milliseconds
}

interface ProgramOptions extends FileOptions {
  readonly withGo: boolean;
  readonly numbers: boolean;
}

/** @returns How many outcomes were not as expected. */
async function showProgram(page: Page, program: Program, options: ProgramOptions): Promise<number> {
  page.line();
  page.heading(`${program.number}  ${program.title}`, program.remark);
  if (program.needsKernelPipes && options.lack !== undefined) {
    page.verdict(false, NOT_RUN[options.lack.of]);
    return 1;
  }
  const script = fileURLToPath(new URL(`${program.file}.js`, OURS));
  const args = [...process.execArgv, script, ...(options.numbers ? ['--numbers'] : [])];
  const ended = await runChild(process.execPath, args, { timeout: options.timeout });
  const unexpected = showOutcome(page, program.ours, ended, ended.stdout);
  if (!options.withGo || program.go.length === 0) return unexpected;
  return unexpected + (await showOriginal(page, program, options));
}

/** @returns How many outcomes were not as expected. */
async function showOriginal(page: Page, program: Program, options: ProgramOptions): Promise<number> {
  const { timeout, numbers } = options;
  const runs = program.go.map(({ capacity, expected }) => ({
    args: capacity === undefined ? [] : [String(capacity)],
    timeout: expected.status === null ? Math.min(timeout, HANG) : timeout,
  }));
  const ends = await runGo(fileURLToPath(new URL(`${program.file}.go`, ORIGINALS)), runs);
  let unexpected = 0;
  for (const [index, { capacity, expected }] of program.go.entries()) {
    const ended = ends[index] as Ended;
    const at = capacity === undefined ? '' : `, with a capacity of ${capacity} bytes`;
    page.line(`   ${page.style('quiet', `The original, in Go${at}`)}`);
    unexpected += showOutcome(page, expected, ended, numbers ? ended.stdout : withoutNumbers(ended));
  }
  return unexpected;
}

/** `stdout` is what to show of the program's output; all that it said on stderr is shown when it went wrong. */
function showOutcome(page: Page, expected: Expected, ended: Ended, stdout: string): number {
  const { isExpected, text } = judge(expected, ended);
  const stderr = isExpected ? (ended.stderr.split('\n', 1)[0] ?? '') : ended.stderr;
  for (const said of [stdout, stderr]) if (said.trim() !== '') page.quote(said);
  page.verdict(isExpected, text);
  return isExpected ? 0 : 1;
}

/** What a Go original says, less its 40000 indices; other tasks' lines stand among those. */
function withoutNumbers({ stdout }: Ended): string {
  const lines: string[] = stdout.match(/(?:Written|Read) \d+ byte\(s\)\. \[[^\]]*\]|Error: .*/g) ?? [];
  if (/\b0 1 2 3 /.test(stdout)) lines.push('0 1 2 3 ... (each index; no byte is looked at)');
  return lines.join('\n');
}

/** Shows what arrives of the file beside what the file itself is. */
async function showFile(page: Page, source: SourceFile, options: FileOptions): Promise<number> {
  const name = relative(process.cwd(), source.path);
  page.line();
  page.heading('A real file', name.startsWith('..') ? source.path : name);
  const own = await digest(source.reader());
  page.line();
  page.pair('the file itself', `${grouped(own.bytes)} bytes`, own.sha256);
  let unexpected = 0;
  for (const [title, capacity] of PIPES) {
    const arrived = await send(source.reader(), io.pipe({ capacity }));
    unexpected += showArrived(page, title, own, arrived);
  }
  unexpected += showArrived(page, 'through worker.pipe()', own, await send(source.reader(), worker.pipe()));
  if (options.lack?.of === 'pipes') {
    page.line('   through os.pipe(), and into a child process');
    page.verdict(false, NOT_RUN.pipes);
    return unexpected + 1;
  }
  unexpected += showArrived(page, 'through os.pipe()', own, await send(source.reader(), os.pipe()));
  const digested = await sendToChild(source.reader(), options.timeout);
  if (digested !== undefined)
    return unexpected + showArrived(page, 'through os.pipe() into sha256sum', own, digested);
  page.line('   There is no sha256sum on the PATH: nothing is sent into a child process.');
  return unexpected;
}

/** @returns 1 when what arrived is not what the file itself is. */
function showArrived(page: Page, title: string, own: Digest, arrived: Digest): number {
  const isSame = arrived.bytes === own.bytes && arrived.sha256 === own.sha256;
  page.pair(title, `${grouped(arrived.bytes)} bytes`, arrived.sha256);
  page.verdict(isSame, isSame ? 'the same count and the same SHA-256' : 'not the same as the file');
  return isSame ? 0 : 1;
}

function conclude(page: Page, unexpected: number): number {
  page.line();
  if (unexpected === 0) page.line(page.style('good', 'Every outcome is the expected one.'));
  else
    page.line(
      page.style('bad', `Not as expected: ${unexpected} ${unexpected === 1 ? 'outcome' : 'outcomes'}.`),
    );
  return unexpected === 0 ? 0 : 1;
}

/** Of 4096 bytes: what a kernel pipe held where the note was written. */
const PIPES: readonly (readonly [title: string, capacity: number])[] = [
  ['through io.pipe(), without a buffer', 0],
  ['through io.pipe({ capacity: 4096 })', 4096],
];

const NOT_RUN: Readonly<Record<Lack['of'], string>> = {
  pipes: 'not run: there are no kernel pipes here',
  capacity: 'not run: the capacity of a pipe cannot be set here',
};

/** How long a Go original that is to hang is watched. */
const HANG = 3000; // milliseconds

/** As installed: this file is dist/cli/commands/tour.js. */
const OURS = new URL('../../examples/seed/', import.meta.url);
const ORIGINALS = new URL('../../../examples/seed/', import.meta.url);
