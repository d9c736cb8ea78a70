/** `pipework ps`: running processes and their pipes, and who waits for whom, at one moment. */
import { parse, processNumber } from '../args.js';
import type { Page } from '../format/text.js';
import { look, reportMissing } from '../ps/look.js';
import type { Looked } from '../ps/looked.js';
import { remarks } from '../ps/remarks.js';
import { psTable } from '../ps/table.js';

const HELP = `Usage: pipework ps [OPTION...] [PID...]

Shows processes that pipes join, and what each of them waits for: those of the
pipelines that the PIDs are in, or without a PID all of your own. It only looks:
nothing that runs is touched.

  pipework ps                  what waits, and for whom
  pipework ps --tree 812       the pipeline that 812 is in, from pipe to pipe
  pipework ps --json | jq .    everything that is known, with the evidence
  pipework why 812             the same for one process, in words

Options:
  --tree      Show who writes to whom.
  --json      Print the graph and the verdict as JSON.
  --all       Without a PID: the processes of all users.
  --no-fill   Do not open pipes to ask what is in them.
  -h, --help  Show this.

Columns:
  STATE     what it does: running, writing 1 (waits to write to descriptor 1),
            reading 0, polling (an event loop), sleeping, child (waits for one),
            socket, terminal, disk, stopped, asleep (nobody can say in what)
  ASLEEP    how long it has not run
  ROLE      bottleneck (others wait for it), blocked, starved, waiting,
            deadlock, ? (nobody can say)
  WAITS ON  who would have to act next
  IN, OUT   what is in its pipe, and what that holds

Exit status: 0; 1 when a PID is not there or not to be seen, 2 when the command
is not understood or nothing can be seen here.
`;

/** @throws {CommandError} A wrong argument. */
export async function run(args: readonly string[], page: Page): Promise<number> {
  const { values, positionals } = parse({
    args,
    allowPositionals: true,
    options: {
      tree: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      'no-fill': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    page.line(HELP.trimEnd());
    return 0;
  }
  const pids = positionals.length === 0 ? undefined : positionals.map(processNumber);
  const user = pids === undefined && !values.all ? process.geteuid?.() : undefined;
  const looked = look({ pid: pids, user, fill: !values['no-fill'], traffic: values.json, asleep: true });
  if (values.json) page.line(JSON.stringify({ graph: looked.graph, verdict: looked.verdict }));
  else page.text(await shown(looked, pids, values.tree));
  return reportMissing(looked.graph, pids ?? [], 'ps');
}

async function shown(
  looked: Looked,
  pids: readonly number[] | undefined,
  asTree: boolean,
): Promise<string[]> {
  const groups = groupsOf(looked, pids);
  if (groups.length === 0) return ['There is no process with a pipe here.'];
  const lines = asTree ? (await import('../ps/tree.js')).psTree(looked, groups) : psTable(looked, groups);
  const said = remarks(looked, new Set(groups.flat()));
  return [...lines, ...said.flatMap((remark) => ['', remark])];
}

/** The pipelines, each as a group, and whoever was asked for. This process is no news. */
function groupsOf(looked: Looked, pids: readonly number[] | undefined): number[][] {
  const asked = new Set(pids);
  return looked.verdict.chains
    .filter(({ stages, pipes }) =>
      pids === undefined ? pipes.length > 0 : stages.some(({ pid }) => asked.has(pid)),
    )
    .map(({ stages }) => stages.map(({ pid }) => pid).filter((pid) => pid !== process.pid || asked.has(pid)))
    .filter((group) => group.length > 0);
}
