/** The program of examples/wasm-stdin: it answers each line before it gets the next, and its binary is that of its text. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import wabt from 'wabt';
import { findChromium, launchChromium } from '../../scripts/browser/chromium.js';
import { packageRoot } from '../fixtures/package-copy.js';

const sources = join(packageRoot, 'examples', 'wasm-stdin');
const main = join(packageRoot, 'dist', 'examples', 'wasm-stdin', 'main.js');

test('program.wasm is what program.wat compiles to', async () => {
  const text = readFileSync(join(sources, 'program.wat'), 'utf8');
  const { parseWat } = await wabt();
  const { buffer } = parseWat('program.wat', text).toBinary({});
  deepEqual(new Uint8Array(readFileSync(join(sources, 'program.wasm'))), buffer);
});

test('wasm-stdin: the program answers a line before the next one is there', async () => {
  const child = spawn(process.execPath, [main], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdout.setEncoding('utf8');
  let said = '';
  child.stdout.on('data', (text: string) => {
    said += text;
  });
  const says = async (text: string): Promise<void> => {
    while (said !== text) await once(child.stdout, 'data');
  };
  await says('> ');
  child.stdin.write('hello\n');
  await says('> HELLO\n> ');
  child.stdin.write('two lines\nat once\n');
  await says('> HELLO\n> TWO LINES\n> AT ONCE\n> ');
  child.stdin.end('and no newline');
  const [status] = await once(child, 'close');
  equal(said, '> HELLO\n> TWO LINES\n> AT ONCE\n> AND NO NEWLINE> \n');
  equal(status, 0);
});

test('wasm-stdin: the page is served isolated, with names that a browser knows', async () => {
  await withServer(async (url) => {
    const page = await fetch(url);
    equal(page.headers.get('cross-origin-opener-policy'), 'same-origin');
    equal(page.headers.get('cross-origin-embedder-policy'), 'require-corp');
    match(await page.text(), /<script type="module" src="page.js">/);
    const modules = await reachable(url, 'page.js');
    ok(modules.size > 40, `${modules.size} modules`);
    for (const path of modules) {
      const { status, headers } = await fetch(path);
      equal(`${path} ${status} ${headers.get('content-type')}`, `${path} 200 text/javascript`);
    }
    equal((await fetch(new URL('program.wasm', url))).headers.get('content-type'), 'application/wasm');
    for (const path of ['../../../package.json', '/pipework/%2e%2e/package.json', 'missing.js'])
      equal((await fetch(new URL(path, url))).status, 404);
  });
});

const executablePath = findChromium();
const skip = executablePath === undefined ? "needs Chromium: 'apt-get install chromium'" : false;

test('wasm-stdin: in a page, a line is typed and the program answers', { skip }, async () => {
  await withServer(async (url) => {
    const { browser, close } = await launchChromium(executablePath as string);
    try {
      const page = await browser.newPage();
      await page.goto(url);
      const says = (text: string) =>
        page.waitForFunction(`document.querySelector('#output').textContent === ${JSON.stringify(text)}`);
      await says('> ');
      await page.fill('#line', 'hello');
      await page.press('#line', 'Enter');
      await says('> hello\nHELLO\n> ');
      await page.fill('#line', 'once more');
      await page.press('#line', 'Enter');
      await says('> hello\nHELLO\n> once more\nONCE MORE\n> ');
    } finally {
      await close();
    }
  });
});

async function withServer(run: (url: string) => Promise<void>): Promise<void> {
  const server = spawn(process.execPath, [join(main, '..', 'serve.js'), '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(server.stdout.setEncoding('utf8'), 'data');
    await run(line.trim());
  } finally {
    server.kill();
  }
}

/** All modules that the one at `path` leads to. */
async function reachable(base: string, path: string): Promise<Set<string>> {
  const found = new Set<string>();
  const left = [new URL(path, base).href, new URL('program-thread.js', base).href];
  for (let url = left.pop(); url !== undefined; url = left.pop()) {
    if (found.has(url)) continue;
    found.add(url);
    const source = await (await fetch(url)).text();
    for (const [, name = ''] of source.matchAll(/^(?:import|export|\}).*\bfrom '([^']+)';$/gm))
      left.push(new URL(name, url).href);
  }
  return found;
}
