/**
 * Programs that stand still, each in a process of its own: a test runner keeps its own loop alive, or has listeners for
 * its end.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { child, fixturePath } from './child.js';

const HEAD = 'the program stands still: nothing can end the wait of';
const TAIL =
  'Another part of the program has to act, or to close() or abort() its end; unref() an end whose wait is meant to be idle.';

test('DeadlockError: a write that nobody takes is given up, counts what had moved, and its pipe works on', async () => {
  deepEqual(await child('stuck-write'), {
    status: 0,
    stdout: [
      'true ERR_PIPE_DEADLOCK 2',
      `${HEAD} the one operation on its pipes`,
      '  out (unbuffered): write has moved 2 of 5 bytes',
      TAIL,
      '[{"pipe":"out","operation":"write","moved":2,"asked":5,"fill":0,"capacity":0}]',
      '5 null 7',
      '',
    ].join('\n'),
    stderr: '',
  });
});

test('DeadlockError: a read that nobody feeds is given up, and its pipe works on', async () => {
  deepEqual(await child('stuck-read'), {
    status: 0,
    stdout: [
      'ERR_PIPE_DEADLOCK 0 [{"pipe":"in","operation":"read","moved":0,"asked":8,"fill":0,"capacity":4}]',
      'on',
      '',
    ].join('\n'),
    stderr: '',
  });
});

test('DeadlockError: a copy is told for the pipe that it waits for, and its ends work on', async () => {
  deepEqual(await child('stuck-copy'), {
    status: 0,
    stdout: [
      'ERR_PIPE_DEADLOCK [{"pipe":"first","operation":"read","moved":0,"asked":65536,"fill":0,"capacity":0}]',
      'ERR_PIPE_DEADLOCK 3 [{"pipe":"second","operation":"write","moved":3,"asked":10,"fill":0,"capacity":0}] 10',
      'on 2',
      '',
    ].join('\n'),
    stderr: '',
  });
});

test('DeadlockError: waits on ends of Web streams are given up, and what is left of a chunk is none', async () => {
  deepEqual(await child('stuck-web'), {
    status: 0,
    stdout: [
      `${HEAD} all 2 operations on its pipes`,
      '  out (unbuffered): write has moved 0 of 5 bytes',
      '  in (unbuffered): read waits for the first of up to 8 bytes',
      TAIL,
      'ERR_PIPE_DEADLOCK',
      '2 2',
      '',
    ].join('\n'),
    stderr: '',
  });
});

test('DeadlockError: a write that a Web stream never takes is given up', async () => {
  deepEqual(await child('stuck-web-write'), { status: 0, stdout: 'ERR_PIPE_DEADLOCK 0\n', stderr: '' });
});

test('DeadlockError: lists every operation that waits, the oldest first, and no unrefed one', async () => {
  deepEqual(await child('stuck-several'), {
    status: 0,
    stdout: [
      `${HEAD} all 5 operations on its pipes`,
      '  full (4 of 4 bytes full): write has moved 4 of 10 bytes',
      '  full (4 of 4 bytes full): write has moved 0 of 6 bytes',
      '  empty (0 of 16 bytes full): read waits for the first of up to 7 bytes',
      '  empty (0 of 16 bytes full): read waits for the first of up to 65536 bytes',
      '  bare (unbuffered): write has moved 0 of 1 bytes',
      TAIL,
      [4, 0, 0, 0, 0].map((bytes) => `ERR_PIPE_DEADLOCK ${bytes} 5`).join(', '),
      '',
    ].join('\n'),
    stderr: '',
  });
});

test('DeadlockError: a program that gets stuck again is found again, three times in a row', async () => {
  const { status, stdout } = await child('stuck-again');
  equal(stdout, '1 ERR_PIPE_DEADLOCK write\n2 ERR_PIPE_DEADLOCK read\n3 ERR_PIPE_DEADLOCK write\ndone\n');
  equal(status, 0);
});

test('unref(): waits on such an end are no deadlock, and the program ends quietly', async () => {
  deepEqual(await child('stuck-unref'), { status: 0, stdout: 'exit 0\n', stderr: '' });
});

test('ref(): makes a wait count that began while the end was unrefed', async () => {
  const { status, stdout } = await child('stuck-unref', ['ref']);
  equal(stdout, 'read ERR_PIPE_DEADLOCK\nexit 0\n');
  equal(status, 0);
});

test('closed: awaiting it alone is no deadlock', async () => {
  deepEqual(await child('stuck-closed'), { status: 0, stdout: 'exit 0 0\n', stderr: '' });
});

test('DeadlockError: none while a timer or a server is alive that may end the wait', async () => {
  deepEqual(await child('stuck-busy'), { status: 0, stdout: '5\n6\n', stderr: '' });
});

for (const [where, args, stdout] of [
  ['unhandled', [], 'main 0\n'],
  ['in a top-level await', ['top'], ''],
] as const) {
  test(`DeadlockError: ${where}, it ends the program with status 1 and the report`, async () => {
    const ended = await child('stuck-unhandled', args);
    equal(ended.status, 1);
    equal(ended.stdout, stdout);
    ok(ended.stderr.includes(`DeadlockError: ${HEAD} the one operation on its pipes`), ended.stderr);
    ok(ended.stderr.includes('  lost (unbuffered): write has moved 0 of 5 bytes'), ended.stderr);
    ok(ended.stderr.includes("code: 'ERR_PIPE_DEADLOCK'"), ended.stderr);
  });
}

test('DeadlockError: a stuck worker thread is found, three times in a row, while the main thread waits', async () => {
  const line = 'ERR_PIPE_DEADLOCK in a worker\n';
  deepEqual(await child('stuck-worker'), {
    status: 0,
    stdout: `${line.repeat(3)}worker ended with 0\n`,
    stderr: '',
  });
});

test('DeadlockError: unhandled in a worker, it is the error of that Worker', async () => {
  const { status, stdout } = await child('stuck-worker-unhandled');
  equal(stdout, 'error ERR_PIPE_DEADLOCK\nworker ended with 1\n');
  equal(status, 0);
});

test('terminate(): ends a worker whose operations wait', async () => {
  deepEqual(await child('stuck-worker-terminated'), {
    status: 0,
    stdout: 'waiting 0\nterminated 1\n',
    stderr: '',
  });
});

for (const [how, args, env] of [
  ['trace(true)', ['call'], {}],
  ['PIPEWORK_TRACE=1', [], { PIPEWORK_TRACE: '1' }],
] as const) {
  test(`${how}: the report names the line that called and how long it has waited`, async () => {
    const source = readFileSync(fixturePath('stuck-trace'), 'utf8').split('\n');
    const line = source.findIndex((text) => text.includes('// HERE')) + 1;
    const { status, stdout } = await child('stuck-trace', args, { env });
    equal(status, 0);
    const report = new RegExp(
      `write has moved 0 of 5 bytes, for (\\d+) ms, called at send \\(.*stuck-trace\\.js:${line}:`,
    );
    match(stdout, report);
    const [wait] = [...stdout.matchAll(/^\{.*\}/gm)].map(([text]) => JSON.parse(text));
    ok(wait.waited >= 50 && wait.waited < 30_000, `${wait.waited} ms`);
    ok(wait.calledAt.includes(`stuck-trace.js:${line}:`), wait.calledAt);
  });
}

test("'beforeExit': no listener before the first wait, one after a thousand pipes", async () => {
  const { status, stdout } = await child('one-listener');
  equal(stdout, '0\n1\n');
  equal(status, 0);
});

/** How often 'beforeExit' comes beside such a listener, up to 200. */
async function laps(...args: string[]): Promise<number> {
  const { stdout } = await child('listener', args);
  return Number.parseInt(stdout.trim().split('\n').at(-1) ?? '', 10);
}

for (const where of ['main', 'worker']) {
  for (const what of ['none', 'timer', 'park once']) {
    test(`'beforeExit': a listener of the program's own (${where}, ${what}) is called once more, after a deadlock`, async () => {
      equal(await laps(where, what, 'no pipe'), 1);
      equal(await laps(where, what, 'pipe'), 2);
    });
  }

  test(`'beforeExit': a listener that parks an operation each time does not make the loop spin (${where})`, async () => {
    ok((await laps(where, 'park', 'pipe')) <= 3);
  });
}

test("'beforeExit': a listener that logs is called as often as without a pipe", async () => {
  equal(await laps('main', 'log', 'no pipe'), 1);
  equal(await laps('main', 'log', 'pipe'), 2);
  // In a worker console.log is a message, so plain Node calls such a listener for ever: 200 is the fixture's own limit.
  equal(await laps('worker', 'log', 'pipe'), await laps('worker', 'log', 'no pipe'));
});

test("'beforeExit': the last work of a listener is not stuck while something else of it is alive", async () => {
  deepEqual(await child('last-work'), { status: 0, stdout: '9\n', stderr: '' });
});
