/** `pipework why`: what one process waits for, since when, who would have to act, and on what evidence, in sentences. */
import { setTimeout as pause } from 'node:timers/promises';
import { parse, processNumber } from '../args.js';
import { CommandError } from '../command-error.js';
import type { Page } from '../format/text.js';
import { look, reportMissing } from '../ps/look.js';
import { explain } from '../why/explain.js';

const HELP = `Usage: pipework why [OPTION...] PID

Says what a process waits for, since when, who would have to act, and how that
is known. It looks twice, a moment apart, and touches nothing.

Options:
  --no-fill   Do not open pipes to ask what is in them.
  -h, --help  Show this.

Exit status: 0; 1 when there is no such process or nothing of it is to be seen,
2 when the command is not understood.
`;

/** @throws {CommandError} A wrong argument. */
export async function run(args: readonly string[], page: Page): Promise<number> {
  const { values, positionals } = parse({
    args,
    allowPositionals: true,
    options: {
      'no-fill': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    page.line(HELP.trimEnd());
    return 0;
  }
  const [text, ...more] = positionals;
  if (text === undefined) throw new CommandError('a PID is missing');
  if (more.length > 0) throw new CommandError(`one PID, got ${positionals.length}`);
  const pid = processNumber(text);
  const fill = !values['no-fill'];
  const first = look({ pid, fill, asleep: true });
  await pause(BETWEEN);
  const second = look({ pid, fill, asleep: true, since: first.graph });
  if (second.process(pid) === undefined) return reportMissing(second.graph, [pid], 'why');
  for (const paragraph of explain(pid, first, second)) page.paragraph(paragraph);
  return 0;
}

/** Enough for what only waits now and then to be seen to go on. */
const BETWEEN = 200; // milliseconds
