/**
 * When the system refuses: no descriptors left at every step, wrong descriptors, and numbers that others get meanwhile.
 */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { test } from 'node:test';
import * as os from 'pipework/os';
import { runSource } from '../fixtures/run-source.js';
import { linkOf, openDescriptors } from './descriptors.js';
import { fifoPair } from './outside-pairs.js';

const LIMIT = 60; // descriptors that the program may have

/**
 * Runs `act` with every number of free descriptors from 0 to 5, by a program that then prints, for each of them, what it
 * failed with, how many descriptors it left open by that, and what became of a second try with enough of them.
 */
function starved(prepare: string, act: string, way = 'twin'): string[] {
  const { stdout, stderr, status } = runSource(
    `
    import fs from 'node:fs';
    import * as os from 'pipework/os';
    const open = () => fs.readdirSync('/proc/self/fd').length;
    os.pipe().reader.close(); // everything is loaded
    const report = [];
    for (let free = 0; free <= 5; free++) {
      ${prepare}
      const taken = [];
      try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
      for (let i = 0; i < free; i++) fs.closeSync(taken.pop());
      let error;
      let before;
      const list = [taken.pop()].map(fs.closeSync); // for the look itself
      before = open();
      taken.push(fs.openSync('/dev/null'));
      try { ${act} } catch (thrown) { error = thrown; }
      fs.closeSync(taken.pop());
      const left = open() - before;
      taken.forEach(fs.closeSync);
      let again = 'no need';
      if (error !== undefined) { try { ${act}; again = 'ok'; } catch (thrown) { again = thrown.message; } }
      report.push([free, left, error === undefined ? '-' : [error.code, error.errno, error.syscall].join(' '), again].join('; '));
    }
    console.log(report.join('\\n'));`,
    { PIPEWORK_OS: way },
    LIMIT,
  );
  equal(stderr, '');
  equal(status, 0);
  return stdout.trimEnd().split('\n');
}

test('pipe(): fails with EMFILE by Node’s shape while fewer than two descriptors are free, and leaves none', () => {
  deepEqual(starved('', 'os.pipe();'), [
    '0; 0; EMFILE -24 pipe2; ok',
    '1; 0; EMFILE -24 pipe2; ok',
    ...[2, 3, 4, 5].map((free) => `${free}; 2; -; no need`),
  ]);
});

test('fd: fails with EMFILE while no descriptor is free, leaves none, and can be taken later', () => {
  deepEqual(starved('const { reader } = os.pipe();', 'reader.fd;'), [
    '0; 0; EMFILE -24 open; ok',
    ...[1, 2, 3, 4, 5].map((free) => `${free}; 1; -; no need`),
  ]);
});

test('release(): fails with EMFILE while no descriptor is free, and the end is as before', () => {
  deepEqual(starved('const { writer } = os.pipe();', 'writer.release();'), [
    '0; 0; EMFILE -24 open; ok',
    ...[1, 2, 3, 4, 5].map((free) => `${free}; 0; -; no need`),
  ]);
});

test('fromFd(): without a descriptor for one of its own it uses the given one', () => {
  deepEqual(
    starved('const fd = os.pipe().writer.release();', "os.fromFd(fd, 'w');"),
    [0, 1, 2, 3, 4, 5].map((free) => `${free}; 0; -; no need`),
  );
});

test('fd: fails with EMFILE while the wait of the other end cannot be watched; later, what others do ends that wait', () => {
  const { stdout, stderr } = runSource(
    `
    import fs from 'node:fs';
    import * as os from 'pipework/os';
    const a = os.pipe();
    const b = os.pipe();
    const outcomes = [a.reader.read(new Uint8Array(1)), b.writer.write(new Uint8Array(2 ** 17))];
    const taken = [];
    try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
    fs.closeSync(taken.pop()); // one is free: enough for the descriptor, or for watching, but not for both
    const take = (get) => { try { return typeof get(); } catch (error) { return [error.code, error.syscall].join(' '); } };
    for (let round = 0; round < 2; round++) console.log(take(() => a.writer.fd), take(() => b.reader.fd));
    taken.forEach(fs.closeSync);
    console.log(take(() => a.writer.fd), take(() => b.reader.fd));
    const lost = new Promise((resolve) => setTimeout(resolve, 10_000, 'lost').unref()); // milliseconds
    const awake = setInterval(() => {}, 1000); // nothing is tried again because the loop is dry
    fs.writeSync(a.writer.fd, 'x');
    fs.readSync(b.reader.fd, new Uint8Array(2 ** 16));
    for (const outcome of outcomes) console.log(await Promise.race([outcome, lost]));
    clearInterval(awake);`,
    {},
    LIMIT,
  );
  equal(stderr, '');
  equal(stdout, `${'EMFILE open EMFILE open\n'.repeat(2)}number number\n1\n131072\n`);
});

