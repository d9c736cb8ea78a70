/** `tee` in a program of its own: deadlocks, waits that are meant to be idle, what keeps it alive, and the collector. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { runSource } from '../fixtures/run-source.js';

test('DeadlockError: a branch that nobody reads stops the others, the report says so, and all work on', () => {
  const { status, stdout, stderr } = runSource(`
    import * as io from 'pipework';
    const { reader, writer } = io.pipe({ capacity: 8, name: 'log' });
    const [left, right] = io.tee(reader);
    await writer.write('abc');
    const into = new Uint8Array(8);
    await left.read(into);
    const error = await left.read(into).catch((error) => error);
    console.log(error.code, error.message);
    await writer.write('de');
    const next = left.read(into);
    console.log(await right.read(into), await next);
  `);
  equal(stderr, '');
  match(stdout, /^ERR_PIPE_DEADLOCK .* the one operation/);
  match(
    stdout,
    /log, branch 1 of 2 \(0 of 65536 bytes full\): read waits.*; log, branch 2 of 2 has 3 bytes to take first\n/,
  );
  match(stdout, /\n3 2\n$/);
  equal(status, 0);
});

test('DeadlockError: a source that brings nothing gives up the wait alone, however often', () => {
  const { status, stdout, stderr } = runSource(`
    import * as io from 'pipework';
    const { reader, writer } = io.pipe({ capacity: 8, name: 'log' });
    const [left, right] = io.tee(reader);
    const into = new Uint8Array(8);
    right.unref();
    const idle = right.read(new Uint8Array(8)); // meant to be
    for (let i = 0; i < 3; i++) {
      const error = await left.read(into).catch((error) => error);
      console.log(error.code, error.waits.map(({ pipe }) => pipe).sort().join(' + '));
      await writer.write('abc');
      console.log(await left.read(into));
      if (i === 0) console.log(await idle);
      else await right.read(into);
    }
  `);
  equal(stderr, '');
  const round = ['ERR_PIPE_DEADLOCK log + log, branch 1 of 2', '3'];
  deepEqual(stdout.trimEnd().split('\n'), [...round, '3', ...round, ...round]);
  equal(status, 0);
});

test('unref() of all branches: their wait holds nobody, and ref() counts again', () => {
  const program = (after: string): string => `
    import * as io from 'pipework';
    const [left, right] = io.tee(io.pipe({ name: 'log' }).reader);
    const into = new Uint8Array(8);
    for (const branch of [left, right]) branch.unref().read(into).catch((error) => console.log(error.code));
    ${after}
    console.log('on');
  `;
  const idle = runSource(program(''));
  deepEqual([idle.status, idle.stdout, idle.stderr], [0, 'on\n', '']);
  const counted = runSource(program('left.ref();'));
  deepEqual([counted.status, counted.stdout, counted.stderr], [0, 'on\nERR_PIPE_DEADLOCK\n', '']);
});

for (const [what, read, goes] of [
  ['a wait of a branch', 'left.read(into)', true],
  ['one that counts again', 'left.unref().read(into); left.ref()', true],
  ['one that is meant to be idle', 'left.unref().read(into)', false],
  ['one that became so', 'left.read(into); left.unref()', false],
  ['one that was given up', 'left.read(into, { signal }).catch(() => {}); controller.abort()', false],
] as const) {
  test(`a kernel pipe as the source: ${what} ${goes ? 'keeps' : 'does not keep'} the program alive`, () => {
    const { status, stdout, stderr } = runSource(`
      import { spawn } from 'node:child_process';
      import * as io from 'pipework';
      import * as os from 'pipework/os';
      const { reader, writer } = os.pipe();
      const child = spawn('sh', ['-c', 'read line; echo answer'], { stdio: ['pipe', writer.fd, 'inherit'] });
      child.unref();
      child.stdin.unref();
      writer.close();
      const controller = new AbortController();
      const { signal } = controller;
      const [left, right] = io.tee(reader);
      const into = new Uint8Array(16);
      ${read};
      // Nothing of it is left to the collector.
      process.on('exit', () => console.log(left.bytesRead, child.stdin === right));
      if (${goes}) child.stdin.end('go\\n');
    `);
    deepEqual([status, stdout, stderr], [0, goes ? '7 false\n' : '0 false\n', '']);
  });
}

test('AbandonedPipeError: a branch that was dropped lets the others go on; the last one takes the source along', () => {
  const { status, stdout, stderr } = runSource(`
    import * as io from 'pipework';
    const collect = async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      gc();
    };
    async function collectUntil(promise) {
      let isSettled = false;
      promise.finally(() => { isSettled = true; }).catch(() => {});
      for (let round = 0; round < 200 && !isSettled; round++) await collect();
      return promise;
    }
    const { reader, writer } = io.pipe({ capacity: 8, name: 'log' });
    let kept = (() => io.tee(reader))()[0];
    const into = new Uint8Array(8);
    await writer.write('abc');
    await kept.read(into);
    await writer.write('de');
    console.log(await collectUntil(kept.read(into)));
    kept = undefined;
    console.log(await collectUntil(writer.closed.catch((error) => error.message)));
  `);
  deepEqual([status, stderr], [0, '']);
  deepEqual(stdout.trimEnd().split('\n'), [
    '2',
    'log, branch 1 of 2: the reader was collected as garbage without close()',
  ]);
});
