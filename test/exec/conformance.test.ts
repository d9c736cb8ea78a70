/**
 * job.stdout keeps the contract: the conformance suite on the pipe of a pipeline whose only stage is a function, which does
 * to its writer what the suite says.
 */
import { equal, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import type { PipeWriter } from 'pipework';
import * as exec from 'pipework/exec';
import { conformance } from 'pipework/testing';
import { made } from '../os/transports.js';

/** What a case is told in place of what it expects; any other case of the suite has to pass. */
const OTHERWISE: readonly (readonly [why: string, cases: RegExp, found: RegExp])[] = [
  [
    'the end waits for the verdict, which comes in a later turn',
    /^supports\.immediate: tryWrite\(\) and tryRead\(\) know of the other side's close/,
    /^tryRead\(\): expected null, got 0$/,
  ],
  [
    'what the writer was aborted with stands in the PipelineError',
    new RegExp(
      [
        /abort\(\) of the writer (leaves what|hands|after its close\(\) takes effect)/,
        /abort\(\) (without a reason|keeps the first reason|may be called where a call of the other end)/,
        /closed of the reader rejects at once when the writer aborts/,
        /for await throws the writer's reason/,
        /dispose\]\(\) of a writer (without close\(\) aborts|after abort\(\) keeps)/,
        /of the reader fails with the writer's reason when the writer has aborted( behind bytes that are there)?$/,
      ]
        .map(({ source }) => source)
        .join('|'),
    ),
    /, got "?PipelineError/,
  ],
  [
    'so does what was given up, and while writes ahead of it are still on their way, the end is looked for every 10 ms',
    /^write\(\) given up behind close\(\)/,
    /, got PipelineError: stage failed: given up behind close\(\)$|: it still waits after 100 turns$/,
  ],
  [
    'its own close comes before the verdict, and ends the wait for it',
    /^closed of the reader fails with the writer's reason when the writer has aborted, then the reader/,
    /: expected it to reject, but it gave undefined$/,
  ],
];

let count = 0;
let differing = 0;
for (const { name, run } of conformance({ ...made, open, openClogged })) {
  const otherwise = OTHERWISE.find(([, cases]) => cases.test(name));
  if (otherwise === undefined) {
    count++;
    test(`job.stdout: ${name}`, run);
  } else {
    differing++;
    const [why, , found] = otherwise;
    test(`job.stdout, otherwise, since ${why}: ${name}`, () => rejects(run(), { message: found }));
  }
}

test('job.stdout: the suite has no fewer cases than it had, and no more of them are otherwise', () => {
  ok(count > 770, `${count}`);
  equal(differing, 28);
});

function open({ capacity = 4096 }: { readonly capacity?: number } = {}) {
  let ends: { readonly writer: PipeWriter; readonly settle: () => void } | undefined;
  const stage: exec.StageFunction = (_, writer) =>
    new Promise((settle) => {
      ends = { writer, settle };
    });
  const { stdout } = exec.pipeline(stage, { capacity: Math.max(capacity, 1) });
  const { writer, settle } = ends as unknown as { writer: PipeWriter; settle: () => void };
  return { reader: stdout, writer: settling(writer, settle) };
}

/** `writer`, which calls `settle` when its own side has ended it. */
function settling(writer: PipeWriter, settle: () => void): PipeWriter {
  return new Proxy(writer, {
    get(_, name, proxy) {
      const value = Reflect.get(writer, name, writer) as unknown;
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const result = Reflect.apply(value, writer, given) as unknown;
        if (ENDS.includes(name)) settle();
        return result === writer ? proxy : result;
      };
    },
  });
}

const ENDS: readonly (string | symbol)[] = ['close', 'abort', Symbol.dispose, Symbol.asyncDispose];

function openClogged() {
  const { reader, writer } = open();
  let buffered = 0; // bytes
  for (let size = all.length; size >= 1; ) {
    const taken = writer.tryWrite(all.subarray(buffered, buffered + size));
    buffered += taken;
    if (taken === 0) size = Math.floor(size / 2);
  }
  return { reader, writer, buffered: all.subarray(0, buffered) };
}

const all = new Uint8Array(1 << 16).map((_, index) => index);
