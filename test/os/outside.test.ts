/**
 * The other side is another process: what it does, and that it goes, reaches the calls that wait here.
 */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readSync, writeSync } from 'node:fs';
import { after, test } from 'node:test';
import * as io from 'pipework';
import * as os from 'pipework/os';
import { runSource } from '../fixtures/run-source.js';
import { openDescriptors } from './descriptors.js';

// A wait for somebody outside does not hold the loop by itself, and the runner takes a loop that runs dry for the end.
const awake = setInterval(() => {}, 60_000);
after(() => clearInterval(awake));

const SOAK = process.env['PIPEWORK_SOAK'] === '1';

function shell(script: string, stdio: readonly (number | 'ignore' | 'inherit' | 'pipe')[]): ChildProcess {
  return spawn('sh', ['-c', script], { stdio: [...stdio] });
}

test('write(): parked and watched, is broken when the child that had the only reader goes (POLLERR)', async () => {
  const { reader, writer } = os.pipe();
  const child = shell('sleep 0.2', [reader.fd, 'ignore', 'inherit']);
  reader.close();
  const all = new Uint8Array(2 ** 20);
  const [first, second] = [writer.write(all), writer.write('behind')];
  await rejects(first, { name: 'BrokenPipeError', code: 'EPIPE', syscall: 'write', bytesWritten: 65536 });
  await rejects(second, { name: 'BrokenPipeError', bytesWritten: 0 });
  await rejects(writer.closed, { name: 'BrokenPipeError' });
  await rejects(writer.write('x'), io.BrokenPipeError);
  equal(writer.bytesWritten, 65536);
  writer.close();
  if (child.exitCode === null) await once(child, 'exit');
});

test('write(): goes on in the order of the calls when a child reads a little and goes', async () => {
  const { reader, writer } = os.pipe({ capacity: 4096 });
  shell('sleep 0.1; head -c 4096 >/dev/null; sleep 0.1', [reader.fd, 'ignore', 'inherit']);
  reader.close();
  const first = writer.write(new Uint8Array(4096));
  const second = writer.write(new Uint8Array(4096));
  const third = writer.write(new Uint8Array(1));
  equal(await first, 4096);
  equal(await second, 4096);
  await rejects(third, io.BrokenPipeError);
  writer.close();
});

test('read(): parked and watched, gets the end when the child that had the only writer goes', async () => {
  const { reader, writer } = os.pipe();
  shell('sleep 0.2', ['ignore', writer.fd, 'inherit']);
  writer.close();
  const waits = [reader.read(new Uint8Array(1)), reader.read(new Uint8Array(1))];
  deepEqual(await Promise.all(waits), [null, null]);
  await reader.closed;
  reader.close();
});

test('closed of the writer: rejects without a write when the child that had the only reader goes', async () => {
  const { reader, writer } = os.pipe();
  const { closed } = writer;
  const child = shell('sleep 0.2', [reader.fd, 'ignore', 'inherit']);
  reader.close();
  await rejects(closed, { name: 'BrokenPipeError', code: 'EPIPE' });
  equal(writer.bytesWritten, 0);
  writer.close();
  if (child.exitCode === null) await once(child, 'exit');
});

test('closed of the writer: asked for after the reader has gone already rejects too', async () => {
  const { reader, writer } = os.pipe();
  const child = shell('exit 0', [reader.fd, 'ignore', 'inherit']);
  reader.close();
  await once(child, 'exit');
  await rejects(writer.closed, { name: 'BrokenPipeError' });
  writer.close();
});

test('closed of the writer: rejects when a call of any kind was told that the reader has gone', async () => {
  const calls = [
    (writer: os.KernelWriter) => writer.write('x'),
    async (writer: os.KernelWriter) => writer.tryWrite(new Uint8Array(1)),
    async (writer: os.KernelWriter) => writer.writeBlocking(new Uint8Array(1)),
  ];
  for (const isAskedBefore of [false, true]) {
    for (const call of calls) {
      const { reader, writer } = os.pipe();
      const copy = reader.release();
      const before = isAskedBefore ? writer.closed : undefined;
      closeSync(copy);
      await rejects(call(writer), { code: 'EPIPE' });
      await rejects(before ?? writer.closed, { code: 'EPIPE' });
      writer.close();
    }
  }
});

test('closed of the writer: resolves when all is in the kernel, though the child has not read it yet', async () => {
  const { reader, writer } = os.pipe();
  const child = shell('sleep 0.3; wc -c', [reader.fd, 'pipe', 'inherit']);
  reader.close();
  await writer.write(new Uint8Array(1000));
  writer.close();
  await writer.closed;
  equal(child.exitCode, null);
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  await once(child, 'close');
  equal(Buffer.concat(output).toString().trim(), '1000');
});

