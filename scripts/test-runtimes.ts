/**
 * `npm run test:runtimes`: every suite of test/runtimes/suites.ts on this Node and on each of scripts/runtimes/runtimes.ts,
 * which are installed at the first run; with `npm run test:runtimes -- FILTER ...` those whose `RUNTIME, SUITE` contains
 * one of the filters. Its exit status is 1 when anything failed.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type Engine, engineOf, installEngines, ownEngine, ownPlatform } from './runtimes/engine.js';
import { runSuite } from './runtimes/run-suite.js';
import { runtimes } from './runtimes/runtimes.js';
import type { Suite } from './runtimes/suite.js';
import { type Result, textReport } from './runtimes/text-report.js';

/** Against hanging only: the longest suite takes 3 s where nothing else runs. */
const TIMEOUT = 60_000; // milliseconds

/** The Node that runs this. */
const OWN = { name: 'Node' };

const tests = new URL('../test/runtimes/', import.meta.url);
const program = fileURLToPath(new URL('run.js', tests));
// The tests are compiled after the scripts, whose types they use.
const { suites } = (await import(new URL('suites.js', tests).href)) as { readonly suites: readonly Suite[] };

const filters = process.argv.slice(2);
const pairs = suites
  .flatMap((suite) => [OWN, ...runtimes].map((runtime) => ({ runtime, suite })))
  .filter(({ runtime, suite }) => {
    const name = `${runtime.name}, ${suite.name}`;
    return filters.length === 0 || filters.some((filter) => name.includes(filter));
  });

if (pairs.length === 0) {
  console.error(
    `no runtime and suite has ${filters.map((filter) => `'${filter}'`).join(' or ')} in its name`,
  );
  process.exitCode = 1;
} else {
  const results = await runAll(withEngines());
  console.log(textReport(results));
  if (results.some(({ outcome }) => outcome.failed.length > 0)) process.exitCode = 1;
}

/** Installs what is needed, and is not there. */
function withEngines(): { engine: Engine; suite: Suite }[] {
  const platform = ownPlatform();
  const others = runtimes.filter((one) => pairs.some(({ runtime }) => runtime === one));
  installEngines(others, platform);
  const engines = new Map<unknown, Engine>([[OWN, ownEngine()]]);
  for (const runtime of others) engines.set(runtime, engineOf(runtime, platform));
  return pairs.map(({ runtime, suite }) => ({ engine: engines.get(runtime) as Engine, suite }));
}

/** As many at once as there are processors; the results are in the order of `pairs`. */
async function runAll(pairs: readonly { engine: Engine; suite: Suite }[]): Promise<Result[]> {
  const results: Result[] = [];
  const queue = pairs.entries();
  const work = async () => {
    for (const [index, { engine, suite }] of queue) {
      const outcome = await runSuite(engine, suite, { program, timeout: TIMEOUT });
      results[index] = { engine: engine.name, suite: suite.name, outcome };
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return results;
}
