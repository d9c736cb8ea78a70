/**
 * The unbuffered pipe without the line that looks for an observer: a copy of what is compiled, with this line cut out.
 * What the line costs is the difference to the pipe as it is.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sendAndReceive } from '../ours.js';
import type { Rival } from '../rival.js';

const COMPILED = new URL('../../../dist/io/', import.meta.url);
const COPY = new URL('../../unobserved/', import.meta.url);
const CHECK = /^\s*if \(observer !== undefined\)\s*observer\.parked\(operation\);\n/m;

export const rival: Rival = {
  title: 'ours, observer check cut out',
  prepare() {
    rmSync(COPY, { recursive: true, force: true });
    mkdirSync(COPY, { recursive: true });
    cpSync(fileURLToPath(COMPILED), fileURLToPath(COPY), { recursive: true });
    const waiting = new URL('waiting.js', COPY);
    const text = readFileSync(waiting, 'utf8');
    const cut = text.replace(CHECK, '');
    if (cut === text)
      throw new Error('waiting.js does not check for an observer where this rival looks for it');
    writeFileSync(waiting, cut);
    return undefined;
  },
  async openStream(size) {
    const io = (await import(new URL('index.js', COPY).href)) as typeof import('pipework');
    return sendAndReceive(io.pipe(), size);
  },
};