test('[Symbol.asyncIterator], lines(), copy(): from a child that writes in pieces', async () => {
  const script = 'for i in 1 2 3 4 5; do printf "line $i\\npart"; sleep 0.02; echo " of $i"; done';
  const start = () => {
    const { reader, writer } = os.pipe();
    shell(script, ['ignore', writer.fd, 'inherit']);
    writer.close();
    return reader;
  };
  const expected = [1, 2, 3, 4, 5].flatMap((i) => [`line ${i}`, `part of ${i}`]);
  const lines: string[] = [];
  for await (const line of io.lines(start())) lines.push(line);
  deepEqual(lines, expected);

  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of start()) text += decoder.decode(chunk, { stream: true });
  equal(text, `${expected.join('\n')}\n`);

  const memory = io.pipe({ capacity: 4 });
  const got = io.text(memory.reader);
  equal(await io.copy(start(), memory.writer, { close: true }), text.length);
  equal(await got, text);
});

test('[Symbol.asyncIterator]: left early closes the reader, and the child that writes on is told', async () => {
  const { reader, writer } = os.pipe();
  const child = spawn('yes', { stdio: ['ignore', writer.fd, 'ignore'] });
  writer.close();
  for await (const chunk of reader) {
    ok(chunk.length > 0);
    break;
  }
  deepEqual(await once(child, 'exit'), [null, 'SIGPIPE']);
});

test('copy(): a large file goes from one child through us to another, every byte once', async () => {
  const from = os.pipe();
  const to = os.pipe();
  const size = 8 * 2 ** 20; // bytes
  shell(`head -c ${size} /dev/zero`, ['ignore', from.writer.fd, 'inherit']);
  const child = shell('wc -c', [to.reader.fd, 'pipe', 'inherit']);
  from.writer.close();
  to.reader.close();
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  equal(await io.copy(from.reader, to.writer, { close: true }), size);
  await once(child, 'close');
  equal(Buffer.concat(output).toString().trim(), String(size));
  from.reader.close();
});

test('readBlocking(): calls that wait already go first, and get what a child writes first', async () => {
  const { reader, writer } = os.pipe();
  const parked = [new Uint8Array(1), new Uint8Array(1)];
  const order: string[] = [];
  const waits = parked.map((into, at) => reader.read(into).then(() => order.push(`parked ${at}`)));
  shell('sleep 0.1; printf abc', ['ignore', writer.fd, 'inherit']);
  writer.close();
  const mine = new Uint8Array(1);
  equal(reader.readBlocking(mine), 1);
  deepEqual([parked[0]?.[0], parked[1]?.[0], mine[0]], [97, 98, 99]);
  await Promise.all(waits);
  deepEqual(order, ['parked 0', 'parked 1']);
  equal(reader.readBlocking(mine), null);
});

test('writeBlocking(): calls that wait already go first, and what a child reads is in their order', async () => {
  const { reader, writer } = os.pipe({ capacity: 4096 });
  const child = shell('sleep 0.1; tr -d "\\0"', [reader.fd, 'pipe', 'inherit']);
  reader.close();
  const output: Buffer[] = [];
  child.stdout?.on('data', (chunk) => output.push(chunk));
  writer.tryWrite(new Uint8Array(4096));
  const first = writer.write(`first${'\0'.repeat(5000)}`);
  const second = writer.write(`second${'\0'.repeat(5000)}`);
  equal(writer.writeBlocking(new TextEncoder().encode('third')), 5);
  deepEqual(await Promise.all([first, second]), [5005, 5006]);
  writer.close();
  await once(child, 'close');
  equal(Buffer.concat(output).toString(), 'firstsecondthird');
});

test('readBlocking(), writeBlocking(): move much more than the pipe holds, against a child', () => {
  const size = 2 ** 20; // bytes
  const output = os.pipe();
  shell(`head -c ${size} /dev/zero`, ['ignore', output.writer.fd, 'inherit']);
  output.writer.close();
  const into = new Uint8Array(65536);
  let total = 0;
  for (
    let count = output.reader.readBlocking(into);
    count !== null;
    count = output.reader.readBlocking(into)
  ) {
    total += count;
  }
  equal(total, size);
  const input = os.pipe();
  shell('cat >/dev/null', [input.reader.fd, 'ignore', 'inherit']);
  input.reader.close();
  equal(input.writer.writeBlocking(new Uint8Array(size)), size);
  input.writer.close();
  output.reader.close();
});

const MANY = SOAK ? 10_000 : 1000;

