/** The examples of `pipework/exec` do what they say. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { packageRoot } from '../fixtures/package-copy.js';
import { type NodeRun, runNode } from '../fixtures/run-node.js';

test('log-report: counts the pages that were not found, most often first', () => {
  deepEqual(run('log-report'), { status: 0, stdout: '3000 /old\n2000 /gone\n1000 /typo\n', stderr: '' });
});

test('log-report: a log that was cut off fails, though it gave lines before', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pipework-example-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const log = join(folder, 'cut.gz');
  const lines = Array.from({ length: 20_000 }, (_, i) => `- "GET /${(i * 7919) % 1000} HTTP/1.1" 404 ${i}\n`);
  const whole = gzipSync(lines.join(''));
  writeFileSync(log, whole.subarray(0, whole.length / 2));
  const { status, stderr } = run('log-report', [log]);
  equal(status, 1);
  match(stderr, /PipelineError: stage 1 of 4, gzip -dc .*cut\.gz, exited with code 1/);
});

test('diff-substitute: prints what differs', () => {
  deepEqual(run('diff-substitute'), { status: 0, stdout: '2d1\n< pear\n3a3\n> quince\n', stderr: '' });
});

test('tee-into-pipelines: each pipeline gets all it wants', () => {
  const numbers = Array.from({ length: 300_000 }, (_, i) => String(i + 1));
  const sevens = numbers.filter((number) => number.includes('7')).length;
  deepEqual(run('tee-into-pipelines'), {
    status: 0,
    stdout: `${sevens} numbers have a 7\nthe first are 1 and 2\n`,
    stderr: '',
  });
});

test('json-rpc: 100,000 calls, 100 in flight, each answered by its id in whatever order', () => {
  const { status, stdout, stderr } = run('json-rpc');
  equal(stderr, '');
  const [, calls, most, overtook] =
    /^(\d+) calls, each answered right; (\d+) in flight at most;\n(\d+) answers overtook/.exec(stdout) ?? [];
  deepEqual([calls, most], ['100000', '100']);
  ok(Number(overtook) > 0);
  equal(status, 0);
});

test('json-rpc: neither side is blocked by the other when all that is in flight is a hundred times what the pipes hold', () => {
  const { status, stdout, stderr } = run('json-rpc', ['200', '400000']);
  equal(stderr, '');
  match(stdout, /^200 calls, each answered right; 100 in flight at most;\n/);
  equal(status, 0);
});

function run(name: string, args: readonly string[] = []): NodeRun {
  return runNode(join(packageRoot, 'dist/examples/exec', `${name}.js`), args);
}
