/** `tee`: every branch gets every byte, the slowest sets the pace, and nobody but the source's end ends all. */
import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import { type Case, conformance } from 'pipework/testing';
import { test } from '../runtimes/test.js';
import { turn } from '../runtimes/turn.js';

const oops = new Error('oops');
const SIZE = 65536; // bytes that a tee reads ahead

/** `length` bytes that tell where they belong. */
function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 255);
}

/** A source that counts what is asked of it, and gives `length` bytes with each read, for ever. */
function endless(length = SIZE) {
  const source = {
    reads: 0,
    closes: 0,
    aborts: [] as unknown[],
    async read(into: Uint8Array) {
      source.reads++;
      into.fill(source.reads, 0, length);
      return length;
    },
    close: () => void source.closes++,
    abort: (reason: unknown) => void source.aborts.push(reason),
  };
  return source;
}

/**
 * A pipe read through a branch keeps the contract, but for what needs the other side after the end: the source of a branch is
 * any reader, which is not asked any more when all have left.
 */
const NOT_HELD = [
  ...['read()', 'read(0)', 'tryRead()', 'tryRead(0)', 'next()'].map(
    (call) =>
      `${call} of the reader fails with ClosedPipeError because of the writer's reason when the reader has closed, ` +
      'then the writer aborted',
  ),
];

function casesOf(branch: (reader: io.Reader) => io.PipeReader): Case[] {
  return conformance({
    open({ capacity }) {
      const { reader, writer } = io.pipe({ capacity: capacity + 1 });
      return { reader: branch(reader), writer };
    },
    openClogged() {
      const { reader, writer } = io.pipe({ capacity: 4 });
      const buffered = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3);
      writer.tryWrite(buffered);
      return { reader: branch(reader), writer, buffered };
    },
    supports: { rendezvous: false, exactCapacity: false },
    turn,
  });
}

const transports: [name: string, cases: Case[]][] = [
  ['the only branch', casesOf((reader) => io.tee(reader, 1)[0] as io.PipeReader)],
  [
    'a branch whose sibling has left',
    casesOf((reader) => {
      const [branch, sibling] = io.tee(reader);
      sibling.close();
      return branch;
    }),
  ],
];
for (const [transport, cases] of transports) {
  test(`${transport}: the cases that a tee cannot hold are in the suite`, () => {
    const names = cases.map(({ name }) => name);
    deepEqual(
      NOT_HELD.filter((name) => !names.includes(name)),
      [],
    );
  });
  for (const { name, run, skip } of cases) {
    if (NOT_HELD.includes(name)) test(`${transport}, not held: ${name}`, () => rejects(run()));
    else test(`${transport}: ${name}`, { skip: skip ?? false }, run);
  }
}

test('tee(): each branch gets every byte in order, however large its reads are', async () => {
  const all = bytes(5 * SIZE + 17);
  for (const capacity of [0, 1000, 2 * SIZE]) {
    const { reader, writer } = io.pipe({ capacity });
    const sizes = [1 << 10, 777, SIZE, 3 * SIZE];
    const branches = io.tee(reader, sizes.length);
    const taken = branches.map(async (branch, at) => {
      const got = new Uint8Array(all.length);
      let done = 0; // bytes
      const size = sizes[at] as number;
      for (;;) {
        const count = await branch.read(got.subarray(done, done + size));
        if (count === null || done === got.length) return got;
        done += count;
      }
    });
    await writer.write(all);
    writer.close();
    for (const got of await Promise.all(taken)) deepEqual(got, all);
    for (const branch of branches) equal(branch.bytesRead, all.length);
  }
});

test('tee(): two branches without being asked for more, and named after their source', () => {
  const branches = io.tee(io.pipe({ name: 'log' }).reader);
  deepEqual(
    branches.map(({ name }) => name),
    ['log, branch 1 of 2', 'log, branch 2 of 2'],
  );
  equal(io.tee(endless(), 3)[2]?.name, 'tee, branch 3 of 3');
});

test('tee(): nothing is read before a branch waits, and at most one buffer ahead of the slowest', async () => {
  const source = endless();
  const [fast, slow] = io.tee(source);
  await turn();
  equal(source.reads, 0);
  const into = new Uint8Array(2 * SIZE);
  equal(await fast.read(into), SIZE);
  let isSettled = false;
  const more = fast.read(into).then((count) => {
    isSettled = true;
    return count;
  });
  equal(await io.readFull(slow, new Uint8Array(SIZE - 1)), SIZE - 1);
  await turn();
  equal(source.reads, 1);
  equal(isSettled, false);
  equal(await slow.read(new Uint8Array(1)), 1);
  equal(await more, SIZE);
  equal(source.reads, 2);
  fast.close();
  slow.close();
});

