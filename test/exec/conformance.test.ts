/**
 * job.stdout keeps the contract: the conformance suite on the pipe of a pipeline whose only stage is a function, which does
 * to its writer what the suite says.
 */
import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import type { PipeWriter } from 'pipework';
import * as exec from 'pipework/exec';
import { conformance } from 'pipework/testing';
import { made } from '../os/transports.js';

/** The end is the verdict's: it comes in a later turn, and what the writer was aborted with stands in its error. */
const OTHERWISE =
  /know of the other side's close in the same turn|given up behind close|abort\(\) of the writer|abort\(\) (without|keeps|may be called where a call of the other)|writer aborts|throws the writer's reason|of a writer (without close|after abort)|with the writer's reason/;

let count = 0;
for (const { name, run } of conformance({ ...made, open, openClogged })) {
  if (OTHERWISE.test(name)) continue;
  count++;
  test(`job.stdout: ${name}`, run);
}

test('job.stdout: the suite has no fewer cases than it had', () => {
  ok(count > 700, `${count}`);
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
