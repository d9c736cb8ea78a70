/**
 * How much a pipe holds: what the kernel grants, refuses and hides, as an ordinary user too.
 */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as os from 'pipework/os';
import { runAsOrdinaryUser } from '../fixtures/ordinary-user.js';
import { openDescriptors } from './descriptors.js';

const PAGE = 4096; // bytes
const MAX = Number(readFileSync('/proc/sys/fs/pipe-max-size', 'utf8')); // bytes
const SOFT = Number(readFileSync('/proc/sys/fs/pipe-user-pages-soft', 'utf8')); // pages

/** What such a user is told does not depend on how the pipes are waited for. */
const asNobody = (source: string) => runAsOrdinaryUser(source, { PIPEWORK_OS: undefined });

test('pipe({ capacity }): is rounded up to pages, a power of two of them, and told by both ends', () => {
  for (const [asked, granted] of [
    [1, PAGE],
    [PAGE, PAGE],
    [PAGE + 1, 2 * PAGE],
    [3 * PAGE, 4 * PAGE],
    [65536, 65536],
    [65537, 131072],
  ] as const) {
    const { reader, writer } = os.pipe({ capacity: asked });
    deepEqual([reader.capacity, writer.capacity], [granted, granted], `${asked}`);
    equal(writer.tryWrite(new Uint8Array(2 * granted)), granted);
    reader.close();
    writer.close();
  }
});

test('pipe({ capacity }): what is no whole number of bytes from 1 to 2 ** 31 - 1 is refused, and leaves nothing', () => {
  const before = openDescriptors();
  const pipe = os.pipe as (options: unknown) => unknown;
  for (const capacity of [0, -1, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 31, 2 ** 53, 1e300]) {
    throws(
      () => pipe({ capacity }),
      { name: 'RangeError', message: /^capacity must be .*, got / },
      `${capacity}`,
    );
  }
  for (const capacity of ['4096', null, {}, 4096n, true]) {
    throws(() => pipe({ capacity }), { name: /^(Type|Range)Error$/, message: /^capacity must be .*, got / });
  }
  equal(openDescriptors(), before);
});

test('pipe({ capacity }): more than an ordinary user may have is EPERM by Node’s shape, and leaves nothing', () => {
  const { stdout, stderr } = asNobody(`
    import { readdirSync } from 'node:fs';
    import * as os from 'pipework/os';
    os.pipe();
    const count = () => readdirSync('/proc/self/fd').length;
    const before = count();
    const lines = [undefined, 'big'].map((name) => {
      try { os.pipe({ capacity: ${MAX + 1}, name }); }
      catch (error) { return [error.code, error.errno, error.syscall, count() - before, error.message.replace(/pipe#\\d+/, 'pipe#N')].join(' '); }
    });
    console.log(lines.join('\\n'));
    const { reader, writer } = os.pipe({ capacity: ${MAX} });
    console.log(reader.capacity);
    try { writer.capacity = ${2 * MAX}; } catch (error) { console.log(error.code, writer.capacity); }`);
  equal(stderr, '');
  const told = `EPERM -1 fcntl 0 EPERM: operation not permitted, fcntl (capacity of ${MAX + 1} bytes for`;
  equal(stdout, `${told} pipe#N)\n${told} big)\n${MAX}\nEPERM ${MAX}\n`);
});

test('capacity: cannot be set below the content (EBUSY), and is as before then', () => {
  const { reader, writer } = os.pipe({ capacity: 4 * PAGE });
  writer.tryWrite(new Uint8Array(3 * PAGE));
  for (const end of [reader, writer]) {
    throws(
      () => {
        end.capacity = PAGE;
      },
      { code: 'EBUSY', errno: -16, syscall: 'fcntl', message: /^EBUSY: resource busy or locked, fcntl \(/ },
    );
    equal(end.capacity, 4 * PAGE);
  }
  equal(reader.tryRead(new Uint8Array(2 * PAGE)), 2 * PAGE);
  reader.capacity = PAGE;
  equal(writer.capacity, PAGE);
  equal(reader.available, PAGE);
  reader.close();
  writer.close();
});

test('capacity: raised while a write waits lets it go on, whichever end was asked', async () => {
  for (const end of ['reader', 'writer'] as const) {
    const ends = os.pipe({ capacity: PAGE });
    const written = ends.writer.write(new Uint8Array(2 * PAGE));
    // The kernel tells nobody but those who watch, and nobody does here: both ends are this program's own.
    ends[end].capacity = 2 * PAGE;
    equal(ends.writer.bytesWritten, 2 * PAGE);
    equal(await written, 2 * PAGE);
    ends.reader.close();
    ends.writer.close();
  }
});

test('capacity: past the user’s soft limit of pages, a smaller pipe than usual is told and not hidden', {
  skip: SOFT === 0 || SOFT > 65536 ? 'no such limit here' : false,
}, () => {
  const pipes = Math.ceil(SOFT / 16) + 8; // 16 pages each by default
  const { stdout, stderr } = asNobody(`
    import * as os from 'pipework/os';
    const pipes = [];
    for (let i = 0; i < ${pipes}; i++) pipes.push(os.pipe());
    const { reader, writer } = pipes.at(-1);
    const { capacity } = reader;
    console.log(pipes[0].reader.capacity, capacity < 65536, writer.tryWrite(new Uint8Array(2 ** 20)) === capacity);
    reader.tryRead(new Uint8Array(2 ** 20));
    // And one cannot ask for more; a pipe that would not be what was asked for is not made.
    try { console.log(os.pipe({ capacity: 65536 }).reader.capacity); } catch (error) { console.log(error.code, error.syscall); }
    // Less can be had.
    const small = os.pipe({ capacity: 4096 });
    console.log(small.reader.capacity);`);
  equal(stderr, '');
  const [first, refused, small] = stdout.split('\n');
  equal(first, '65536 true true');
  equal(refused, 'EPERM fcntl');
  equal(small, '4096');
});

test('write(): a full pipe takes nothing until a whole page is free', async () => {
  const { reader, writer } = os.pipe({ capacity: 2 * PAGE });
  equal(writer.tryWrite(new Uint8Array(2 * PAGE)), 2 * PAGE);
  const written = writer.write(new Uint8Array(1));
  let isWritten = false;
  written.then(() => {
    isWritten = true;
  });
  const take = async (count: number) => {
    equal(reader.tryRead(new Uint8Array(count)), count);
    await new Promise((resolve) => setImmediate(resolve));
  };
  await take(PAGE / 2);
  ok(!isWritten, 'half a page is free, and it is no room');
  await take(PAGE / 2 - 1);
  ok(!isWritten, 'a page but one byte');
  await take(1);
  equal(await written, 1);
  reader.close();
  writer.close();
});

test('write(): a last page that is filled in part takes small writes, though the pipe calls itself full', () => {
  const { reader, writer } = os.pipe({ capacity: PAGE });
  equal(writer.tryWrite(new Uint8Array(PAGE / 2 + 1)), PAGE / 2 + 1);
  // poll(2) says that there is no room now; never computed, always tried.
  equal(writer.tryWrite(new Uint8Array(10)), 10);
  equal(writer.tryWrite(new Uint8Array(PAGE)), 0, 'whole pages are never added to one that is there');
  equal(writer.tryWrite(new Uint8Array(PAGE / 2 - 11)), PAGE / 2 - 11);
  equal(writer.tryWrite(new Uint8Array(1)), 0);
  reader.close();
  writer.close();
});