test('closed of the writer: rejects with EMFILE while it cannot be watched, and tells of the reader when looked at later', () => {
  const { stdout, stderr } = runSource(
    `
    import { spawn } from 'node:child_process';
    import fs from 'node:fs';
    import * as os from 'pipework/os';
    const { reader, writer } = os.pipe();
    const fd = reader.release();
    const taken = [];
    try { for (;;) taken.push(fs.openSync('/dev/null')); } catch {}
    const failed = writer.closed; // and nobody handles it
    console.log(await writer.closed.catch((error) => [error.code, error.errno, error.syscall].join(' ')));
    taken.forEach(fs.closeSync);
    console.log(await writer.write('x'));
    setImmediate(() => fs.closeSync(fd));
    const awake = setInterval(() => {}, 1000);
    console.log(await writer.closed.catch((error) => error.code));
    clearInterval(awake);`,
    {},
    LIMIT,
  );
  equal(stderr, '');
  equal(stdout, 'EMFILE -24 epoll_ctl\n1\nEPIPE\n');
});

test('pipe(): names EMFILE in a message as Node’s', () => {
  const { stdout } = runSource(
    `
    import fs from 'node:fs';
    import * as os from 'pipework/os';
    os.pipe();
    try { for (;;) fs.openSync('/dev/null'); } catch {}
    for (const options of [undefined, { name: 'of the log' }])
      try { os.pipe(options); } catch (error) { console.log(error.message); }`,
    {},
    LIMIT,
  );
  equal(
    stdout,
    'EMFILE: too many open files, pipe2 (a pipe)\nEMFILE: too many open files, pipe2 (the pipe of the log)\n',
  );
});

test('fromFd(): a number that is no open descriptor is EBADF by Node’s shape', () => {
  const fd = openSync('/dev/null', 'r');
  closeSync(fd);
  for (const direction of ['r', 'w'] as const) {
    throws(() => (direction === 'r' ? os.fromFd(fd, 'r') : os.fromFd(fd, 'w')), {
      name: 'Error',
      code: 'EBADF',
      errno: -9,
      syscall: 'fcntl',
      message: `EBADF: bad file descriptor, fcntl (descriptor ${fd})`,
    });
  }
});

test('fromFd(): what is no pipe is a TypeError that says so, and stays open', async () => {
  const server = createServer().listen(0);
  const socket = (server as unknown as { _handle: { fd: number } })._handle.fd;
  for (const fd of [
    openSync('/dev/null', 'r'),
    openSync('/dev/zero', 'r'),
    openSync('/proc/self/stat', 'r'),
    openSync('/', 'r'),
    socket,
  ]) {
    throws(() => os.fromFd(fd, 'r'), {
      name: 'TypeError',
      message: `fd must be a pipe or a FIFO, got ${fd}, which is none`,
    });
    ok(linkOf(fd) !== undefined);
    if (fd !== socket) closeSync(fd);
  }
  server.close();
});

test('fromFd(): the wrong direction is a TypeError that says so, and the descriptor is as before', () => {
  const { readFd, writeFd } = fifoPair();
  const before = openDescriptors();
  throws(() => os.fromFd(writeFd, 'r'), {
    name: 'TypeError',
    message: `fd must be open for reading, got ${writeFd}, which is not`,
  });
  throws(() => os.fromFd(readFd, 'w'), {
    name: 'TypeError',
    message: `fd must be open for writing, got ${readFd}, which is not`,
  });
  equal(openDescriptors(), before);
  equal(writeSync(writeFd, 'x'), 1);
  closeSync(readFd);
  closeSync(writeFd);
});

test('fromFd(): wrong arguments are TypeErrors that name them', () => {
  const fromFd = os.fromFd as (...args: unknown[]) => unknown;
  for (const fd of [-1, 0.5, Number.NaN, Infinity, 2 ** 31, '3', null, undefined, {}, 3n]) {
    throws(() => fromFd(fd, 'r'), {
      name: 'TypeError',
      message: /^fd must be the number of a descriptor, got /,
    });
  }
  for (const direction of ['rw', 'R', '', undefined, null, 0]) {
    throws(() => fromFd(0, direction), { name: 'TypeError', message: /^direction must be 'r' or 'w', got / });
  }
});

