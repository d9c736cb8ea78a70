/**
 * `npm run test:browser`: every suite of test/runtimes/everywhere.ts in a page of Chromium, which loads what ships; with
 * `npm run test:browser -- FILTER ...` those whose name contains one of the filters. Its exit status is 1 when anything
 * failed, or when docs/runtimes.md says otherwise; `-- --write` writes it.
 */
import { parseArgs } from 'node:util';
import { findChromium, launchChromium } from './browser/chromium.js';
import { runSuiteInPage } from './browser/run-suite-in-page.js';
import { openSite } from './browser/site.js';
import { exitOnSignals } from './runtimes/exit-on-signals.js';
import { judgePage } from './runtimes/judge-page.js';
import type { Outcome } from './runtimes/outcome.js';
import type { Suite } from './runtimes/suite.js';
import { type Result, textReport } from './runtimes/text-report.js';

/** Against hanging only: the longest suite takes 3 s where nothing else runs. */
const TIMEOUT = 60_000; // milliseconds

/** By the path on the site. */
const PAGE = '/build/test/runtimes/page';
const IMPORTS = {
  'node:assert/strict': `${PAGE}/node-assert.js`,
  'node:events': `${PAGE}/node-events.js`,
  'node:test': `${PAGE}/node-test.js`,
  'node:worker_threads': `${PAGE}/node-worker-threads.js`,
};

/** Of every suite that is not for pages. */
const NOT_HERE: Outcome = {
  passed: 0,
  failed: [],
  skipped: [
    { name: '(all)', why: 'a page has no pipes of the kernel, no processes and none of the modules of Node' },
  ],
};

const tests = new URL('../test/runtimes/', import.meta.url);
// The tests are compiled after the scripts, whose types they use.
const { everywhere } = (await import(new URL('everywhere.js', tests).href)) as {
  readonly everywhere: readonly Suite[];
};
const { suites } = (await import(new URL('suites.js', tests).href)) as { readonly suites: readonly Suite[] };

const {
  values: { write },
  positionals: filters,
} = parseArgs({ options: { write: { type: 'boolean', default: false } }, allowPositionals: true });
const wanted = everywhere.filter(
  ({ name }) => filters.length === 0 || filters.some((filter) => name.includes(filter)),
);
exitOnSignals();

const executablePath = findChromium();
if (wanted.length === 0) {
  fail(`no suite for pages has ${filters.map((filter) => `'${filter}'`).join(' or ')} in its name`);
} else if (executablePath === undefined) {
  const { CHROMIUM } = process.env;
  const looked = CHROMIUM ? `CHROMIUM is ${CHROMIUM}, which cannot be run` : 'there is none in PATH';
  fail(
    `Chromium is missing, ${looked}: 'apt-get install chromium' gets it on Debian; CHROMIUM is the path of any`,
  );
} else {
  const { engine, outcomes } = await runAll(executablePath);
  const results = [...outcomes].map(([{ name: suite }, outcome]): Result => ({ engine, suite, outcome }));
  console.log(textReport(results));
  if (results.some(({ outcome }) => outcome.failed.length > 0)) {
    process.exitCode = 1;
  } else if (filters.length === 0) {
    const all = suites.map(
      (suite): Result => ({ engine, suite: suite.name, outcome: outcomes.get(suite) ?? NOT_HERE }),
    );
    if (!judgePage(all, { isOurs: ({ name }) => name.startsWith('Chromium'), write })) process.exitCode = 1;
  }
}

/** One after the other; whatever happens, nothing is left open. */
async function runAll(executablePath: string): Promise<{ engine: string; outcomes: Map<Suite, Outcome> }> {
  const outcomes = new Map<Suite, Outcome>();
  const site = await openSite(IMPORTS);
  try {
    const { browser, close } = await launchChromium(executablePath);
    try {
      for (const suite of wanted) {
        const cases = (await suite.cases()).length; // as this Node counts them, so that the page leaves none out
        const options = { site, program: `${PAGE}/run.js`, cases, timeout: TIMEOUT };
        outcomes.set(suite, await runSuiteInPage(browser, suite.name, options));
      }
      return { engine: `Chromium ${browser.version()}`, outcomes };
    } finally {
      await close();
    }
  } finally {
    await site.close();
  }
}

function fail(message: string): void {
  console.error(message);
  process.exitCode = 1;
}
