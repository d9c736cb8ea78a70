#!/usr/bin/env node
/**
 * The command `pipework`. Exit status: 0 when all is as it should be, 1 when it is not, 2 when the command cannot be
 * carried out as it was given.
 */
import { readFileSync } from 'node:fs';
import { parse } from './args.js';
import { CommandError } from './command-error.js';
import { Page } from './format/text.js';

/** A subcommand. */
interface Command {
  /** One line of `pipework --help`. */
  readonly summary: string;
  /** Its file in commands/, of which only that of one command is loaded: some have to be there at once. */
  load(): Promise<{
    /** Resolves to the exit status. */
    run(args: readonly string[], page: Page): Promise<number>;
  }>;
}

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  [
    'ps',
    {
      summary: 'Running processes, their pipes, and who waits for whom.',
      load: () => import('./commands/ps.js'),
    },
  ],
  [
    'run',
    {
      summary: 'Runs a pipeline, and shows what its stages do and wait for.',
      load: () => import('./commands/run.js'),
    },
  ],
  [
    'top',
    {
      summary: 'The same as ps, from moment to moment.',
      load: () => import('./commands/top.js'),
    },
  ],
  [
    'tour',
    {
      summary: 'Seven small programs and a real file show what a pipe does.',
      load: () => import('./commands/tour.js'),
    },
  ],
  [
    'why',
    {
      summary: 'What one process waits for, and who would have to act.',
      load: () => import('./commands/why.js'),
    },
  ],
]);

const HELP = `Usage: pipework COMMAND [OPTION...]

Real pipes for TypeScript.

Commands:
${Array.from(COMMANDS, ([name, { summary }]) => `  ${name.padEnd(11)}${summary}`).join('\n')}

Options:
  -h, --help  Show this, or with a command the help of that command.
  --version   Show the version.
`;

// Whoever reads this output may have seen enough: `pipework tour | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  const isUnread = error.code === 'EPIPE' || error.code === 'EIO'; // EIO: the terminal has gone
  if (!isUnread) process.stderr.write(`pipework: the output cannot be written: ${error.message}\n`);
  process.exit(1);
});
// Nobody is left to be told of that; what was asked for is done all the same.
process.stderr.on('error', () => {});

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  // What stands before the command is ours, what stands behind it is the command's own.
  const at = args.findIndex((arg) => !arg.startsWith('-'));
  const own = at === -1 ? args : args.slice(0, at);
  const name = at === -1 ? undefined : args[at];
  try {
    const { values } = parse({
      args: own,
      options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean' } },
    });
    if (values.help) return print(HELP);
    if (values.version) return print(`${version()}\n`);
    if (name === undefined) throw new CommandError('a command is missing');
    const command = COMMANDS.get(name);
    if (command === undefined) throw new CommandError(`there is no command '${name}'`);
    const { run } = await command.load();
    return await run(args.slice(at + 1), new Page(process.stdout));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const who = name !== undefined && COMMANDS.has(name) ? `pipework ${name}` : 'pipework';
    const more = error.isUsage ? `\nSee '${who} --help'.` : '';
    process.stderr.write(`${who}: ${error.message}${more}\n`);
    return 2;
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return version;
}
