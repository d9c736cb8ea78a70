/**
 * A web server's log, the same in every run: gzip makes some 14 MB of it. Paths, addresses and answers are as uneven as in a
 * real one, so that grep, sort and uniq have their usual work.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Command } from './rival.js';

const LOG = fileURLToPath(new URL('../bench-data/access.log.gz', import.meta.url));
const MISSES = `${LOG}.misses`; // how many lines say 404
const LINES = 720_000;
const PATHS = 20_000;
const FIRST = Date.UTC(2025, 0, 6); // milliseconds

/** Which pages were asked for in vain, and how often. */
export const LOG_COMMANDS: readonly Command[] = [
  ['gzip', '-dc', LOG],
  ['grep', '-o', '"GET [^"]*" 404'],
  ['sort'],
  ['uniq', '-c'],
];

/** Writes it unless it is there. */
export function makeLog(): void {
  if (existsSync(MISSES)) return;
  const { lines, misses } = logOf(LINES);
  mkdirSync(dirname(LOG), { recursive: true });
  writeFileSync(LOG, gzipSync(lines.join('')));
  writeFileSync(MISSES, String(misses));
}

/** Its first lines, `count` of them, and how many of these say 404. */
export function logOf(count: number): { readonly lines: readonly string[]; readonly misses: number } {
  const random = generator(20250106);
  const lines: string[] = [];
  let misses = 0;
  let time = FIRST;
  for (let i = 0; i < count; i++) {
    // Squared twice: few paths are asked for most of the time.
    const path = Math.floor(PATHS * random() ** 4);
    const isMiss = random() < 0.04;
    if (isMiss) misses++;
    time += Math.floor(2000 * random());
    const address = `10.${Math.floor(8 * random())}.${Math.floor(256 * random())}.${Math.floor(256 * random())}`;
    const bytes = isMiss ? 153 : Math.floor(1e6 * random() ** 3);
    lines.push(
      `${address} - - [${new Date(time).toISOString()}] "GET /articles/${path.toString(36)}/page.html HTTP/1.1" ` +
        `${isMiss ? 404 : 200} ${bytes} "-" "Mozilla/5.0 (X11; Linux x86_64) rv:${100 + (path % 20)}.0"\n`,
    );
  }
  return { lines, misses };
}

/** @throws {Error} It does not count every line that says 404. */
export function checkLog(output: string): void {
  const misses = Number(readFileSync(MISSES, 'utf8'));
  const counts = output.split('\n').map((line) => Number.parseInt(line, 10) || 0);
  const sum = counts.reduce((a, b) => a + b, 0);
  if (sum !== misses) throw new Error(`${sum} lines were counted, not ${misses}`);
}

/** Numbers from 0 to 1, the same ones for a seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
