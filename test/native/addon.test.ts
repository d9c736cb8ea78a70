/**
 * The addon by itself, below all that src/os checks first: no argument makes it touch what it does not own, and nothing is
 * left behind when something fails half-way.
 */
import { deepEqual, equal } from 'node:assert/strict';
import {
  closeSync,
  constants as flagsOf,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../fixtures/package-copy.js';
import { runSource } from '../fixtures/run-source.js';

type Call = (...args: unknown[]) => number;

const { EBADF, EINVAL, EFAULT, ENOENT, EIO, ENOTTY } = constants.errno;
const addon = createRequire(import.meta.url)(join(packageRoot, 'native/build/pipework.node'));
const linux: Record<string, Call> = addon.init(0, 0, new Int32Array(256), () => {});
const posix: Record<string, Call> = addon.init(1, 1, new Int32Array(256), () => {});

/** No whole number of 32 bits; taken modulo 2 ** 32 most of them would be slot or descriptor 0, 1 or 5. */
const NO_INTEGERS = [
  Number.NaN,
  Infinity,
  -Infinity,
  0.5,
  2 ** 32,
  2 ** 32 + 1,
  2 ** 31,
  1e300,
  '0',
  null,
  undefined,
];

test('addon: a number that is none is no slot, and no other end is touched', () => {
  const slots = open(linux);
  for (const number of NO_INTEGERS) {
    for (const name of [
      'twin',
      'release',
      'close',
      'available',
      'capacity',
      'watch',
      'number',
      'inode',
      'expose',
    ]) {
      equal(linux[name]?.(number), -EBADF, `${name}(${String(number)})`);
    }
    equal(linux['read']?.(number, new Uint8Array(1), 0, 1), -EBADF);
    equal(linux['closeNumber']?.(number), -EBADF);
    equal(linux['reopen']?.(number, 1), -EBADF);
    equal(linux['adopt']?.(number, 1, 1), -EBADF);
  }
  for (const slot of slots) equal(linux['close']?.(slot), 0);
});

test('addon: a look takes arrays of the right kinds and lengths, and opens nothing for good', () => {
  const before = readdirSync('/proc/self/fd').length;
  const [places, inodes, facts] = [new Int32Array(8), new Float64Array(2), new Int32Array(6)];
  for (const args of [
    [],
    [places, inodes, '\0\0'],
    [new Int32Array(7), inodes, '\0\0', facts],
    [places, inodes, '\0', facts], // one path is missing
    [places, inodes, '\0\0', new Int32Array(5)],
    [inodes, places, '\0\0', facts],
    [places, inodes, 7, facts],
  ]) {
    equal(linux['lookAtPipes']?.(...args), -EINVAL);
  }
  equal(linux['lookAtPipes']?.(places, inodes, '\0/x\0', facts), 0);
  deepEqual([...facts], [-ENOENT, 0, 0, -ENOENT, 0, 0]); // no process has the number 0
  for (const name of ['listDescriptors', 'readProcesses']) {
    for (const args of [[], [[1]], [new Float64Array(1), 0], ['1', 0]])
      equal(linux[name]?.(...args), -EINVAL);
    deepEqual(linux[name]?.(Int32Array.of(0, -1, 2 ** 31 - 1), 0), [-ENOENT, -ENOENT, -ENOENT]);
  }
  equal(linux['readProcesses']?.(Int32Array.of(1), -1), -EINVAL);
  equal(readdirSync('/proc/self/fd').length, before);
});

test('addon: a terminal is as large as another, and no wrong argument opens or changes one', () => {
  const before = readdirSync('/proc/self/fd').length;
  const like = openSync('/dev/ptmx', flagsOf.O_RDWR | flagsOf.O_NOCTTY);
  const slots = new Int32Array(2);
  equal(linux['openTerminal']?.(like, slots), 0);
  const [ours, theirs] = slots;
  equal(linux['resizeTerminal']?.(ours, like), 0);
  equal(linux['isPlainTerminal']?.(like), 1);
  const child = linux['number']?.(theirs) as number;
  equal(writeSync(child, 'a\nb'), 3);
  const into = new Uint8Array(8);
  equal(linux['wait']?.(ours, 1000), 1);
  equal(linux['read']?.(ours, into, 0, 8), 3);
  equal(linux['close']?.(theirs), 0);
  equal(linux['wait']?.(ours, 1000), 16); // POLLHUP
  equal(linux['read']?.(ours, into, 0, 8), -EIO);
  equal(linux['close']?.(ours), 0);
  for (const number of NO_INTEGERS) {
    equal(linux['openTerminal']?.(number, slots), -EBADF);
    equal(linux['isPlainTerminal']?.(number), -EBADF);
    equal(linux['resizeTerminal']?.(number, like), -EBADF);
  }
  for (const wrong of [new Int32Array(1), new Uint8Array(8), 2, undefined])
    equal(linux['openTerminal']?.(like, wrong), -EINVAL);
  const [reader, writer] = open(linux);
  equal(linux['openTerminal']?.(linux['number']?.(reader), slots), -ENOTTY);
  equal(linux['resizeTerminal']?.(reader, like), -ENOTTY);
  equal(linux['isPlainTerminal']?.(linux['number']?.(reader)), -ENOTTY);
  for (const slot of [reader, writer]) equal(linux['close']?.(slot), 0);
  closeSync(like);
  equal(readdirSync('/proc/self/fd').length, before);
});

test('addon: a length or start outside of the memory moves nothing', () => {
  const [reader, writer] = open(linux);
  const bytes = new Uint8Array(8);
  equal(linux['write']?.(writer, bytes, 0, 8), 8);
  for (const [start, length] of [
    [0, 9],
    [8, 1],
    [-1, 1],
    [0, -1],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2 ** 53 - 1, 1],
    [2 ** 53 - 1, 2 ** 53 - 1],
    [1, 2 ** 64],
    ...NO_INTEGERS.map((n) => [0, n]),
  ]) {
    equal(linux['read']?.(reader, bytes, start, length), -EFAULT, `${start}, ${length}`);
  }
  equal(linux['read']?.(reader, new Uint16Array(8), 0, 8), -EINVAL);
  equal(linux['available']?.(reader), 8);
  equal(linux['wait']?.(reader, Number.NaN), -EINVAL, 'and not for ever');
  for (const slot of [reader, writer]) equal(linux['close']?.(slot), 0);
});

