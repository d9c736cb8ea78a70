/**
 * Stuck kernel pipes: an error when nobody is left who could end a wait, and only then. Each program gets stuck in a
 * process of its own.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { runSource } from '../fixtures/run-source.js';

const HEAD = `
  import { spawn, spawnSync } from 'node:child_process';
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  import * as io from 'pipework';
  import * as os from 'pipework/os';
  const one = () => new Uint8Array(1);
  const much = new Uint8Array(2 ** 20);
  const failure = (promise) => promise.then((value) => ({ value }), (error) => error);
`;

interface Told {
  readonly lines: string[];
  readonly milliseconds: number;
}

/** Runs a program that must end well by itself; its lines. */
function run(source: string): Told {
  const start = performance.now();
  const { stdout, stderr, status, signal } = runSource(HEAD + source);
  equal(stderr, '');
  deepEqual([status, signal], [0, null]);
  return { lines: stdout.trimEnd().split('\n'), milliseconds: performance.now() - start };
}

test('DeadlockError: a read and a write that nobody outside can end, at once and with the loop dry', () => {
  const { lines, milliseconds } = run(`
    const a = os.pipe({ name: 'in' });
    const b = os.pipe({ name: 'out', capacity: 4096 });
    const [read, written] = await Promise.all([failure(a.reader.read(one())), failure(b.writer.write(much))]);
    console.log(read.code, written.code, read.bytesWritten, written.bytesWritten);
    console.log(JSON.stringify(read.waits));
    console.log(read.message.includes('in (0 of 65536 bytes full): read waits'));
    console.log(written.message.includes('out (4096 of 4096 bytes full): write has moved 4096 of 1048576 bytes'));`);
  equal(lines[0], 'ERR_PIPE_DEADLOCK ERR_PIPE_DEADLOCK 0 4096');
  deepEqual(JSON.parse(lines[1] as string), [
    { pipe: 'in', operation: 'read', moved: 0, asked: 1, fill: 0, capacity: 65536 },
    { pipe: 'out', operation: 'write', moved: 4096, asked: 2 ** 20, fill: 4096, capacity: 4096 },
  ]);
  deepEqual(lines.slice(2), ['true', 'true']);
  ok(milliseconds < 5000, `${milliseconds} ms: no timer is left`);
});

test('trace(): the line that called is the program’s, whichever folders of the package the call went through', () => {
  const { lines } = run(`
    import * as exec from 'pipework/exec';
    io.trace(true);
    const { reader, writer } = os.pipe();
    const job = exec.pipeline(() => new Promise(() => {}));
    const calls = {
      reading: () => reader.read(one()),
      writing: () => os.pipe().writer.write(much),
      copying: () => io.copy(reader, writer),
      ofAJob: () => job.stdout.read(one()),
      inMemory: () => io.pipe().reader.read(one()),
    };
    for (const call of Object.values(calls)) console.log((await failure(call())).waits[0].calledAt);
    process.exit();`);
  deepEqual(
    lines.map((line) => /^(?:Object\.)?(\w+) \(.*\[eval1\]:\d+:\d+\)$/.exec(line)?.[1] ?? line),
    ['reading', 'writing', 'copying', 'ofAJob', 'inMemory'],
  );
});

