/**
 * Calls made from inside of others: by signals that are not the platform's, which run code of their own when they are let
 * go. No call is lost, none settles twice, and the pipe stays consistent.
 */
import { equal } from 'node:assert/strict';
import * as io from 'pipework';
import * as os from 'pipework/os';
import { test } from '../runtimes/test.js';

/** A signal that does `act` when the one call that has it settles. */
function letGo(act: () => void): io.Signal {
  return { aborted: false, reason: undefined, addEventListener: () => {}, removeEventListener: act };
}

async function reasons(calls: readonly Promise<unknown>[]): Promise<unknown[]> {
  const outcomes = await Promise.allSettled(calls);
  return outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
}

const much = new Uint8Array(2 ** 20);

for (const end of ['reader', 'writer'] as const) {
  test(`${end}.abort(): a write that is given up while those before it are rejected settles once`, async () => {
    const { reader, writer } = os.pipe();
    const fired = new Error('fired');
    const reason = new Error('enough');
    const other = new AbortController();
    const signals = [letGo(() => other.abort(fired)), other.signal, undefined];
    const told = reasons(signals.map((signal) => writer.write(much, { signal })));
    (end === 'reader' ? reader : writer).abort(reason);
    const [first, second, third] = await told;
    equal(second, fired);
    for (const error of [first, third]) equal(end === 'reader' ? error : (error as Error).cause, reason);
    reader.close();
    writer.close();
  });
}

test('reader.close(): a writer that aborts itself while its writes are rejected settles each of them once', async () => {
  const { reader, writer } = os.pipe();
  const signal = letGo(() => writer.abort());
  const told = reasons([writer.write(much, { signal }), writer.write(much), writer.write(much)]);
  reader.close();
  const [first, ...behind] = await told;
  equal(first instanceof io.BrokenPipeError, true);
  for (const error of behind) equal(error instanceof io.ClosedPipeError, true);
});

test('read(): a reader that closes itself when its first read is let go gives that its bytes, and no other read any', async () => {
  const { reader, writer } = os.pipe();
  const into = new Uint8Array(4);
  const first = reader.read(into, { signal: letGo(() => reader.close()) });
  const told = reasons([reader.read(into), reader.read(into)]);
  await writer.write('abcdefgh');
  equal(await first, 4);
  for (const error of await told) equal(error instanceof io.ClosedPipeError, true);
  equal((await reasons([writer.write('x')]))[0] instanceof io.BrokenPipeError, true);
  writer.close();
});