test('tee(): a branch that is closed lets those go on who waited for it', async () => {
  const source = endless();
  const [fast, slow] = io.tee(source);
  const into = new Uint8Array(SIZE);
  await fast.read(into);
  const more = fast.read(into);
  await turn();
  equal(source.reads, 1);
  slow.close();
  equal(await more, SIZE);
  equal(into[0], 2);
  await rejects(slow.read(into), { code: 'ERR_PIPE_CLOSED' });
  equal(source.closes, 0);
});

test('tee(): the last branch to leave takes the source along, by close() or with its reason', async () => {
  const closed = endless();
  const [first, second] = io.tee(closed);
  first.abort(oops);
  deepEqual([closed.closes, closed.aborts], [0, []]);
  second.close();
  second.abort(oops);
  deepEqual([closed.closes, closed.aborts], [1, []]);

  const aborted = endless();
  for (const branch of io.tee(aborted, 3)) branch.abort(oops);
  deepEqual([aborted.closes, aborted.aborts], [0, [oops]]);

  const { reader, writer } = io.pipe();
  const [left, right] = io.tee(reader);
  const waits = left.read(new Uint8Array(1));
  right.close();
  left.abort(oops);
  await rejects(waits, { code: 'ERR_PIPE_CLOSED', cause: oops });
  await rejects(writer.write('x'), oops);
});

test('tee(): what a source brings when all branches have left is nothing to anybody', async () => {
  for (const failure of [undefined, oops]) {
    let settle = (): void => {};
    const source = {
      ...endless(),
      read: () =>
        new Promise<null>((resolve, reject) => {
          settle = () => (failure === undefined ? resolve(null) : reject(failure));
        }),
    };
    let closes = 0;
    source.close = () => void closes++;
    const [left, right] = io.tee(source);
    const waits = rejects(left.read(new Uint8Array(1)), { code: 'ERR_PIPE_CLOSED' });
    left.close();
    right.close();
    settle();
    await waits;
    await turn();
    deepEqual([closes, source.aborts], [1, []]);
  }
});

test('tee(): a source without close() or abort(), and one whose close() fails, are left behind', async () => {
  const refused: io.Reader & { close(): Promise<void> } = {
    read: async () => 1,
    close: () => Promise.reject(oops),
  };
  for (const source of [{ read: async () => 1 }, refused]) {
    const branches = io.tee(source);
    for (const branch of branches) branch.close();
    await turn();
    await rejects(branches[0].read(new Uint8Array(1)), { code: 'ERR_PIPE_CLOSED' });
  }
});

test('tee(): the end reaches every branch behind its last byte, and closes the source', async () => {
  const source = endless();
  const read = source.read;
  source.read = async (into) => (source.reads === 1 ? (null as never) : read(into));
  const [fast, slow] = io.tee(source);
  equal(await fast.read(new Uint8Array(SIZE)), SIZE);
  const end = fast.read(new Uint8Array(1));
  equal((await io.readAll(slow)).length, SIZE);
  equal(await end, null);
  equal(await fast.read(new Uint8Array(1)), null);
  await Promise.all([fast.closed, slow.closed]);
  equal(source.closes, 1);
  fast.close();
  slow.close();
  equal(source.closes, 1);
});

test('tee(): what the source fails with reaches every branch as it is, behind what came before', async () => {
  const { reader, writer } = io.pipe({ capacity: 8 });
  const [fast, slow] = io.tee(reader);
  await writer.write('abc');
  equal(await fast.read(new Uint8Array(8)), 3);
  const failed = rejects(fast.read(new Uint8Array(8)), (error) => error === oops);
  writer.abort(oops);
  // At once, though it has bytes to take.
  await rejects(slow.closed, (error) => error === oops);
  equal(await slow.read(new Uint8Array(8)), 3);
  await rejects(slow.read(new Uint8Array(8)), (error) => error === oops);
  await failed;
});

test('tee(): a source that breaks its contract fails the branches, and is aborted', async () => {
  const source = { ...endless(), read: async () => SIZE + 1 };
  const branches = io.tee(source);
  const failed = branches.map((branch) =>
    rejects(branch.read(new Uint8Array(1)), /^TypeError: reader breaks the contract of a Reader: read\(\)/),
  );
  await Promise.all(failed);
  equal(source.aborts.length, 1);
  const lying = { ...endless(), tryRead: () => -1 };
  throws(
    () => io.tee(lying)[0].tryRead(new Uint8Array(1)),
    /^TypeError: reader breaks the contract of a Reader: tryRead\(\) of Object returned -1/,
  );
});

test('tee(): a signal ends one read of one branch, and its bytes come with the next', async () => {
  const { reader, writer } = io.pipe({ capacity: 8 });
  const [left, right] = io.tee(reader);
  const controller = new AbortController();
  const given = rejects(left.read(new Uint8Array(8), { signal: controller.signal }), (e) => e === oops);
  controller.abort(oops);
  await given;
  await writer.write('abc');
  writer.close();
  deepEqual(await Promise.all([io.text(left), io.text(right)]), ['abc', 'abc']);
});