test('addon: memory of more than 2 ** 31 bytes is read and written at any place of it', () => {
  const [reader, writer] = open(linux);
  const far = 2 ** 31 + 5; // bytes
  const bytes = new Uint8Array(far + 2 ** 17);
  bytes[far] = 7;
  equal(linux['write']?.(writer, bytes, far, 3), 3);
  equal(linux['read']?.(reader, bytes, far + 8, 8), 3);
  equal(bytes[far + 8], 7);
  equal(linux['write']?.(writer, bytes, 0, bytes.length), 65536);
  equal(linux['read']?.(reader, bytes, 0, bytes.length), 65536);
  equal(linux['read']?.(reader, bytes, 0, bytes.length + 1), -EFAULT);
  for (const slot of [reader, writer]) equal(linux['close']?.(slot), 0);
});

test('addon: pass() takes ends and memory of its own only, and moves nothing else', () => {
  for (const system of [linux, posix]) {
    const [reader, writer] = open(system);
    const bytes = new Uint8Array(8);
    const moved = new Int32Array(2).fill(-1);
    const pass = (...args: unknown[]): number => system['pass']?.(...args) ?? 0;
    for (const number of NO_INTEGERS) {
      equal(pass(number, bytes, reader, bytes, 8, moved), -EBADF, String(number));
      equal(pass(writer, bytes, number, bytes, 8, moved), -EBADF, String(number));
      equal(pass(writer, bytes, reader, bytes, number, moved), -EFAULT, String(number));
    }
    equal(pass(writer, bytes, reader, bytes, 9, moved), -EFAULT);
    equal(pass(writer, new Uint8Array(9), reader, bytes, 9, moved), -EFAULT);
    equal(pass(writer, bytes, reader, bytes, -1, moved), -EFAULT);
    equal(pass(writer, new Uint16Array(8), reader, bytes, 8, moved), -EINVAL);
    equal(pass(writer, bytes, reader, bytes, 8, new Int32Array(1)), -EINVAL);
    equal(pass(writer, bytes, reader, bytes, 8, new Uint32Array(2)), -EINVAL);
    equal(pass(writer, bytes, reader, bytes, 8), -EINVAL);
    deepEqual([system['available']?.(reader), [...moved]], [0, [-1, -1]]);
    equal(pass(writer, Uint8Array.of(1, 2, 3), reader, bytes, 3, moved), 0);
    deepEqual(
      [[...moved], [...bytes]],
      [
        [3, 3],
        [1, 2, 3, 0, 0, 0, 0, 0],
      ],
    );
    equal(pass(reader, bytes, writer, bytes, 8, moved), 0, 'the wrong way round it stops at once');
    deepEqual([...moved], [0, 0]);
    equal(system['close']?.(reader), 0);
    equal(pass(writer, bytes, reader, bytes, 8, moved), -EBADF);
    equal(system['close']?.(writer), 0);
  }
});

for (const [name, system] of Object.entries({ linux, posix })) {
  test(`addon: release() on ${name} gives a blocking descriptor and frees the slot; without fd taken it gives none`, () => {
    const [reader = -1, writer = -1] = open(system);
    equal(system['release']?.(writer), -EBADF);
    const number = system[name === 'linux' ? 'twin' : 'expose']?.(writer) ?? -1;
    equal(system['release']?.(writer), number);
    equal(system['number']?.(writer), -EBADF);
    equal(nonblocking(number), false);
    equal(writeSync(number, 'mine'), 4);
    const into = new Uint8Array(8);
    equal(system['read']?.(reader, into, 0, 8), 4);
    closeSync(number);
    equal(system['read']?.(reader, into, 0, 8), 0, 'nobody else has the writer');
    equal(system['close']?.(reader), 0);
  });
}

