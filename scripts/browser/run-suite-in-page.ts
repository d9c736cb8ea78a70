/** Runs one suite in a page of its own, that is closed when it takes too long. */
import type { Browser, Page } from 'playwright-core';
import { type Outcome, outcomeOf } from '../runtimes/outcome.js';
import type { Site } from './site.js';

export interface RunSuiteInPageOptions {
  readonly site: Site;
  /** The path of the module whose `run(name)` runs a suite, and tells by the page's `tell(line)`. */
  readonly program: string;
  /** How many the suite has. */
  readonly cases: number;
  /** Milliseconds; against hanging only. */
  readonly timeout: number;
}

/** Never rejects because of the page: whatever became of it is in the outcome. */
export async function runSuiteInPage(
  browser: Browser,
  name: string,
  { site, program, cases, timeout }: RunSuiteInPageOptions,
): Promise<Outcome> {
  const page = await browser.newPage(); // in a profile of its own, and so in a process of its own
  let report = '';
  let printed = '';
  page.on('console', (message) => {
    const { url, lineNumber } = message.location();
    printed += `${message.type()}: ${message.text()} (${url}:${lineNumber})\n`;
  });
  page.on('pageerror', (error) => {
    printed += `${error.stack ?? error}\n`;
  });
  const how = await settle(page, timeout, async () => {
    // Heard even of a page that is busy for ever after, and far less work than page.exposeFunction().
    const session = await page.context().newCDPSession(page);
    session.on('Runtime.bindingCalled', ({ payload }) => {
      report += `${payload}\n`;
    });
    await session.send('Runtime.enable');
    await session.send('Runtime.addBinding', { name: 'tell' });
    await page.goto(site.origin);
    const [path, suite] = [program, name].map((text) => JSON.stringify(text));
    await page.evaluate(`import(${path}).then(({ run }) => run(${suite}))`);
  });
  await page.close(); // also one that is busy
  return outcomeOf(report, { isClean: how === undefined, how: how ?? 'the page ended', printed }, cases);
}

/** What went wrong with it, if anything. */
async function settle(page: Page, timeout: number, run: () => Promise<void>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, timeout, `hung: the page was closed after ${timeout / 1000} s`);
  });
  const crashed = new Promise<string>((resolve) => page.once('crash', () => resolve('the page crashed')));
  const ended = run().then(
    () => undefined,
    (error: Error) => `the page failed: ${error.message}`, // with the stack of the page in it
  );
  try {
    return await Promise.race([late, crashed, ended]);
  } finally {
    clearTimeout(timer);
  }
}