test('DeadlockError: who forgot to close the writer that a child was given is told its descriptors', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe({ name: 'output' });
    const links = () => fs.readdirSync('/proc/self/fd').flatMap((fd) => {
      try { return [[fd, fs.readlinkSync('/proc/self/fd/' + fd)]]; } catch { return []; }
    });
    const child = spawn('sh', ['-c', 'echo hello; exec sleep 0.2'], { stdio: ['ignore', writer.fd, 'inherit'] });
    const link = fs.readlinkSync('/proc/self/fd/' + writer.fd);
    // Of all descriptors of the pipe only two were opened for writing.
    const writing = links().filter(([fd, to]) => to === link && /flags:\\s*\\d*1$/m.test(fs.readFileSync('/proc/self/fdinfo/' + fd, 'utf8')));
    const got = [];
    try { for await (const line of io.lines(reader)) got.push(line); }
    catch (error) { console.log(error.code); console.log(error.message); }
    console.log(JSON.stringify(got), child.exitCode);
    console.log(writing.map(([fd]) => fd).sort((a, b) => a - b).join(' and '), writing.map(([fd]) => fd).includes(String(writer.fd)));
    writer.close();`);
  equal(lines[0], 'ERR_PIPE_DEADLOCK');
  const hint = lines.find((line) => line.includes('which this program itself'));
  match(hint ?? '', /nobody else has its writer, which .* as descriptor (\d+ and \d+): close\(\) it$/);
  const [numbers, isTwin] = (lines.at(-1) as string).split(/ (?=true|false)/);
  ok(hint?.includes(`descriptor ${numbers}: `), `${hint} has ${numbers}`);
  equal(isTwin, 'true');
  equal(lines.at(-2), '["hello"] 0');
});

test('DeadlockError: who forgot to close the reader that a child was given is told its descriptors', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe();
    const child = spawn('head', ['-c', '3'], { stdio: [reader.fd, 'ignore', 'inherit'] });
    const error = await failure(writer.write(much));
    console.log(error.code, child.exitCode, error.bytesWritten >= 65536, reader.fd);
    console.log(error.message);
    reader.close();
    console.log((await failure(writer.write(one()))).code);`);
  const [code, exit, isCounted, fd] = (lines[0] as string).split(' ');
  deepEqual([code, exit, isCounted], ['ERR_PIPE_DEADLOCK', '0', 'true']);
  ok(
    lines.some((line) =>
      new RegExp(`still holds open as descriptor \\d+ and ${fd}: close\\(\\) it$`).test(line),
    ),
  );
  equal(lines.at(-1), 'EPIPE');
});

test('write(): goes on when a child has the reader, whose parent has closed its own', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe();
    const child = spawn('sh', ['-c', 'sleep 0.3; wc -c'], { stdio: [reader.fd, 'inherit', 'inherit'] });
    reader.close();
    console.log(await writer.write(much));
    writer.close();
    await writer.closed;`);
  deepEqual(lines, ['1048576', '1048576']);
});

test('read(): goes on when a child has the writer, whose parent has closed its own', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe();
    spawn('sh', ['-c', 'sleep 0.3; echo late'], { stdio: ['ignore', writer.fd, 'inherit'] });
    writer.close();
    console.log(await io.text(reader));`);
  deepEqual(lines, ['late']);
});

for (const [what, start] of [
  ['a child that is unref’d', 'child.unref();'],
  ['a grandchild, whose parent is gone', ''],
] as const) {
  test(`read(): a wait for ${what} is no deadlock, and the loop lasts until it has spoken`, () => {
    const script = start === '' ? '(sleep 0.5; echo spoken) & exit 0' : 'sleep 0.5; echo spoken';
    const { lines } = run(`
      const { reader, writer } = os.pipe();
      const child = spawn('sh', ['-c', '${script}'], { stdio: ['ignore', writer.fd, 'ignore'], detached: true });
      ${start}
      writer.close();
      console.log(await io.text(reader));`);
    deepEqual(lines, ['spoken']);
  });
}

/** The only timer that holds the loop is the library's own, and lasts longer than any of these programs may. */
const LONG_TIMERS = `
    const inTime = setTimeout;
    globalThis.setTimeout = (callback) => inTime(callback, 60_000);
    const { reader, writer } = os.pipe();`;

