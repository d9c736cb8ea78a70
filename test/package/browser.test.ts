/** `npm run test:browser` takes nothing that a page may come to for a success, and leaves nothing behind. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { type Chromium, findChromium, launchChromium } from '../../scripts/browser/chromium.js';
import { runSuiteInPage } from '../../scripts/browser/run-suite-in-page.js';
import { openSite, type Site } from '../../scripts/browser/site.js';
import type { Outcome } from '../../scripts/runtimes/outcome.js';
import { until } from '../exec/processes.js';

const script = fileURLToPath(new URL('../../scripts/test-browser.js', import.meta.url));
const program = '/build/test/fixtures/page-suites.js';
const executablePath = findChromium();
const skip = executablePath === undefined ? "needs Chromium: 'apt-get install chromium'" : false;

/** Enough for a page to come as far as its second case, however busy the machine. */
const TIMEOUT = 10_000; // milliseconds
/** Against hanging only. */
const LONG = 60_000; // milliseconds

let site: Site;
let chromium: Chromium;
before(async () => {
  site = await openSite({});
  if (executablePath !== undefined) chromium = await launchChromium(executablePath);
});
after(async () => {
  await chromium?.close();
  await site.close();
});

function runInPage(
  name: string,
  { browser = chromium.browser, cases = 2, timeout = LONG } = {},
): Promise<Outcome> {
  return runSuiteInPage(browser, name, { site, program, cases, timeout });
}

test('runSuiteInPage(): what the page told is the outcome, and the count of cases is checked', {
  skip,
}, async () => {
  deepEqual(await runInPage('works'), { passed: 2, failed: [], skipped: [] });
  const { failed } = await runInPage('works', { cases: 3 });
  equal(failed[0]?.why, 'there were 2, where the suite has 3');
});

for (const [name, passed, where, why] of [
  [
    'throws',
    1,
    'b',
    /^the page failed: page\.evaluate: Error: thrown on purpose\n +at .*page-suites\.js:\d+/,
  ],
  ['prints', 2, '(after the last case)', /^the page ended, and had printed\nlog: printed on purpose/],
  [
    'rejects unhandled',
    2,
    '(after the last case)',
    /printed\nError: rejected on purpose\n +at .*page-suites\.js:\d+/,
  ],
  [
    'loads what is not there',
    1,
    'b',
    /^the page failed: page\.evaluate: TypeError: .*not-there\.js[\s\S]*404/,
  ],
  ['looks around', 1, 'b', /: isolated: true, SharedArrayBuffer: function\n/],
] as const) {
  test(`runSuiteInPage(): a page that ${name} has failed, and the failure says where`, { skip }, async () => {
    const outcome = await runInPage(name);
    equal(outcome.passed, passed);
    equal(outcome.failed[0]?.name, where);
    match(outcome.failed[0]?.why ?? '', why);
  });
}

test('runSuiteInPage(): a page that waits, or is busy, for ever is closed, and the failure says where', {
  skip,
}, async () => {
  const outcomes = await Promise.all(
    ['waits for ever', 'is busy for ever'].map((name) => runInPage(name, { timeout: TIMEOUT })),
  );
  const failed = [{ name: 'b', why: 'hung: the page was closed after 10 s' }];
  for (const outcome of outcomes) deepEqual(outcome, { passed: 1, failed, skipped: [] });
});

test('runSuiteInPage(): a page that crashes has failed, and the failure says where', { skip }, async () => {
  let opened = (_: Page): void => {};
  const page = new Promise<Page>((resolve) => (opened = resolve));
  const browser = {
    async newPage() {
      const made = await chromium.browser.newPage();
      opened(made);
      return made;
    },
  } as unknown as Browser;
  const outcome = runInPage('waits for ever', { browser });
  const session = await (await page).context().newCDPSession(await page);
  await (await page).waitForFunction('document.title === "b"');
  await session.send('Page.crash').catch(() => {}); // nobody is left to answer
  deepEqual(await outcome, { passed: 1, failed: [{ name: 'b', why: 'the page crashed' }], skipped: [] });
});

test('openSite(): gives dist/, the compiled tests and a page, and nothing else', async () => {
  for (const [path, status] of [
    ['/', 200],
    ['/dist/io/index.js', 200],
    [program, 200],
    ['/package.json', 404],
    ['/dist/../package.json', 404],
    ['/dist/%2e%2e/package.json', 404],
    ['/dist/io', 404],
    ['/dist/not-there.js', 404],
  ] as const) {
    const response = await fetch(`${site.origin}${path}`);
    equal(response.status, status, path);
    equal(response.headers.get('cross-origin-embedder-policy'), 'require-corp');
    await response.text();
  }
});

test('without Chromium it says how to get it, and fails', () => {
  for (const [env, said] of [
    [{ CHROMIUM: '/nowhere' }, /^Chromium is missing, CHROMIUM is \/nowhere, .*'apt-get install chromium'/],
    [
      { CHROMIUM: '', PATH: '/nowhere' },
      /^Chromium is missing, there is none in PATH: 'apt-get install chromium'/,
    ],
  ] as const) {
    const { status, stderr } = spawnSync(process.execPath, [script], {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    equal(status, 1);
    match(stderr, said);
  }
});

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal}: no process and no file of the browser is left`, { skip }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipework-browser-test-'));
    try {
      const env = { ...process.env, TMPDIR: folder };
      const child = spawn(process.execPath, [script, 'toolkit'], {
        env,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const exited = new Promise((resolve) => child.once('exit', resolve));
      await until(() => processesWith(folder) > 1, 'the browser runs');
      child.kill(signal);
      equal(await exited, status);
      await until(() => processesWith(folder) === 0, 'the browser has ended');
      deepEqual(readdirSync(folder), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

/** Of the browser: its arguments name the folder of its profile. A zombie has none. */
function processesWith(folder: string): number {
  return readdirSync('/proc').filter((pid) => {
    const path = `/proc/${pid}/cmdline`;
    try {
      return /^\d+$/.test(pid) && existsSync(path) && readFileSync(path, 'utf8').includes(folder);
    } catch {
      return false; // it has gone
    }
  }).length;
}
