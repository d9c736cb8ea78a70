/**
 * `npm run test:runtimes`: every suite of test/runtimes/suites.ts on each of scripts/runtimes/runtimes.ts, which are
 * installed at the first run; with `npm run test:runtimes -- FILTER ...` those whose `RUNTIME, SUITE` contains one of the
 * filters. Its exit status is 1 when anything failed, or when docs/runtimes.md says otherwise; `-- --write` writes it.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Engine, engineOf, installEngines, ownPlatform } from './runtimes/engine.js';
import { exitOnSignals } from './runtimes/exit-on-signals.js';
import { judgePage } from './runtimes/judge-page.js';
import { runSuite } from './runtimes/run-suite.js';
import { runtimes } from './runtimes/runtimes.js';
import type { Suite } from './runtimes/suite.js';
import { type Result, textReport } from './runtimes/text-report.js';

/** Against hanging only: the longest suite takes 3 s where nothing else runs. */
const TIMEOUT = 60_000; // milliseconds

const tests = new URL('../test/runtimes/', import.meta.url);
const program = fileURLToPath(new URL('run.js', tests));
// The tests are compiled after the scripts, whose types they use.
const { suites } = (await import(new URL('suites.js', tests).href)) as { readonly suites: readonly Suite[] };

const {
  values: { write },
  positionals: filters,
} = parseArgs({ options: { write: { type: 'boolean', default: false } }, allowPositionals: true });
exitOnSignals();

const platform = ownPlatform();
const pairs = runtimes
  .flatMap((runtime) => suites.map((suite) => ({ runtime, suite, name: `${runtime.name}, ${suite.name}` })))
  .filter(({ name }) => filters.length === 0 || filters.some((filter) => name.includes(filter)));

if (pairs.length === 0) {
  console.error(
    `no runtime and suite has ${filters.map((filter) => `'${filter}'`).join(' or ')} in its name`,
  );
  process.exitCode = 1;
} else {
  const engines = withEngines();
  const results = await runAll(engines);
  console.log(textReport(results));
  if (engines.every(({ engine }) => engine.missing !== undefined)) {
    console.error(`nothing ran: no runtime is pinned for ${platform}`);
    process.exitCode = 1;
  } else if (results.some(({ outcome }) => outcome.failed.length > 0)) {
    process.exitCode = 1;
  } else if (filters.length === 0 && engines.every(({ engine }) => engine.missing === undefined)) {
    if (!judgePage(results, { isOurs: ({ name }) => !name.startsWith('Chromium'), write }))
      process.exitCode = 1;
  }
}

/** Installs what is needed, and is not there. */
function withEngines(): { engine: Engine; suite: Suite }[] {
  const wanted = runtimes.filter((one) => pairs.some(({ runtime }) => runtime === one));
  installEngines(wanted, platform);
  const engines = new Map(wanted.map((runtime) => [runtime, engineOf(runtime, platform)]));
  return pairs.map(({ runtime, suite }) => ({ engine: engines.get(runtime) as Engine, suite }));
}

/** As many at once as there are processors; the results are in the order of `pairs`. */
async function runAll(pairs: readonly { engine: Engine; suite: Suite }[]): Promise<Result[]> {
  // As this Node counts them, so that no runtime leaves any out.
  const counts = new Map<Suite, number>();
  for (const suite of new Set(pairs.map((pair) => pair.suite)))
    counts.set(suite, (await suite.cases()).length);
  const results: Result[] = [];
  const queue = pairs.entries();
  const work = async () => {
    for (const [index, { engine, suite }] of queue) {
      const cases = counts.get(suite) as number;
      const outcome = await runSuite(engine, suite, { program, cases, timeout: TIMEOUT });
      results[index] = { engine: engine.name, suite: suite.name, outcome };
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