for (const [way, act] of [
  ['is answered', "fs.writeSync(fd, 'x')"],
  ['sees the end', 'fs.closeSync(fd)'],
  ['is given up by its signal', 'controller.abort()'],
  ['ends with its own close()', 'reader.close()'],
  ['ends with its own abort()', "reader.abort(new Error('enough'))"],
  ['is unref’d', 'reader.unref()'],
] as const) {
  test(`read(): the loop is not kept when a wait for somebody outside ${way}`, () => {
    // Who got the descriptor is this program itself, which the library cannot tell from any other.
    const { milliseconds } = run(`${LONG_TIMERS}
      const fd = writer.release();
      const controller = new AbortController();
      reader.read(one(), { signal: controller.signal }).catch(() => {});
      inTime(() => { ${act}; }, 300).unref();`);
    ok(milliseconds < 20_000, `${milliseconds} ms`);
  });
}

for (const [way, act] of [
  ['gets room', 'fs.readSync(fd, much)'],
  ['is broken', 'fs.closeSync(fd)'],
  ['is given up by its signal', 'controller.abort()'],
  ['ends with its own abort()', 'writer.abort()'],
  ['is unref’d', 'writer.unref()'],
] as const) {
  test(`write(): the loop is not kept when a wait for somebody outside ${way}`, () => {
    const { milliseconds } = run(`${LONG_TIMERS}
      const fd = reader.release();
      const controller = new AbortController();
      writer.write(new Uint8Array(65537), { signal: controller.signal }).catch(() => {});
      inTime(() => { ${act}; }, 300).unref();`);
    ok(milliseconds < 20_000, `${milliseconds} ms`);
  });
}

test('DeadlockError: three in a row, after each of which the pipe works', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe({ capacity: 4096 });
    writer.fd; // asked of /proc each time
    for (let round = 0; round < 3; round++) {
      console.log((await failure(reader.read(one()))).code);
      console.log(await writer.write('x'), await reader.read(one()));
    }
    console.log((await failure(writer.write(much))).bytesWritten, reader.available);
    writer.close();
    console.log((await io.readAll(reader)).length);`);
  deepEqual(lines, [...Array(3).fill(['ERR_PIPE_DEADLOCK', '1 1']).flat(), '4096 4096', '4096']);
});

test('unref(): a wait of an unref’d end neither fails nor holds the loop', () => {
  const { lines, milliseconds } = run(`
    for (const take of [false, true]) {
      const { reader, writer } = os.pipe();
      if (take) writer.fd;
      reader.unref().read(one()).then(console.log, console.log);
      const other = os.pipe();
      if (take) other.reader.fd;
      other.writer.unref().write(much).then(console.log, console.log);
    }
    process.on('exit', () => console.log('quiet'));`);
  deepEqual(lines, ['quiet']);
  ok(milliseconds < 5000);
});

test('readBlocking(), writeBlocking(): what only this thread could answer throws instead of blocking', () => {
  const { lines } = run(`
    for (const take of [false, true]) {
      const { reader, writer } = os.pipe({ name: 'own', capacity: 4096 });
      if (take) { reader.fd; writer.fd; }
      try { reader.readBlocking(one()); } catch (error) { console.log(error.code, error.bytesWritten, error.message); }
      try { writer.writeBlocking(much); } catch (error) { console.log(error.code, error.bytesWritten, error.message); }
      console.log(writer.bytesWritten, reader.available);
      console.log(reader.readBlocking(much), writer.writeBlocking(new Uint8Array(3)), reader.readBlocking(much));
      writer.close();
      console.log(reader.readBlocking(one()));
    }`);
  const once = [
    'ERR_PIPE_DEADLOCK 0 own: a blocking read would wait for ever: nobody but this thread could write to the pipe',
    'ERR_PIPE_DEADLOCK 4096 own: a blocking write would wait for ever: nobody but this thread could read from the pipe',
    '4096 4096',
    '4096 3 3',
    'null',
  ];
  deepEqual(lines, [...once, ...once]);
});

test('readBlocking(), writeBlocking(): throw when the child that they waited for has gone', () => {
  const { lines } = run(`
    const a = os.pipe();
    spawn('sleep', ['0.3'], { stdio: ['ignore', a.writer.fd, 'ignore'] });
    try { a.reader.readBlocking(one()); } catch (error) { console.log(error.code); }
    const b = os.pipe();
    spawn('sleep', ['0.3'], { stdio: [b.reader.fd, 'ignore', 'ignore'] });
    try { b.writer.writeBlocking(much); } catch (error) { console.log(error.code, error.bytesWritten); }`);
  deepEqual(lines, ['ERR_PIPE_DEADLOCK', 'ERR_PIPE_DEADLOCK 65536']);
});

/** Runs \`act\` once, at the first look into the list of processes, after which nobody outside is left. */
const AT_THE_LOOK = (act: string) => `
    const list = fs.readdirSync;
    let isDone = false;
    fs.readdirSync = (path, ...rest) => {
      if (path === '/proc' && !isDone) { isDone = true; ${act} }
      return list(path, ...rest);
    };
    syncBuiltinESMExports();`;

test('read(): what came while the holders were looked for, from one who is gone since, is read', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe();
    const fd = writer.release();
    ${AT_THE_LOOK("fs.writeSync(fd, 'last words'); fs.closeSync(fd);")}
    console.log(await io.text(reader), isDone);`);
  deepEqual(lines, ['last words true']);
});

