/**
 * `npm run bench -- [CASE...] [--rounds N] [--node PATH] [--markdown] [--json FILE]`: runs the cases, every trial in a
 * process of its own, and prints what ours and the rivals took. README.md says what is measured how.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Case } from './case.js';
import { caseNamed, cases } from './cases.js';
import { markdownTable } from './format/markdown.js';
import { textTable } from './format/text.js';
import { machineLine, nodeVersion } from './machine.js';
import { type Entrant, type Row, rowsOf } from './result.js';
import { loadRival } from './rival.js';
import { type Target, targetsFor } from './targets.js';

const TRIAL = fileURLToPath(new URL('trial.js', import.meta.url));
const TRIAL_MAX = 300_000; // milliseconds; a trial that hangs is a fault of the rival
// As below a shell: without it a bash whose input is a socket, which it is in zx, reads the user's .bashrc at each start.
const ENVIRONMENT = { ...process.env, SHLVL: '1' };
const NOBODY = 65534; // the user and group that own nothing

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '7' },
    node: { type: 'string', default: process.execPath },
    markdown: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
if (!Number.isSafeInteger(rounds) || rounds < 1) {
  throw new RangeError(`--rounds must be a whole number >= 1, got ${options.rounds}`);
}

const chosen = positionals.length === 0 ? cases : positionals.map(caseNamed);
const targets = targetsFor(Number.parseInt(nodeVersion(options.node), 10));
const machine = machineLine(options.node);
const rows: Row[] = [];
for (const one of chosen) rows.push(...(await runCase(one, targets)));

console.log(`${machine}; ${rounds} rounds\n`);
console.log(options.markdown ? markdownTable(rows) : textTable(rows));
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify({ machine, rounds, rows }, null, 2)}\n`);

async function runCase(one: Case, targets: readonly Target[]): Promise<Row[]> {
  one.prepare?.();
  const entrants: (Entrant & { readonly executable: string; readonly values: number[] })[] = [];
  for (const name of one.rivals) {
    const { title, prepare, executable } = await loadRival(name);
    const skipped = userProblem(one) ?? prepare?.();
    const runs = (skipped === undefined && executable?.()) || options.node;
    entrants.push({ name, title, executable: runs, values: [], ...(skipped !== undefined && { skipped }) });
  }
  const count = rounds * (one.rounds ?? 1);
  for (let round = 1; round <= count; round++) {
    console.error(`${one.name}: round ${round} of ${count}`);
    for (const { name, skipped, executable, values } of entrants) {
      if (skipped === undefined) values.push(measure(one, name, executable));
    }
  }
  return rowsOf(one, entrants, targets);
}

/** One trial. @throws {Error} It failed; what it printed says why. */
function measure(one: Case, rival: string, executable: string): number {
  const flags = one.collects === true ? ['--expose-gc'] : [];
  const output = execFileSync(executable, [...flags, TRIAL, one.name, rival], {
    ...userOf(one),
    env: ENVIRONMENT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: TRIAL_MAX,
  });
  const value = Number(output);
  if (!(value >= 0)) throw new Error(`${one.name} with ${rival} printed no number: ${output}`);
  return value;
}

/** Who the trial runs as, where that is somebody else. */
function userOf(one: Case): { readonly uid?: number; readonly gid?: number } {
  return one.unprivileged && process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
}

/** @returns Why the trials cannot run as who they shall run as; nothing when they can. */
function userProblem(one: Case): string | undefined {
  if (!one.unprivileged) return undefined;
  const { error, status } = spawnSync(options.node, ['--check', TRIAL], userOf(one));
  return error === undefined && status === 0 ? undefined : `uid ${NOBODY} cannot read ${TRIAL}`;
}
