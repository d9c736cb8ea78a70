/**
 * Which pages were asked for in vain: three programs and a function of ours, joined in the kernel. It reports on a gzipped
 * log of a web server, or without one on a small one that it makes.
 *
 *     node dist/examples/exec/log-report.js [access.log.gz]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as io from 'pipework';
import * as exec from 'pipework/exec';

/** A stage: lines of a log in, a line for each page out. */
const countPages: exec.StageFunction = async (reader, writer) => {
  const counts = new Map<string, number>();
  for await (const line of io.lines(reader)) {
    const page = /"[A-Z]+ (\S+)/.exec(line)?.[1] ?? '?';
    counts.set(page, (counts.get(page) ?? 0) + 1);
  }
  for (const [page, count] of counts) await writer.write(`${count} ${page}\n`);
};

async function report(path: string): Promise<void> {
  await using job = exec.pipeline(['gzip', '-dc', path], ['grep', ' 404 '], countPages, ['sort', '-rn']);
  // Throws at its end unless every stage did well: a log that was cut off never makes a report that looks whole.
  for await (const line of io.lines(job.stdout)) console.log(line);
}

const [given] = process.argv.slice(2);
if (given !== undefined) {
  await report(given);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-log-'));
  const path = join(folder, 'access.log.gz');
  writeFileSync(path, gzipSync(smallLog()));
  await report(path);
  rmSync(folder, { recursive: true });
}

function smallLog(): string {
  const pages = ['/', '/old', '/gone', '/old', '/old', '/gone', '/typo'];
  const lines = pages.map(
    (page, i) => `10.0.0.${i} - - "GET ${page} HTTP/1.1" ${page === '/' ? 200 : 404} 153\n`,
  );
  return lines.join('').repeat(1000);
}