test('tryRead() of a branch: what the source has now, and 0 while another branch has bytes to take', async () => {
  const { reader, writer } = io.pipe({ capacity: 8 });
  const [left, right] = io.tee(reader);
  const into = new Uint8Array(8);
  equal(left.tryRead(into), 0);
  await writer.write('abc');
  equal(left.tryRead(into), 3);
  await writer.write('de');
  equal(left.tryRead(into), 0);
  equal(right.tryRead(into), 3);
  equal(left.tryRead(into), 2);
  equal(io.tee(endless())[0].tryRead(into), 0); // it cannot be asked
});

test('tryRead() of a branch: that takes the last bytes lets a read of another go on', async () => {
  const { reader, writer } = io.pipe({ capacity: 8 });
  const [left, right] = io.tee(reader);
  const into = new Uint8Array(8);
  await writer.write('abc');
  equal(await left.read(into), 3);
  await writer.write('de');
  const more = left.read(into);
  equal(right.tryRead(new Uint8Array(8)), 3);
  equal(await more, 2);
});

test('tryRead() of a branch: 0 while the source is read, which is not asked twice then', async () => {
  let tries = 0;
  let give = (_: number): void => {};
  const source = {
    read: () => new Promise<number>((resolve) => (give = resolve)),
    tryRead: () => {
      tries++;
      return 0;
    },
  };
  const [left, right] = io.tee(source);
  const got = left.read(new Uint8Array(4));
  tries = 0;
  equal(right.tryRead(new Uint8Array(4)), 0);
  equal(right.tryRead(new Uint8Array(0)), 0);
  equal(tries, 0);
  give(2);
  equal(await got, 2);
  equal(right.tryRead(new Uint8Array(4)), 2);
});

test('tee(): a source that has something in every call gives timers their turn all the same', async () => {
  let reads = 0;
  const source = {
    tryRead: (into: Uint8Array) => into.length,
    read: async (into: Uint8Array) => {
      reads++;
      return into.length;
    },
  };
  const [branch, other] = io.tee(source);
  other.close();
  const into = new Uint8Array(SIZE);
  for (let i = 0; i < 170; i++) await branch.read(into);
  equal(reads, 10);
});

test('tee(): every read of the source has the whole buffer, however much the last one gave', async () => {
  const lengths = new Set<number>();
  const source = {
    async read(into: Uint8Array) {
      lengths.add(into.length);
      return 1001;
    },
  };
  const branches = io.tee(source);
  for (let i = 0; i < 100; i++) {
    for (const branch of branches) equal(await io.readFull(branch, new Uint8Array(1001)), 1001);
  }
  deepEqual([...lengths], [SIZE]);
});

test('read() of a branch: with a signal that has fired it still tells the end and the failure of the source', async () => {
  const signal = AbortSignal.abort(new Error('fired'));
  for (const end of ['close', 'abort'] as const) {
    const { reader, writer } = io.pipe();
    const [branch] = io.tee(reader);
    writer[end](oops);
    const read = branch.read(new Uint8Array(1), { signal });
    if (end === 'close') equal(await read, null);
    else await rejects(read, (error) => error === oops);
  }
});

test('tee() of a branch: works as that of any reader', async () => {
  const { reader, writer } = io.pipe({ capacity: 8 });
  const [left, right] = io.tee(reader);
  const texts = [...io.tee(right, 2), left].map((branch) => io.text(branch));
  await writer.write('through two');
  writer.close();
  deepEqual(await Promise.all(texts), ['through two', 'through two', 'through two']);
});

test('tee(): refuses what is no reader, no count and no option', () => {
  const { reader } = io.pipe();
  throws(() => io.tee({} as never), /^TypeError: reader must be a Reader/);
  throws(() => io.tee(reader, '2' as never), /^TypeError: n must be a number, got "2"/);
  for (const n of [0, -1, 1.5, Number.NaN]) throws(() => io.tee(reader, n), RangeError);
  throws(
    () => io.tee(reader, 2, { policies: 1 } as never),
    /^TypeError: options has 'policy', 'capacity', got 'policies'/,
  );
  throws(
    () => io.tee(reader, 2, { policy: 'drop' } as never),
    /^TypeError: options.policy must be 'lockstep' or 'evict', got "drop"/,
  );
  equal(io.tee(reader, 2, { policy: 'lockstep' }).length, 2);
});

test('DeadlockError: one that the source alone was told of reaches the branches, which stay open', async () => {
  let reads = 0;
  const source = {
    async read(into: Uint8Array) {
      if (reads++ === 0) throw new io.DeadlockError('stuck elsewhere');
      into[0] = 7;
      return 1;
    },
  };
  const [left, right] = io.tee(source);
  const into = new Uint8Array(1);
  const failed = [left, right].map((branch) => rejects(branch.read(into), /stuck elsewhere/));
  await Promise.all(failed);
  equal(await left.read(into), 1);
  equal(await right.read(into), 1);
});
