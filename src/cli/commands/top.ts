/** `pipework top`: running processes and their pipes, and who waits for whom, from moment to moment. */

import { UnsupportedError } from '../../io/index.js';
import { parse, processNumber, seconds } from '../args.js';
import { CommandError } from '../command-error.js';
import { stylerFor } from '../format/styles.js';
import type { Page } from '../format/text.js';
import { missingOf, reportMissing } from '../ps/look.js';
import { Looked } from '../ps/looked.js';
import { endBySignal } from '../terminal/end-by-signal.js';
import { Screen } from '../terminal/screen.js';
import { keysOf } from '../top/keys.js';
import { page as pageOf, pageSize } from '../top/page.js';
import { afterKey, FIRST } from '../top/settings.js';
import { Watch, type Watched } from '../top/watch.js';

const HELP = `Usage: pipework top [OPTION...] [PID...]

Shows twice a second what processes that pipes join do and wait for: those of the
pipelines that the PIDs are in, or without a PID all of your own. It only looks:
nothing that runs is touched.

Keys:
  q            quit
  space        pause, and go on
  /            show only what has the text in its command line, or its PID;
               Escape shows all again
  g c i o p    sort by pipelines, CPU, bytes in, bytes out, PID
  arrows       scroll, also by j and k, and by pages

Options:
  --all               Without a PID: the processes of all users.
  --interval SECONDS  Time between two looks; 0.5.
  --no-fill           Do not open pipes to ask what is in them.
  -h, --help          Show this.

Columns: as in pipework ps, and what each process reads and writes in a second,
whatever from and to. ► marks whom others wait for, ! who is in a deadlock. OUT
is how full the pipe is that it writes to.

Exit status: 0; 2 when the command is not understood, or there is no terminal.
`;

/** @throws {CommandError} A wrong argument, or no terminal. */
export async function run(args: readonly string[], page: Page): Promise<number> {
  const { values, positionals } = parse({ args, allowPositionals: true, options: OPTIONS });
  if (values.help) {
    page.line(HELP.trimEnd());
    return 0;
  }
  const interval = seconds('--interval', values.interval); // milliseconds
  const pids = positionals.length === 0 ? undefined : positionals.map(processNumber);
  const user = pids === undefined && !values.all ? process.geteuid?.() : undefined;
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env['TERM'] === 'dumb') {
    throw new CommandError("there is no terminal for it; 'pipework ps' prints the same once", {
      isUsage: false,
    });
  }
  const watch = new Watch({ pids, user, fill: !values['no-fill'] });
  const { graph } = firstLook(watch);
  if (pids !== undefined && missingOf(graph, pids).length === pids.length)
    return reportMissing(graph, pids, 'top');
  const signal = await show(watch, pids, interval);
  return signal === undefined ? 0 : await endBySignal(signal);
}

/** While an error can still be read. @throws {CommandError} There is no /proc here. */
function firstLook(watch: Watch): Watched {
  try {
    return watch.look();
  } catch (cause) {
    if (!(cause instanceof UnsupportedError)) throw cause;
    throw new CommandError(cause.message, { isUsage: false, cause });
  }
}

/** Until somebody has seen enough. @returns The signal that ended it, if one did. */
async function show(
  watch: Watch,
  pids: readonly number[] | undefined,
  interval: number,
): Promise<NodeJS.Signals | undefined> {
  const screen = await Screen.open();
  const styler = stylerFor(process.stdout);
  let settings = FIRST;
  let { graph, rates } = watch.look();
  let looked = new Looked(graph);
  const draw = (): void => {
    const { columns, rows } = screen;
    const shown = pageOf({ looked, rates, pids, settings, columns: columns - 1, rows, styler });
    settings = { ...settings, scroll: shown.scroll };
    screen.draw(shown.lines);
  };
  const lookAgain = (): void => {
    if (settings.isPaused) return;
    const seen = watch.look();
    if (!seen.isNew) return;
    ({ graph, rates } = seen);
    looked = new Looked(graph);
    draw();
  };
  const ended = new Promise<NodeJS.Signals | undefined>((resolve) => {
    screen.onGone = () => resolve(undefined);
    screen.onTyped = (text) => {
      for (const key of keysOf(text)) {
        const next = key === 'ctrl-z' ? settings : afterKey(settings, key, pageSize(screen.rows));
        if (key === 'ctrl-z') screen.stop();
        if (next === undefined) resolve(undefined);
        else settings = next;
      }
      draw();
    };
    for (const signal of SIGNALS) process.on(signal, resolve);
  });
  screen.onChange = draw;
  draw();
  const timer = setInterval(lookAgain, interval);
  try {
    return await ended;
  } finally {
    clearInterval(timer);
    screen.close();
    for (const signal of SIGNALS) process.removeAllListeners(signal);
  }
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

const OPTIONS = {
  all: { type: 'boolean', default: false },
  interval: { type: 'string', default: '0.5' },
  'no-fill': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;
