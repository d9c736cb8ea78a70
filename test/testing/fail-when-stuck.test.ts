import assert from 'node:assert/strict';
import * as io from 'pipework';
import { failWhenStuck } from 'pipework/testing';
import { runtime } from '../runtimes/runtime.js';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const SOON = 20; // milliseconds; what is stuck stays so, however slow the machine
const NEVER = 600_000; // milliseconds

/** How many timers hold the loop; nobody tells in a page. */
function timers(): number {
  if (runtime === 'a page') return 0;
  return process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
}

test('failWhenStuck() rejects with the report of every wait when none of them moves', async () => {
  const outbox = io.pipe({ name: 'outbox', capacity: 4 });
  const inbox = io.pipe({ name: 'inbox' });
  const before = timers();
  const error = await failWhenStuck(
    () => Promise.all([outbox.writer.write('0123456'), inbox.reader.read(new Uint8Array(8))]),
    { after: SOON },
  ).then(
    () => assert.fail('it resolved'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof io.DeadlockError);
  assert.equal(error.code, 'ERR_PIPE_DEADLOCK');
  assert.deepEqual(error.waits, [
    { pipe: 'outbox', operation: 'write', moved: 4, asked: 7, fill: 4, capacity: 4 },
    { pipe: 'inbox', operation: 'read', moved: 0, asked: 8, fill: 0, capacity: 0 },
  ]);
  assert.match(error.message, /outbox \(4 of 4 bytes full\): write has moved 4 of 7 bytes/);
  assert.equal(timers(), before);
  outbox.reader.close();
  inbox.writer.close();
});

test('failWhenStuck() leaves the operations waiting: they can still be served afterwards', async () => {
  const { reader, writer } = io.pipe();
  const sent = writer.write('hello');
  await assert.rejects(
    failWhenStuck(() => sent, { after: SOON }),
    { code: 'ERR_PIPE_DEADLOCK' },
  );
  assert.equal(await reader.read(new Uint8Array(8)), 5);
  assert.equal(await sent, 5);
});

test('failWhenStuck() resolves to what run() resolves to, and leaves no timer', async () => {
  const before = timers();
  const value = {};
  assert.equal(await failWhenStuck(() => value, { after: NEVER }), value);
  assert.equal(await failWhenStuck(async () => value, { after: NEVER }), value);
  assert.equal(timers(), before);
});

test('failWhenStuck() rejects with what run() throws or rejects with, as it is, and leaves no timer', async () => {
  const before = timers();
  const mine = new Error('mine');
  const throws = (): never => {
    throw mine;
  };
  await assert.rejects(failWhenStuck(throws, { after: NEVER }), (error) => error === mine);
  await assert.rejects(
    failWhenStuck(async () => throws(), { after: NEVER }),
    (error) => error === mine,
  );
  assert.equal(timers(), before);
});

test('failWhenStuck() lets a run go on whose waits move, however slowly', async () => {
  const { reader, writer } = io.pipe();
  const into = new Uint8Array(1);
  const sent = writer.write(new Uint8Array(60));
  sent.catch(() => {});
  // One byte for each two looks: far slower than `after` for all of them, yet never at rest for so long.
  const feed = setInterval(() => reader.tryRead(into), SOON / 5);
  try {
    assert.equal(await failWhenStuck(() => sent, { after: SOON * 10 }), 60);
  } finally {
    clearInterval(feed);
    reader.close();
  }
});

test('failWhenStuck() looks past waits on unref() ends, and waits for a run that hangs on no pipe', async () => {
  const { reader, writer } = io.pipe();
  const idle = reader.unref().read(new Uint8Array(1));
  const timer = new Promise((resolve) => setTimeout(resolve, 4 * SOON, 'done'));
  assert.equal(await failWhenStuck(() => timer, { after: SOON }), 'done');
  writer.close();
  assert.equal(await idle, null);
});

test('failWhenStuck() ignores what run() comes to after it has rejected', async () => {
  const { reader, writer } = io.pipe();
  const got = failWhenStuck(() => writer.write('x'), { after: SOON });
  await assert.rejects(got, { code: 'ERR_PIPE_DEADLOCK' });
  reader.close(); // the run rejects now, and an unhandled rejection would fail this test
  await turn();
});

test('failWhenStuck() refuses wrong arguments before it calls run()', async () => {
  let calls = 0;
  const run = () => calls++;
  const refused = (options: unknown) => failWhenStuck(run, options as { after: number });
  await assert.rejects(failWhenStuck(5 as never, { after: 1 }), { name: 'TypeError', message: /^run must/ });
  await assert.rejects(refused(undefined), { name: 'TypeError', message: /^options must be an object/ });
  await assert.rejects(refused({}), { name: 'TypeError', message: /^options.after must/ });
  await assert.rejects(refused({ after: '5' }), { name: 'TypeError', message: /^options.after must/ });
  await assert.rejects(refused({ after: 5, timeout: 5 }), { name: 'TypeError', message: /'timeout'/ });
  for (const after of [0, -1, 0.5, Number.NaN, 2 ** 31]) {
    await assert.rejects(refused({ after }), { name: 'RangeError', message: /^options.after must/ });
  }
  assert.equal(calls, 0);
});
