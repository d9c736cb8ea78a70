/** `pipework run`: a pipeline as a shell would run it, and what its stages do and wait for while it runs. */
import { readFileSync } from 'node:fs';
import * as io from '../../io/index.js';
import { bytes, parse, seconds, splitAtOperand } from '../args.js';
import { CommandError } from '../command-error.js';
import type { Page } from '../format/text.js';
import { checkStages } from '../run/check-stages.js';
import { Events } from '../run/events.js';
import { LiveView } from '../run/live-view.js';
import { failureOf, summaryOf } from '../run/report.js';
import { runStages } from '../run/run-stages.js';
import { NOBODY } from '../run/watcher.js';
import { endBySignal } from '../terminal/end-by-signal.js';

const HELP = `Usage: pipework run [OPTION...] STAGE...

Runs a pipeline as a shell would, and shows on a terminal what each stage does,
how full the pipes are, and which stage the others wait for. Each argument is
one stage, a command in quotes that sh -c runs:

  pipework run 'zcat access.log.gz' 'grep 404' 'sort' 'uniq -c' > counts

Standard input is the first stage's, and output goes where it would go:

  pipework run 'gzip -dc' 'wc -l' < access.log.gz    shows the time that is left
  pipework run --summary 'tar c photos' 'xz -T0' > photos.tar.xz
  pipework run --timeout 60 'curl -s https://example.org/big' 'sha256sum'
  pipework run --json 'make report' 'gzip' > report.gz 2> events

Options, before the first stage:
  --summary          Print one line for each stage at the end.
  --quiet            Nothing but what the stages say, as from a shell.
  --no-view          No view; a last stage that needs the terminal has it.
  --json             Events on standard error, one JSON object on each line.
  --capacity SIZE    Bytes that each pipe holds: 65536, 64K, 1M. Without it
                     256K, while there are few pipes.
  --timeout SECONDS  End all stages after so long.
  -h, --help         Show this.

Exit status: that of the last stage that failed, as with pipefail in bash: its
code, 128 + N when signal N killed it, 126 or 127 when its command could not be
run or found. A stage that ends by SIGPIPE because the next one wants no more
has not failed: pipework run 'yes' 'head -n 1' gives 0. 124 when --timeout ended
it; 2 when the command is not understood.
`;

/** @throws {CommandError} A wrong argument; nothing was run. */
export async function run(args: readonly string[], page: Page): Promise<number> {
  const { own, operands: stages } = splitAtOperand(args, OPTIONS);
  const { values } = parse({ args: own, options: OPTIONS });
  if (values.help) {
    page.line(HELP.trimEnd());
    return 0;
  }
  checkStages(stages, Object.keys(OPTIONS));
  const capacity = values.capacity === undefined ? undefined : capacityOf(values.capacity);
  const timeout = values.timeout === undefined ? undefined : seconds('--timeout', values.timeout);
  if (values.json && values.summary) {
    throw new CommandError('--json and --summary exclude each other: the events have it all');
  }
  const events = values.json ? new Events(stages, process.stderr) : undefined;
  const hasView = !(values.json || values.quiet || values['no-view']);
  const view = hasView ? LiveView.open(stages) : undefined;
  const ending = await runStages(stages, events ?? view ?? NOBODY, {
    capacity,
    timeout,
    isCounted: values.json || values.summary,
  }).catch((error) => {
    if (!(error instanceof io.UnsupportedError)) throw error;
    throw new CommandError(error.message, { isUsage: false, cause: error });
  });
  events?.report(ending);
  if (values.summary) process.stderr.write(summaryOf(ending.results, stages));
  if (!values.json && !values.quiet) process.stderr.write(failureOf(ending, stages));
  return ending.signal === undefined ? ending.status : await endBySignal(ending.signal);
}

/** @throws {CommandError} It is no number of bytes, or more than the kernel grants this user. */
function capacityOf(text: string): number {
  const capacity = bytes('--capacity', text, CAPACITY_MAX);
  const most = capacityGranted();
  if (capacity > most) {
    throw new CommandError(`--capacity must be at most ${most} bytes (${PIPE_MAX_SIZE}), got '${text}'`);
  }
  return capacity;
}

/** What the kernel grants whoever is not root. */
function capacityGranted(): number {
  if (process.getuid?.() === 0) return CAPACITY_MAX;
  try {
    return Number(readFileSync(PIPE_MAX_SIZE, 'utf8'));
  } catch {
    return CAPACITY_MAX; // it will tell by itself
  }
}

const PIPE_MAX_SIZE = '/proc/sys/fs/pipe-max-size';
const CAPACITY_MAX = 2 ** 31 - 1; // bytes

const OPTIONS = {
  summary: { type: 'boolean', default: false },
  quiet: { type: 'boolean', default: false },
  'no-view': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  capacity: { type: 'string' },
  timeout: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;
