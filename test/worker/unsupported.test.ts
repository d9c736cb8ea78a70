/** What is missing here or there is an error that names it, at the call that needs it; each program without it runs apart. */
import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { runSource } from '../fixtures/run-source.js';

for (const [what, spoil, message] of [
  ['SharedArrayBuffer', 'delete globalThis.SharedArrayBuffer;', 'this runtime has no SharedArrayBuffer'],
  ['Atomics', 'delete globalThis.Atomics;', 'this runtime has no Atomics'],
  [
    'isolation',
    'delete globalThis.SharedArrayBuffer; globalThis.crossOriginIsolated = false;',
    'this page has no SharedArrayBuffer, since it is not cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp',
  ],
] as const) {
  test(`UnsupportedError: where there is no ${what}, at the first pipe and not at import`, () => {
    const { stdout, stderr } = runSource(`
      ${spoil}
      const worker = await import('pipework/worker');
      for (const call of [() => worker.pipe(), () => worker.openReader({}), () => worker.openWriter({})]) {
        try { call(); } catch (error) { console.log(error.code, error.message); }
      }`);
    equal(stderr, '');
    deepEqual(stdout.trimEnd().split('\n'), Array(3).fill(`ERR_PIPE_UNSUPPORTED ${message}`));
  });
}

test('UnsupportedError: where there is no Atomics.waitAsync, only by calls that have to wait', () => {
  const { stdout, stderr } = runSource(`
    delete Atomics.waitAsync;
    const worker = await import('pipework/worker');
    const ends = worker.pipe({ name: 'old', capacity: 4 });
    const reader = worker.openReader(ends.reader.handle);
    const writer = worker.openWriter(ends.writer.handle);
    console.log(await reader.read(new Uint8Array(1)).catch((error) => error.message));
    console.log(await writer.write(new Uint8Array(4)), await reader.read(new Uint8Array(8)), writer.tryWrite(new Uint8Array(9)));
    console.log(await writer.write(new Uint8Array(4)).catch((error) => error.code));`);
  equal(stderr, '');
  deepEqual(stdout.trimEnd().split('\n'), [
    'old: this runtime has no Atomics.waitAsync, so that only blocking calls can wait',
    '4 4 4',
    'ERR_PIPE_UNSUPPORTED',
  ]);
});

/** A page, as far as locks are concerned: `held` are those that somebody has. */
const PAGE = `
  const held = new Set();
  const request = async (name, ...rest) => {
    if (rest.length > 1) return new Promise(() => {}); // it is asked for, and never given
    held.add(name);
    await rest[0]();
    held.delete(name);
  };
  Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } } });
  const { exit } = process;
  delete globalThis.process;
`;

test('Web Locks: where there is no Atomics.waitAsync, the event loop goes on while a handle is on its way', () => {
  const { stdout, stderr } = runSource(`
    delete Atomics.waitAsync;
    ${PAGE}
    const worker = await import('pipework/worker');
    worker.pipe().writer.handle;
    setImmediate(() => console.log('the next turn'));`);
  equal(stderr, '');
  equal(stdout, 'the next turn\n');
});

test('Web Locks: an end that has closed holds none when the other one is handed over', () => {
  const { stdout, stderr } = runSource(`
    ${PAGE}
    const worker = await import('pipework/worker');
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const open = worker.pipe();
    open.reader.handle;
    await turn();
    console.log(held.size);
    open.writer.close();
    await turn();
    console.log(held.size);
    const closed = worker.pipe();
    closed.writer.close();
    closed.reader.handle;
    await turn();
    console.log(held.size);
    exit();`);
  equal(stderr, '');
  deepEqual(stdout.trimEnd().split('\n'), ['1', '0', '0']);
});

test('UnsupportedError: a blocking call where the thread must not block, as in the window of a page', () => {
  const { stdout, stderr } = runSource(`
    Atomics.wait = () => { throw new TypeError('Atomics.wait cannot be called in this context'); };
    const worker = await import('pipework/worker');
    const { reader, writer } = worker.pipe({ name: 'page' });
    writer.tryWrite(new Uint8Array(4));
    for (const call of [() => reader.readBlocking(new Uint8Array(4)), () => writer.writeBlocking(new Uint8Array(1))]) {
      try { call(); } catch (error) { console.log(error.code, error.message); }
    }
    console.log(await reader.read(new Uint8Array(8)));`);
  equal(stderr, '');
  deepEqual(stdout.trimEnd().split('\n'), [
    'ERR_PIPE_UNSUPPORTED page: the window of a page must not block: await read() there, and block in a worker',
    'ERR_PIPE_UNSUPPORTED page: the window of a page must not block: await write() there, and block in a worker',
    '4',
  ]);
});