test('write(): room that was made while the holders were looked for, by one who is gone since, is used', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe({ capacity: 4096 });
    reader.fd;
    const fd = os.fromFd; // loaded
    writer.tryWrite(much);
    const written = writer.write(new Uint8Array(4096));
    ${AT_THE_LOOK('fs.readSync(reader.fd, new Uint8Array(4096));')}
    console.log(await written, isDone);`);
  deepEqual(lines, ['4096 true']);
});

test('readBlocking(): what came while the holders were looked for, from one who is gone since, is read', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe();
    const fd = writer.release();
    ${AT_THE_LOOK("fs.writeSync(fd, 'last words'); fs.closeSync(fd);")}
    console.log(reader.readBlocking(much), reader.readBlocking(much), isDone);`);
  deepEqual(lines, ['10 null true']);
});

test('writeBlocking(): room that was made while the holders were looked for is used', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe({ capacity: 4096 });
    reader.fd;
    writer.tryWrite(much);
    ${AT_THE_LOOK('fs.readSync(reader.fd, new Uint8Array(4096));')}
    console.log(writer.writeBlocking(new Uint8Array(4096)), isDone);`);
  deepEqual(lines, ['4096 true']);
});

test('read(): a holder who is younger than the list of processes is found', () => {
  const { lines } = run(`
    const { reader, writer } = os.pipe();
    const list = fs.readdirSync;
    let child;
    // The child is started after the list was made: it is in the next one only.
    fs.readdirSync = (path, ...rest) => {
      const listed = list(path, ...rest);
      if (path === '/proc' && child === undefined) {
        child = spawn('sh', ['-c', 'sleep 0.3; echo found'], { stdio: ['ignore', writer.fd, 'ignore'] });
        child.unref();
      }
      return listed;
    };
    syncBuiltinESMExports();
    writer.fd;
    const got = await failure(reader.read(new Uint8Array(8)));
    console.log(got.value ?? got.code);
    writer.close();`);
  deepEqual(lines, ['6']);
});

test('read(): where nobody can be asked (no /proc) a holder is taken for granted, and the loop waits', () => {
  const { lines } = run(`
    const link = fs.readlinkSync;
    fs.readlinkSync = (path, ...rest) => {
      if (String(path).startsWith('/proc/')) throw Object.assign(new Error('hidden'), { code: 'ENOENT' });
      return link(path, ...rest);
    };
    syncBuiltinESMExports();
    const { reader, writer } = os.pipe();
    const child = spawn('sh', ['-c', 'sleep 0.5; echo x'], { stdio: ['ignore', writer.fd, 'ignore'], detached: true });
    child.unref();
    console.log(await reader.read(one()));`);
  deepEqual(lines, ['1']);
});
