/**
 * What `npm test` prints: a line for each file, failures in full, then what was skipped and why, what failed
 * and the count of all.
 * A reporter of `node --test`, which loads it by its path.
 */
import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
  since: number; // milliseconds since the epoch
}

/** Turns the runner's events into text. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const total: Count = newCount();
  const skipped: string[] = [];
  const failures: string[] = [];
  let file: string | undefined;
  let count = newCount();
  let last = Date.now(); // files run one after the other, and each reports when it is done

  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (isSuite(data)) continue;
    if (data.file !== file) {
      if (file !== undefined) yield lineOf(file, count);
      file = data.file;
      count = newCount(last);
    }
    last = Date.now();
    const reason = data.skip ?? data.todo;
    if (type === 'test:fail' && data.todo === undefined) {
      failures.push(`  ${placeOf(data)} ${data.name}\n`);
      yield `not ok: ${data.name}\n    ${placeOf(data)}\n${indent(causeOf(data.details.error))}\n`;
      add('failed');
    } else if (reason === undefined) {
      add('passed');
    } else {
      skipped.push(`  ${data.name}: ${reason === true ? 'no reason given' : reason}\n`);
      add('skipped');
    }
  }

  if (file !== undefined) yield lineOf(file, count);
  if (skipped.length > 0) yield `\nSkipped:\n${skipped.join('')}`;
  if (failures.length > 0) yield `\nFailed:\n${failures.join('')}`;
  yield `\nAll: ${summary(total)}\n`;

  function add(outcome: 'passed' | 'failed' | 'skipped'): void {
    count[outcome]++;
    total[outcome]++;
  }
}

interface Outcome {
  readonly name: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly details: { readonly type?: string | undefined };
}

/** A `describe`, or a file as a whole: what it says its tests have said already, unless it broke itself. */
function isSuite({ details }: Outcome & { readonly details: object }): boolean {
  const code = (details as { error?: { failureType?: string } }).error?.failureType;
  return code === undefined ? details.type === 'suite' : code === 'subtestsFailed';
}

function newCount(since = Date.now()): Count {
  return { passed: 0, failed: 0, skipped: 0, since };
}

function lineOf(file: string, count: Count): string {
  return `${relative('build/test', file)}: ${summary(count)}\n`;
}

function summary({ passed, failed, skipped, since }: Count): string {
  const parts = [`${passed} passed`];
  if (failed > 0) parts.push(`${failed} FAILED`);
  if (skipped > 0) parts.push(`${skipped} skipped`);
  return `${parts.join(', ')} (${((Date.now() - since) / 1000).toFixed(1)} s)`;
}

function placeOf({ file, line }: Outcome): string {
  return file === undefined ? '' : `${relative('.', file)}:${line ?? 1}`;
}

/** The error that a test threw, without the wrapper that the runner puts around it. */
function causeOf(error: Error): string {
  return inspect(error.cause instanceof Error ? error.cause : error);
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ');
}
