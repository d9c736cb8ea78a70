/** A log of 1 GiB in a temporary file, which goes with the run that made it: the first lines of access-log.ts, many times. */
import { closeSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logOf } from './access-log.js';
import type { LineCount } from './rival.js';

export const BIG_LOG = join(tmpdir(), 'pipework-bench-1g.log');
const SIZE = 2 ** 30; // bytes, and less than one block more
const BLOCK_LINES = 100_000;

/** Writes it; it is removed when this process ends. */
export function makeBigLog(): void {
  process.once('exit', () => rmSync(BIG_LOG, { force: true }));
  const block = Buffer.from(logOf(BLOCK_LINES).lines.join(''));
  const file = openSync(BIG_LOG, 'w');
  for (let size = 0; size < SIZE; size += block.length) writeSync(file, block);
  closeSync(file);
}

/** @throws {Error} These are not all of its lines. */
export function checkBigLog({ lines, units }: LineCount): void {
  const { size } = statSync(BIG_LOG);
  const block = logOf(BLOCK_LINES).lines.join('');
  const expected = (size / block.length) * BLOCK_LINES;
  if (lines !== expected || units !== size - expected) {
    throw new Error(`${lines} lines of ${units} units were read, not ${expected} of ${size - expected}`);
  }
}
