/** Chromium, as Debian has it, without a window. */
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The path of it: what CHROMIUM says, or else the first `chromium` in PATH; `undefined` if that cannot be run. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const paths = env['CHROMIUM']
    ? [env['CHROMIUM']]
    : (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
  return paths.find(isExecutable);
}

export interface Chromium {
  readonly browser: Browser;
  /** Resolves when its processes have ended, and what it had of files is gone. */
  close(): Promise<void>;
}

/** It ends with this process, and leaves nothing behind then either. */
export async function launchChromium(executablePath: string): Promise<Chromium> {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-browser-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', remove); // in a folder that is gone it puts nothing more
  try {
    const browser = await chromium.launch({
      executablePath,
      args: ['--js-flags=--expose-gc'],
      env: { ...process.env, TMPDIR: folder }, // one that is killed does not remove what it put there
      // Whoever ends this process says what a signal means.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      timeout: LAUNCH_TIMEOUT,
    });
    return {
      browser,
      async close() {
        await browser.close();
        process.off('exit', remove);
        remove();
      },
    };
  } catch (error) {
    process.off('exit', remove);
    remove();
    throw error;
  }
}

/** Against hanging only. */
const LAUNCH_TIMEOUT = 60_000; // milliseconds

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