for (const way of ['twin', 'nowait']) {
  test(`fromFd(): a number that belongs to an end already is a TypeError, and that end is as before (${way})`, () => {
    const { stdout, stderr } = runSource(
      `
      import fs from 'node:fs';
      import * as os from 'pipework/os';
      const told = (number) => {
        try { os.fromFd(number, 'r'); return 'taken'; } catch (error) { return error.name + ': ' + error.message.replace(number, 'N'); }
      };
      const isOpen = (number) => { try { return fs.fstatSync(number) !== undefined; } catch { return false; } };
      const open = () => fs.readdirSync('/proc/self/fd').map(Number).filter(isOpen); // but for that of the look itself
      const before = open();
      const own = os.pipe();
      own.reader.fd;
      const end = os.fromFd(os.pipe().reader.release(), 'r');
      console.log(told(own.reader.fd));
      // All that may be read of what has been opened since: two of one end, one of the other.
      const said = open().filter((number) => !before.includes(number)).map(told);
      console.log(said.filter((line) => line.includes('belong')).length, said.includes('taken'));
      const number = own.reader.release();
      console.log(told(number));`,
      { PIPEWORK_OS: way },
    );
    equal(stderr, '');
    const message =
      'TypeError: fd must not belong to an end of this program, got N, which does; release() gives it away';
    equal(stdout, `${message}\n3 false\ntaken\n`);
  });
}

test('close(): a second one never closes a number that somebody else got in the meantime', () => {
  for (const take of [false, true]) {
    const { reader, writer } = os.pipe();
    const before = openDescriptors();
    if (take) {
      reader.fd;
      writer.fd;
    }
    reader.close();
    writer.close();
    // They get the numbers that were freed, and the slots.
    const others = Array.from({ length: 6 }, () => openSync('/dev/null', 'r'));
    const next = os.pipe();
    for (const end of [reader, writer]) {
      end.close();
      end.abort();
      end[Symbol.dispose]();
    }
    for (const fd of others) equal(linkOf(fd), '/dev/null');
    equal(next.writer.tryWrite(new Uint8Array(2)), 2);
    equal(next.reader.tryRead(new Uint8Array(2)), 2);
    others.forEach(closeSync);
    next.reader.close();
    next.writer.close();
    equal(openDescriptors(), before - 2);
  }
});

test('close(): after release() closes nothing, whoever has the number now', () => {
  const { reader, writer } = os.pipe();
  const fd = writer.release();
  closeSync(fd);
  const other = openSync('/dev/null', 'r');
  equal(other <= fd, true);
  writer.close();
  writer.abort();
  equal(linkOf(other), '/dev/null');
  closeSync(other);
  equal(reader.tryRead(new Uint8Array(1)), null);
  reader.close();
});

for (const way of ['twin', 'thread', 'posix']) {
  test(`close(), abort(): of an end that is watched, and whose number and slot the next one gets (${way})`, () => {
    const { stdout, stderr } = runSource(
      `
      import { readdirSync } from 'node:fs';
      import * as os from 'pipework/os';
      const count = () => readdirSync('/proc/self/fd').length;
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      const one = () => new Uint8Array(1);
      const fill = new Uint8Array(2 ** 20);
      let outcomes = {};
      let before;
      for (let round = 0; round < 50; round++) {
        if (round === 5) before = count();
        const a = os.pipe();
        const b = os.pipe();
        a.writer.fd;
        b.reader.fd;
        const waits = [a.reader.read(one()), a.reader.read(one()), b.writer.write(fill)];
        if (round % 2 === 0) await turn();
        // Ready at the moment at which it is closed: a report may be under way.
        if (round % 3 === 0) a.writer.tryWrite(one());
        const how = round % 4 < 2 ? 'close' : 'abort';
        a.reader[how]();
        b.writer.abort();
        // These get the slots and the numbers; what is reported late must not disturb them.
        const c = os.pipe();
        c.writer.fd;
        const read = c.reader.read(one());
        for (const { status, value, reason } of await Promise.allSettled(waits)) {
          const told = status === 'fulfilled' ? value : reason.code;
          outcomes[told] = (outcomes[told] ?? 0) + 1;
        }
        await turn();
        await c.writer.write('x');
        if (await read !== 1) throw new Error('lost');
        for (const end of [a.writer, b.reader, c.reader, c.writer]) end.close();
      }
      console.log(JSON.stringify(outcomes), count() - before);`,
      { PIPEWORK_OS: way },
    );
    equal(stderr, '');
    const [outcomes = '', left] = stdout.trim().split(' ');
    equal(left, '0');
    const told = JSON.parse(outcomes) as Record<string, number>;
    // 17 rounds gave a byte to the first read of theirs.
    deepEqual(told, { 1: 17, ERR_PIPE_CLOSED: 133 });
    match(outcomes, /CLOSED/);
  });
}
