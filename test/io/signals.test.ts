/** Signals that many calls share, that fire while they fire, or that are no AbortSignal of this runtime. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

const MANY = 100_000;
const BOUND = 20_000; // ms; a walk through all listeners for each call would take minutes

for (const capacity of [0, 8]) {
  test(`signal: ${MANY} writes that wait under one leave no listener once they have settled (capacity ${capacity})`, async () => {
    const began = performance.now();
    const { signal } = new AbortController();
    const { reader, writer } = io.pipe({ capacity });
    const chunk = new Uint8Array(1);
    const sent: Promise<number>[] = [];
    for (let i = 0; i < MANY; i++) sent.push(writer.write(chunk, { signal }));
    equal(getEventListeners(signal, 'abort').length, 1);
    const into = new Uint8Array(4096);
    while (reader.bytesRead < MANY) await reader.read(into);
    await Promise.all(sent);
    equal(getEventListeners(signal, 'abort').length, 0);
    ok(performance.now() - began < BOUND);
  });

  test(`signal: gives up ${MANY} reads in call order, and leaves no listener (capacity ${capacity})`, async () => {
    const began = performance.now();
    const controller = new AbortController();
    const { signal } = controller;
    const { reader, writer } = io.pipe({ capacity });
    const reason = new Error('late');
    let next = 0;
    let inOrder = true;
    const given: Promise<void>[] = [];
    for (let i = 0; i < MANY; i++) {
      given.push(
        reader.read(new Uint8Array(1), { signal }).then(
          () => Promise.reject(new Error('read what nobody wrote')),
          (error) => {
            inOrder &&= next++ === i && error === reason;
          },
        ),
      );
    }
    controller.abort(reason);
    equal(getEventListeners(signal, 'abort').length, 0);
    await Promise.all(given);
    ok(inOrder);
    const read = reader.read(new Uint8Array(1));
    await writer.write('x');
    equal(await read, 1);
    ok(performance.now() - began < BOUND);
  });
}

test('signal: calls that need not wait never listen, and closing stops all listening', async () => {
  const { signal } = new AbortController();
  const count = () => getEventListeners(signal, 'abort').length;
  const { reader, writer } = io.pipe({ capacity: 4 });
  await writer.write('abcd', { signal });
  await reader.read(new Uint8Array(4), { signal });
  equal(count(), 0);
  const read = rejects(reader.read(new Uint8Array(1), { signal }), io.ClosedPipeError);
  equal(count(), 1);
  reader.close();
  equal(count(), 0);
  await read;
  await rejects(writer.write('x', { signal }), io.BrokenPipeError);
  equal(count(), 0);
});

test('signal: one that is shared by several pipes is let go of by the last of them', async () => {
  const { signal } = new AbortController();
  const pipes = [io.pipe(), io.pipe({ capacity: 1 }), io.pipe()];
  const reads = pipes.map(({ reader }) => reader.read(new Uint8Array(1), { signal }));
  for (const { writer } of pipes) {
    equal(getEventListeners(signal, 'abort').length, 1);
    await writer.write('x');
  }
  equal(getEventListeners(signal, 'abort').length, 0);
  deepEqual(await Promise.all(reads), [1, 1, 1]);
});

test('signal: has one listener however many copies, and calls of others’ ends, share it', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const count = () => getEventListeners(signal, 'abort').length;
  const never = { read: () => new Promise<number>(() => {}) };
  const reason = new Error('enough');
  const given: Promise<void>[] = [];
  for (let i = 0; i < 20; i++) {
    const { writer } = io.pipe();
    given.push(rejects(io.copy(never, writer, { signal }), (error) => error === reason));
    given.push(rejects(io.copy(never, writer, { signal, close: true }), (error) => error === reason));
  }
  equal(count(), 1);
  controller.abort(reason);
  await Promise.all(given);
  equal(count(), 0);
});

test('signal: calls made during its own dispatch reject with its reason, those given up by then too', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const { reader } = io.pipe();
  const reason = new Error('now');
  const outcomes: Promise<unknown>[] = [];
  const read = () => outcomes.push(reader.read(new Uint8Array(1), { signal }).catch((error) => error));
  signal.addEventListener('abort', read);
  read();
  signal.addEventListener('abort', () => {
    controller.abort(new Error('again'));
    read();
  });
  controller.abort(reason);
  deepEqual(await Promise.all(outcomes), [reason, reason, reason]);
  equal(getEventListeners(signal, 'abort').length, 2);
});

test('signal: fires again for calls made after an earlier group has settled', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const { reader, writer } = io.pipe();
  const first = reader.read(new Uint8Array(1), { signal });
  await writer.write('x');
  equal(await first, 1);
  const second = rejects(reader.read(new Uint8Array(1), { signal }), { name: 'AbortError' });
  controller.abort();
  await second;
});

/** The least that counts as a signal. */
class DuckSignal {
  aborted = false;
  reason: unknown;
  readonly listeners = new Set<() => void>();
  addEventListener(_: 'abort', listener: () => void): void {
    this.listeners.add(listener);
  }
  removeEventListener(_: 'abort', listener: () => void): void {
    this.listeners.delete(listener);
  }
  fire(reason: unknown): void {
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.listeners) listener();
  }
}

test('signal: an object of the same shape will do, and a reason of undefined stays one', async () => {
  for (const reason of ['enough', undefined, 0, null]) {
    const signal = new DuckSignal();
    const { reader, writer } = io.pipe({ capacity: 2 });
    const sent = writer.write('12345', { signal });
    const given = sent.then(
      () => ok(false),
      (error) => equal(error, reason),
    );
    equal(signal.listeners.size, 1);
    signal.fire(reason);
    await given;
    equal(signal.listeners.size, 0);
    equal(writer.bytesWritten, 2);
    const late = await reader.read(new Uint8Array(1), { signal }).then(
      () => 'read',
      (error) => error,
    );
    equal(late, reason);
    equal(reader.bytesRead, 0);
  }
});

test('signal: one that calls its listener again and again gives up each call once', async () => {
  const signal = new DuckSignal();
  const { reader } = io.pipe();
  const given = reader.read(new Uint8Array(1), { signal }).catch((error) => error);
  const [listener] = signal.listeners;
  signal.fire('first');
  signal.reason = 'second';
  listener?.();
  equal(await given, 'first');
});

test('signal: one that refuses a listener fails that call, and is listened to by the next', async () => {
  class Refusing extends DuckSignal {
    refuses = true;
    override addEventListener(type: 'abort', listener: () => void): void {
      if (this.refuses) throw new Error('refused');
      super.addEventListener(type, listener);
    }
  }
  const signal = new Refusing();
  const { reader } = io.pipe();
  await rejects(reader.read(new Uint8Array(1), { signal }), /refused/);
  signal.refuses = false;
  const given = reader.read(new Uint8Array(1), { signal }).catch((error) => error);
  signal.fire('enough');
  reader.close(); // against hanging: the read would reject with a ClosedPipeError
  equal(await given, 'enough');
});
