/** What ends a whole program, or only the collector can tell, of the readers that stand on others: in processes of their own. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { runSource } from '../fixtures/run-source.js';

/** How each is made of `sources`, the readers of two pipes; the names of who waits; and how its buffer is reported. */
const MADE: Record<string, { of: string; waits: string[]; buffer: string }> = {
  concat: { of: 'io.concat(sources)', waits: ['concat', 'one'], buffer: 'concat \\(unbuffered\\)' },
  merge: { of: 'io.merge(sources)', waits: ['merge', 'one', 'two'], buffer: 'merge \\(unbuffered\\)' },
  limit: {
    of: 'io.limit(sources[0], 1000)',
    waits: ['one', 'one, limited'],
    buffer: 'one, limited \\(unbuffered\\)',
  },
  'tee, evict': {
    of: "io.tee(sources[0], 2, { policy: 'evict', capacity: 16 })[0]",
    waits: ['one', 'one, branch 1 of 2'],
    buffer: 'one, branch 1 of 2 \\(0 of 16 bytes full\\)',
  },
};

const START = `
  import * as io from 'pipework';
  const pipes = ['one', 'two'].map((name) => io.pipe({ name, capacity: 8 }));
  const sources = pipes.map(({ reader }) => reader);
  const into = new Uint8Array(8);
`;

for (const [name, { of, waits, buffer }] of Object.entries(MADE)) {
  test(`DeadlockError: sources of ${name} that bring nothing give up the wait alone, however often`, () => {
    const { status, stdout, stderr } = runSource(`
      ${START}
      const reader = ${of};
      for (let i = 0; i < 3; i++) {
        const error = await reader.read(into).catch((error) => error);
        console.log(error.code, error.waits.map(({ pipe }) => pipe).sort().join(' + '));
        if (i === 0) console.error(error.message);
        await pipes[0].writer.write('abc');
        console.log(await reader.read(into));
      }
    `);
    const round = [`ERR_PIPE_DEADLOCK ${waits.join(' + ')}`, '3'];
    deepEqual(stdout.trimEnd().split('\n'), [...round, ...round, ...round]);
    match(stderr, new RegExp(`  ${buffer}: read waits for the first of up to 8 bytes\n`));
    equal(status, 0);
  });

  test(`unref() of ${name}: a wait that is meant to be idle is no deadlock, nor is that of its sources`, () => {
    const { status, stdout, stderr } = runSource(`
      ${START}
      const reader = ${of}.unref();
      reader.read(into).catch(({ code }) => console.log(code));
      const last = io.pipe({ name: 'last' });
      const error = await last.reader.read(into).catch((error) => error);
      console.log(error.waits.map(({ pipe }) => pipe).join());
      reader.ref();
    `);
    deepEqual([status, stderr], [0, '']);
    equal(stdout, 'last\nERR_PIPE_DEADLOCK\n');
  });

  test(`${name}: a read that was given up leaves nothing behind that counts as a wait`, () => {
    const { status, stdout, stderr } = runSource(`
      ${START}
      const reader = ${of};
      const stop = new AbortController();
      const given = reader.read(into, { signal: stop.signal }).catch(({ name }) => console.log(name));
      await undefined;
      stop.abort();
      await given;
    `);
    deepEqual([status, stdout, stderr], [0, 'AbortError\n', '']);
  });

  test(`AbandonedPipeError: ${name} that was dropped takes its sources along`, () => {
    const { status, stdout, stderr } = runSource(`
      ${START}
      let reader = ${of};
      await pipes[0].writer.write('abc');
      await reader.read(into);
      reader = undefined;
      const told = pipes[0].writer.closed.catch(({ code }) => console.log(code));
      let isTold = false;
      told.then(() => { isTold = true; });
      for (let round = 0; round < 200 && !isTold; round++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        gc();
      }
      console.log(isTold);
    `);
    deepEqual([status, stdout, stderr], [0, 'ERR_PIPE_ABANDONED\ntrue\n', '']);
  });
}

test('concat(): a wait that is meant to be idle stays so when it goes on to the next source', () => {
  const { status, stdout, stderr } = runSource(`
    ${START}
    const reader = io.concat(sources).unref();
    reader.read(into);
    await new Promise((resolve) => setTimeout(resolve, 1));
    pipes[0].writer.close();
    await new Promise((resolve) => setTimeout(resolve, 1));
    const error = await io.pipe({ name: 'last' }).reader.read(into).catch((error) => error);
    console.log(error.waits.map(({ pipe }) => pipe).join());
  `);
  deepEqual([status, stdout, stderr], [0, 'last\n', '']);
});

test('merge(): what its sources were asked for besides holds no program, and is no deadlock', () => {
  const { status, stdout, stderr } = runSource(`
    import { spawn } from 'node:child_process';
    import * as io from 'pipework';
    import * as os from 'pipework/os';
    const kernel = os.pipe();
    const held = spawn('sleep', ['60'], { stdio: ['ignore', kernel.writer.fd, 'inherit'] });
    held.unref();
    kernel.writer.close();
    const memory = io.pipe();
    const reader = io.merge([kernel.reader, memory.reader]);
    const got = reader.read(new Uint8Array(4));
    await memory.writer.write('abc');
    console.log(await got);
    process.on('exit', () => held.kill());
    globalThis.kept = [reader, memory];
  `);
  deepEqual([status, stdout, stderr], [0, '3\n', '']);
});

test('DeadlockError: with evict nobody waits for a branch that is behind, and the report does not say so', () => {
  const { status, stdout, stderr } = runSource(`
    ${START}
    const [fast, slow] = io.tee(sources[0], 2, { policy: 'evict', capacity: 8 });
    await pipes[0].writer.write('abcd');
    await fast.read(into);
    const error = await fast.read(into).catch((error) => error);
    console.log(error.message.includes('to take first'), await slow.read(into));
  `);
  deepEqual([status, stdout, stderr], [0, 'false 4\n', '']);
});

test('tee(), evict: a branch that was dropped stalls nobody, and a source that ends ends the others', () => {
  const { status, stdout, stderr } = runSource(`
    import * as io from 'pipework';
    const { reader, writer } = io.pipe({ name: 'log' });
    let [live, dropped] = io.tee(reader, 2, { policy: 'evict', capacity: 1000 });
    dropped = undefined;
    const all = io.readAll(live);
    for (let i = 0; i < 300; i++) {
      await writer.write(new Uint8Array(10));
      if (i % 50 === 0) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        gc();
      }
    }
    writer.close();
    console.log((await all).length);
  `);
  deepEqual([status, stdout, stderr], [0, '3000\n', '']);
});