test('addon: a descriptor that was adopted stays its owner’s, and is released by a number of its own', () => {
  const [reader, writer] = open(linux);
  const outside = linux['twin']?.(reader) ?? -1;
  equal(linux['release']?.(reader), outside);
  const slot = linux['adopt']?.(outside, 1, 1);
  closeSync(outside);
  const released = linux['release']?.(slot) ?? -1;
  equal(fstatSync(released).isFIFO(), true);
  equal(linux['write']?.(writer, new Uint8Array(1), 0, 1), 1);
  equal(readSync(released, new Uint8Array(1)), 1);
  closeSync(released);
  equal(linux['close']?.(writer), 0);
});

for (const [name, mode] of Object.entries({ uv: '0, 0', thread: '0, 1', posix: '1, 1' })) {
  test(`addon: what a report throws is an uncaught exception at once, and the next event is reported (${name})`, () => {
    const { stdout, stderr, status } = runSource(`
      import { createRequire } from 'node:module';
      const ready = new Int32Array(256);
      let told = 0;
      const api = createRequire(import.meta.url)('${packageRoot}/native/build/pipework.node').init(${mode}, ready, () => {
        told++;
        if (told === 1) throw new Error('of the first report');
        api.hold(0);
        console.log('second report');
      });
      process.once('uncaughtException', (error) => {
        console.log(error.message);
        api.read(slots[0], new Uint8Array(1), 0, 1);
        api.watch(slots[0]);
        api.write(slots[1], new Uint8Array(1), 0, 1);
      });
      const slots = new Int32Array(2);
      api.open(slots, 0);
      api.hold(1);
      api.watch(slots[0]);
      api.write(slots[1], new Uint8Array(1), 0, 1);`);
    equal(stdout, 'of the first report\nsecond report\n', stderr);
    equal(status, 0);
  });
}

for (const env of [{}, { PIPEWORK_OS: 'thread' }, { PIPEWORK_OS: 'posix' }]) {
  test(`os: a wait that cannot be watched for lack of descriptors rejects, and takes nothing later (${JSON.stringify(env)})`, () => {
    const { stdout, stderr, status } = runSource(
      `
      import { closeSync, openSync } from 'node:fs';
      import * as os from 'pipework/os';
      const reading = os.pipe();
      const writing = os.pipe();
      reading.writer.fd;
      writing.reader.fd;
      const fill = new Uint8Array(1 << 20);
      const before = writing.writer.tryWrite(fill);
      const taken = [];
      try { for (;;) taken.push(openSync('/dev/null')); } catch (error) { console.log(error.code); }
      const failed = await reading.reader.read(new Uint8Array(1)).catch((error) => error);
      console.log(failed.code, failed.syscall);
      console.log((await writing.writer.write('no').catch((error) => error)).code);
      taken.forEach((fd) => closeSync(fd));
      const into = new Uint8Array(8);
      const waits = reading.reader.read(into);
      await reading.writer.write('x');
      console.log(await waits);
      reading.writer.close();
      reading.reader.close();
      const drained = new Uint8Array(before + 8);
      console.log(writing.reader.tryRead(drained) === before, writing.reader.available);`,
      env,
      60,
    );
    equal(stdout, `EMFILE\nEMFILE epoll_ctl\nEMFILE\n1\ntrue 0\n`, stderr);
    equal(status, 0, stderr);
  });
}

test('os: release() gives the descriptor itself where there are no twins', () => {
  const { stdout, stderr } = runSource(
    `
    import { closeSync, writeSync } from 'node:fs';
    import * as os from 'pipework/os';
    const { reader, writer } = os.pipe();
    const number = writer.release();
    console.log(number > 2, writeSync(number, 'mine'));
    closeSync(number);
    const into = new Uint8Array(8);
    console.log(await reader.read(into), await reader.read(into));`,
    { PIPEWORK_OS: 'posix' },
  );
  equal(stdout, 'true 4\n4 null\n', stderr);
});

test('addon: readBlocking() slices end in time while signals keep interrupting them', () => {
  const { stdout, stderr } = runSource(
    `
    import { spawn } from 'node:child_process';
    import { createRequire } from 'node:module';
    const api = createRequire(import.meta.url)('${packageRoot}/native/build/pipework.node')
      .init(0, 0, new Int32Array(256), () => {});
    const slots = new Int32Array(2);
    api.open(slots, 0);
    process.on('SIGWINCH', () => {});
    const child = spawn('sh', ['-c', 'while kill -WINCH $PPID; do :; done 2>/dev/null'], { stdio: 'ignore' });
    const start = performance.now();
    const result = api.wait(slots[0], 300);
    console.log(result, performance.now() - start < 10_000);
    child.kill('SIGKILL');
    process.exit();`,
  );
  equal(stdout, '0 true\n', stderr);
});

function open(system: Record<string, Call>): number[] {
  const slots = new Int32Array(2);
  equal(system['open']?.(slots, 0), 0);
  return [...slots];
}

function nonblocking(fd: number): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
  return (Number.parseInt(flags, 8) & flagsOf.O_NONBLOCK) !== 0;
}