test(`read(): ${MANY} pipes with a read parked on each are all answered, by one byte to each of them`, async () => {
  const before = openDescriptors();
  const pipes = Array.from({ length: MANY }, () => {
    const { reader, writer } = os.pipe();
    return { reader, writeFd: writer.release() };
  });
  const waits = pipes.map(({ reader }, at) => {
    const into = new Uint8Array(2);
    return reader.read(into).then((count) => ({ count, byte: into[0], at }));
  });
  await new Promise((resolve) => setImmediate(resolve));
  // From the last to the first, by descriptors that the library does not know.
  for (const [at, { writeFd }] of [...pipes.entries()].reverse()) writeSync(writeFd, Uint8Array.of(at));
  for (const { count, byte, at } of await Promise.all(waits)) {
    deepEqual([count, byte], [1, at % 256]);
  }
  // And the end reaches all of them.
  const ends = pipes.map(({ reader }) => reader.read(new Uint8Array(1)));
  for (const { writeFd } of pipes) closeSync(writeFd);
  deepEqual(new Set(await Promise.all(ends)), new Set([null]));
  for (const { reader } of pipes) reader.close();
  equal(openDescriptors() <= before + 2, true, 'but for the descriptors of the loop');
});

test(`write(): ${MANY} pipes with a write parked on each are all answered`, async () => {
  const pipes = Array.from({ length: MANY }, () => {
    const { reader, writer } = os.pipe({ capacity: 4096 });
    return { writer, readFd: reader.release() };
  });
  const waits = pipes.map(({ writer }) => writer.write(new Uint8Array(4097)));
  await new Promise((resolve) => setImmediate(resolve));
  const into = new Uint8Array(4096);
  for (const { readFd } of pipes) readSync(readFd, into);
  deepEqual(new Set(await Promise.all(waits)), new Set([4097]));
  const broken = pipes.map(({ writer }) => writer.write(new Uint8Array(8192)));
  for (const { readFd } of pipes) closeSync(readFd);
  for (const { status } of await Promise.allSettled(broken)) equal(status, 'rejected');
  for (const { writer } of pipes) writer.close();
});

test('read(), write(): ends that never wait give timers their turn', async () => {
  const { reader, writer } = os.pipe();
  const chunk = new Uint8Array(65536);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const start = performance.now();
  while (performance.now() - start < 300) {
    await writer.write(chunk);
    await reader.read(chunk);
  }
  clearInterval(timer);
  // One turn for each 10 ms would be 30; a machine that is busy elsewhere gives fewer.
  ok(ticks >= 5, `${ticks} ticks`);
  reader.close();
  writer.close();
});

test('pipe(): many in a row, opened, used and closed in each way, leave no descriptor', async () => {
  const rounds = SOAK ? 100_000 : 10_000;
  const before = openDescriptors();
  const one = new Uint8Array(1);
  for (let round = 0; round < rounds; round++) {
    const { reader, writer } = os.pipe();
    if (round % 5 === 0) writer.fd;
    if (round % 7 === 0) reader.fd;
    if (round % 3 === 0) {
      const read = reader.read(one);
      await writer.write(one);
      equal(await read, 1);
    } else {
      writer.tryWrite(one);
      reader.tryRead(one);
    }
    if (round % 11 === 0) closeSync(writer.release());
    if (round % 2 === 0) writer.close();
    else writer.abort();
    reader.close();
  }
  ok(openDescriptors() <= before + 2, `${openDescriptors()} after ${before}`);
});

for (const way of ['twin', 'nowait', 'poll']) {
  test(`fromFd(): a FIFO that was opened for both directions stays so: its reader outlives each writer (${way})`, () => {
    const { stdout, stderr, status } = runSource(
      `
      import { execFileSync } from 'node:child_process';
      import fs from 'node:fs';
      import * as os from 'pipework/os';
      const path = fs.mkdtempSync('/tmp/pipework-both-') + '/fifo';
      execFileSync('mkfifo', [path]);
      const { O_RDWR, O_NONBLOCK, O_WRONLY } = fs.constants;
      const reader = os.fromFd(fs.openSync(path, O_RDWR), 'r');
      const into = new Uint8Array(8);
      for (const words of ['one', 'three']) {
        const read = reader.read(into);
        setImmediate(() => fs.writeFileSync(path, words)); // opened, written and closed
        console.log(await read);
      }
      console.log(reader.tryRead(into));
      // A write end keeps its reader too.
      const writer = os.fromFd(fs.openSync(path, O_RDWR), 'w');
      reader.close();
      console.log(writer.tryWrite(into), writer.available);
      fs.rmSync(path.slice(0, -5), { recursive: true });`,
      { PIPEWORK_OS: way },
    );
    equal(stderr, '');
    equal(stdout, '3\n5\n0\n8 8\n');
    equal(status, 0);
  });
}
