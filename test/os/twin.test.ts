/**
 * What leaves the program: `fd` is blocking for whoever gets it, our own calls stay non-blocking, and nothing else leaves.
 */
import { deepEqual, equal, notEqual, ok, rejects, throws } from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readSync } from 'node:fs';
import { test } from 'node:test';
import * as io from 'pipework';
import * as os from 'pipework/os';
import { isBlocking, linkOf } from './descriptors.js';

const HANG_AFTER = 20_000; // milliseconds

/** Lists what a shell has open, from a subshell: redirections of its own would be in the list. */
const LIST = '(exec >&$out; ls -l /proc/$$/fd); :';

/** What is behind each of the listed descriptors. */
function linksIn(listing: string): string[] {
  return [...listing.matchAll(/ -> (.*)$/gm)].map(([, link]) => link as string);
}

/** What a shell has open beside its three when no pipe of ours is: somebody may have started this program with more. */
const strange = linksIn(list()).length - 3;

function list(): string {
  return spawnSync('sh', ['-c', `out=1; ${LIST}`], { encoding: 'utf8', timeout: HANG_AFTER }).stdout;
}

/** Runs `script` in a shell that has `fd` as its descriptor `number` and tells us by descriptor `$out`. */
function shellWith(fd: number, number: number, script: string): SpawnSyncReturns<string> {
  const out = number === 1 ? 2 : 1;
  const stdio = [0, 1, 2, 3].slice(0, Math.max(3, number + 1)).map((at) => {
    if (at === number) return fd;
    return at === out ? 'pipe' : 'ignore';
  });
  return spawnSync('sh', ['-c', `out=${out}; ${script}`], { stdio, encoding: 'utf8', timeout: HANG_AFTER });
}

for (const number of [0, 1, 2, 3]) {
  for (const end of ['reader', 'writer'] as const) {
    test(`fd: a child with the ${end}'s as descriptor ${number} sees a blocking one, of the same pipe`, () => {
      const ends = os.pipe();
      const { fd } = ends[end];
      const { output } = shellWith(
        fd,
        number,
        `(exec >&$out; readlink /proc/$$/fd/${number}; cat /proc/$$/fdinfo/${number}); :`,
      );
      const [link, ...info] = (output[number === 1 ? 2 : 1] ?? '').split('\n');
      equal(link, linkOf(fd));
      ok(isBlocking(info.join('\n')), 'for the child');
      ok(isBlocking(fd), 'and as we look at it');
      // Our own next calls do not block: there is nothing to read, and then no room.
      equal(ends.reader.tryRead(new Uint8Array(8)), 0);
      const fill = new Uint8Array(2 ** 20);
      equal(ends.writer.tryWrite(fill), ends.writer.capacity);
      equal(ends.writer.tryWrite(fill), 0);
      ends.reader.close();
      ends.writer.close();
    });
  }

  test(`fd: a child that has it as descriptor ${number} has no other end of ours`, () => {
    const { reader, writer } = os.pipe();
    writer.fd; // close-on-exec, as everything of ours
    const { output } = shellWith(reader.fd, number, LIST);
    const links = linksIn(output[number === 1 ? 2 : 1] ?? '');
    equal(links.filter((link) => link === linkOf(reader.fd)).length, 1, links.join(' '));
    equal(links.length, Math.max(3, number + 1) + strange);
    reader.close();
    writer.close();
  });
}

test('fd: a child that is started at any moment of a pipe holds none of its ends', async () => {
  const { reader, writer } = os.pipe();
  const link = linkOf(reader.fd);
  const isFree = (moment: string) => {
    const links = linksIn(list());
    equal(links.length, 3 + strange, `${moment}: ${links.join(' ')}`);
    ok(!links.includes(link as string), moment);
  };
  isFree('one twin is made');
  writer.fd;
  isFree('both twins are made');
  const read = reader.read(new Uint8Array(1));
  isFree('a read is parked and watched');
  await writer.write('x');
  await read;
  const fill = writer.write(new Uint8Array(2 ** 20));
  isFree('a write is parked and watched');
  reader.close();
  await rejects(fill, io.BrokenPipeError);
  isFree('the reader is closed');
  const again = os.fromFd(writer.release(), 'w');
  isFree('the writer was given away and taken again');
  again.close();
});

test('fd: a child started while many pipes are open has three descriptors', () => {
  const ends = Array.from({ length: 20 }, () => os.pipe());
  const links = linksIn(list());
  equal(links.length, 3 + strange, links.join(' '));
  for (const { reader, writer } of ends) {
    reader.close();
    writer.close();
  }
});

test('fd: a child that makes its descriptor non-blocking does not change how ours are called', async () => {
  const { reader, writer } = os.pipe();
  // Node makes a pipe that it reads as process.stdin non-blocking.
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: [reader.fd, 'ignore', 'inherit'],
  });
  reader.close();
  const all = new Uint8Array(2 ** 20);
  equal(await writer.write(all), all.length);
  writer.close();
  deepEqual(await once(child, 'exit'), [0, null]);
});

test('fd: the same number each time, and closed together with the end', () => {
  const { reader, writer } = os.pipe();
  const { fd } = reader;
  equal(reader.fd, fd);
  notEqual(linkOf(fd), undefined);
  reader.close();
  equal(linkOf(fd), undefined);
  let error: unknown;
  try {
    reader.fd;
  } catch (thrown) {
    error = thrown;
  }
  ok(error instanceof io.ClosedPipeError);
  writer.close();
});

test('release(): the number is the caller’s, blocking, and the end is spent', async () => {
  const { reader, writer } = os.pipe();
  const waits = rejects(reader.read(new Uint8Array(1)), io.ClosedPipeError);
  const fd = reader.release();
  await waits;
  ok(isBlocking(fd));
  await writer.write('ok');
  writer.close();
  const into = new Uint8Array(8);
  equal(readSync(fd, into), 2);
  equal(readSync(fd, into), 0, 'nobody else holds the writer');
  await rejects(reader.read(into), io.ClosedPipeError);
  reader.close();
  notEqual(linkOf(fd), undefined, 'closing the spent end closes nothing');
  os.fromFd(fd, 'r').close();
  equal(linkOf(fd), undefined);
});

test('fd, release(), capacity, available: throw after close(), though writes still wait behind it, and lose nothing', async () => {
  const { reader, writer } = os.pipe({ capacity: 4096 });
  const written = writer.write(new Uint8Array(10_000));
  writer.close();
  const asks: Record<string, () => unknown> = {
    fd: () => writer.fd,
    'release()': () => writer.release(),
    capacity: () => writer.capacity,
    'capacity = 8192': () => {
      writer.capacity = 8192;
    },
    available: () => writer.available,
  };
  for (const [what, ask] of Object.entries(asks)) throws(ask, io.ClosedPipeError, what);
  equal((await io.readAll(reader)).length, 10_000);
  equal(await written, 10_000);
  await writer.closed;
});
