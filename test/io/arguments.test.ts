/** What callers may pass wrongly: refused at the door, by name and with the value, before anything moved. */
import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import { arrayOfAnotherRealm } from '../fixtures/another-realm.js';
import { runtime } from '../runtimes/runtime.js';
import { test } from '../runtimes/test.js';

/** What no type checker would let through. */
function wrong<Value>(value: unknown): Value {
  return value as Value;
}

test('pipe(): refuses a capacity that is no whole number of bytes', () => {
  for (const capacity of [-1, 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    throws(
      () => io.pipe({ capacity }),
      new RangeError(`capacity must be a whole number >= 0, got ${capacity}`),
    );
  }
  for (const [capacity, shown] of [
    ['16', '"16"'],
    [null, 'null'],
    [16n, '16'],
    [{}, 'Object'],
    [true, 'true'],
  ]) {
    throws(
      () => io.pipe({ capacity: wrong(capacity) }),
      new TypeError(`capacity must be a number, got ${shown}`),
    );
  }
});

test('pipe(): refuses a capacity that the engine cannot allocate', () => {
  for (const capacity of [Number.MAX_SAFE_INTEGER, 2 ** 52]) {
    throws(() => io.pipe({ capacity }), {
      name: 'RangeError',
      message: `capacity must be a number of bytes that this engine can allocate, got ${capacity}`,
    });
  }
});

test('pipe(): names an unknown option, and the one that was meant', () => {
  const known = "options has 'capacity', 'name', got";
  throws(() => io.pipe(wrong({ kapacity: 1 })), new TypeError(`${known} 'kapacity'`));
  for (const key of ['highWaterMark', 'size']) {
    throws(() => io.pipe(wrong({ [key]: 1 })), new TypeError(`${known} '${key}'; did you mean capacity?`));
  }
  throws(() => io.pipe(wrong(null)), new TypeError('options must be an object, got null'));
  throws(() => io.pipe(wrong(16)), new TypeError('options must be an object, got 16'));
  throws(() => io.pipe({ name: wrong(7) }), new TypeError('name must be a string, got 7'));
  equal(io.pipe({ capacity: undefined, name: undefined }).reader.bytesRead, 0);
});

const WRONG_BYTES: [unknown, string][] = [
  [undefined, 'got undefined'],
  [null, 'got null'],
  [5, 'got 5'],
  [[1, 2], 'got Array; convert it: Uint8Array.from(array)'],
  [{ length: 1 }, 'got Object'],
  [new ArrayBuffer(3), 'got ArrayBuffer of 3 bytes; view it: new Uint8Array(buffer)'],
  [new SharedArrayBuffer(3), 'got SharedArrayBuffer of 3 bytes; view it: new Uint8Array(buffer)'],
  ...[new DataView(new ArrayBuffer(2)), new Uint16Array(1), new Uint8ClampedArray(2), new Int8Array(2)].map(
    (view): [unknown, string] => [
      view,
      `got ${view.constructor.name} of 2 bytes; view it: new Uint8Array(v.buffer, v.byteOffset, v.byteLength)`,
    ],
  ),
  [new Proxy(new Uint8Array(1), {}), 'got Uint8Array'],
  [Object.create(Uint8Array.prototype), 'got'],
];

for (const capacity of [0, 8]) {
  const on = `capacity ${capacity}`;

  test(`read(), tryRead(), write(), tryWrite(): refuse what is no Uint8Array, and say how to convert it (${on})`, async () => {
    for (const [value, message] of WRONG_BYTES) {
      // Neither describes itself: a getter of theirs throws.
      if (message === 'got' || value instanceof Uint8Array) continue;
      const { reader, writer } = io.pipe({ capacity });
      const into = new TypeError(`into must be a Uint8Array, ${message}`);
      await rejects(reader.read(wrong(value)), into);
      throws(() => reader.tryRead(wrong(value)), into);
      await rejects(
        writer.write(wrong(value)),
        new TypeError(`chunk must be a Uint8Array or a string, ${message}`),
      );
      throws(() => writer.tryWrite(wrong(value)), new TypeError(`chunk must be a Uint8Array, ${message}`));
      equal(reader.bytesRead + writer.bytesWritten, 0);
    }
  });

  test(`read(), write(): refuse a proxy and an object that only inherits from Uint8Array (${on})`, async () => {
    for (const value of [new Proxy(new Uint8Array(1), {}), Object.create(Uint8Array.prototype)]) {
      const { reader, writer } = io.pipe({ capacity });
      await rejects(reader.read(value), TypeError);
      await rejects(writer.write(value), TypeError);
      throws(() => reader.tryRead(value), TypeError);
      throws(() => writer.tryWrite(value), TypeError);
    }
  });

  test(`tryWrite(): takes bytes only (${on})`, () => {
    const { writer } = io.pipe({ capacity });
    throws(
      () => writer.tryWrite(wrong('text')),
      new TypeError('chunk must be a Uint8Array, got "text"; encode it: new TextEncoder().encode(text)'),
    );
  });

  test(`read(), write(): refuse wrong options before anything moves (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const one = new Uint8Array(1);
    for (const [options, message] of [
      [null, 'options must be an object, got null'],
      ['signal', 'options must be an object, got "signal"'],
      [{ timeout: 5 }, "options has 'signal', got 'timeout'"],
      [{ signal: null }, 'options.signal must be an AbortSignal, got null'],
      [{ signal: {} }, 'options.signal must be an AbortSignal, got Object'],
      [{ signal: new AbortController() }, 'options.signal must be an AbortSignal, got AbortController'],
    ]) {
      await rejects(reader.read(one, wrong(options)), new TypeError(wrong(message)));
      await rejects(writer.write(one, wrong(options)), new TypeError(wrong(message)));
    }
    equal(writer.bytesWritten, 0);
    equal(writer.tryWrite(one), Math.min(1, capacity));
  });

  test(`read(), write(): a wrong argument comes before a closed end and a fired signal (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    reader.close();
    writer.close();
    const signal = AbortSignal.abort();
    await rejects(reader.read(wrong(1), { signal }), TypeError);
    await rejects(writer.write(wrong(1), { signal }), TypeError);
    await rejects(reader.read(new Uint8Array(1), wrong({ signal: 1 })), TypeError);
    await rejects(writer.write('', wrong({ signal: 1 })), TypeError);
  });

  test(`read(), write(): refuse memory that was detached before, also of an empty view (${on})`, async () => {
    for (const length of [0, 3]) {
      const bytes = new Uint8Array(length);
      structuredClone(bytes, { transfer: [bytes.buffer] });
      const { reader, writer } = io.pipe({ capacity });
      const gone = { name: 'TypeError', message: /got one whose memory was detached or shrank$/ };
      await rejects(reader.read(bytes), gone);
      await rejects(writer.write(bytes), gone);
      throws(() => reader.tryRead(bytes), gone);
      throws(() => writer.tryWrite(bytes), gone);
    }
  });

  test(`read(), write(): shared and WASM memory, subarrays, subclasses and other realms' arrays will do (${on})`, async () => {
    const memory = new (wrong<{ WebAssembly: { Memory: new (o: object) => { buffer: ArrayBuffer } } }>(
      globalThis,
    ).WebAssembly.Memory)({ initial: 1 });
    const makers: Record<string, () => Uint8Array> = {
      shared: () => new Uint8Array(new SharedArrayBuffer(8), 2, 5),
      wasm: () => new Uint8Array(memory.buffer, 100, 5),
      subarray: () => new Uint8Array(20).subarray(7, 12),
      ...(runtime !== 'a page' && { buffer: () => Buffer.alloc(5) }),
      subclass: () => new (class Bytes extends Uint8Array {})(5),
      realm: () => arrayOfAnotherRealm(5),
    };
    for (const [kind, make] of Object.entries(makers)) {
      const { reader, writer } = io.pipe({ capacity });
      const chunk = make();
      chunk.set([1, 2, 3, 4, 5]);
      const sent = writer.write(chunk);
      const into = kind === 'wasm' ? new Uint8Array(memory.buffer, 200, 5) : make();
      equal(await io.readFull(reader, into), 5, kind);
      equal(await sent, 5, kind);
      deepEqual([...into], [1, 2, 3, 4, 5], kind);
    }
  });
}

test('trace(): refuses what is no boolean', () => {
  throws(() => io.trace(wrong('yes')), new TypeError('on must be true or false, got "yes"'));
  throws(() => io.trace(wrong(Object.create(null))), /^TypeError: on must be true or false, got object$/);
});

test('write(): an out-of-bounds view of a resizable buffer is no empty chunk', {
  skip: 'resize' in ArrayBuffer.prototype ? false : 'no resizable ArrayBuffer here',
}, async () => {
  const buffer = resizable(8, 8);
  const view = new Uint8Array(buffer, 4, 4);
  buffer.resize(2);
  const { reader, writer } = io.pipe({ capacity: 8 });
  await rejects(writer.write(view), TypeError);
  await rejects(reader.read(view), TypeError);
});

function resizable(length: number, maxByteLength: number): ArrayBuffer & { resize(length: number): void } {
  return new (wrong<new (length: number, options: object) => ArrayBuffer & { resize(length: number): void }>(
    ArrayBuffer,
  ))(length, { maxByteLength });
}
