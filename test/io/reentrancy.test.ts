/** Closing one end from inside a callback of the other: no call is lost, none settles twice, the pipe stays consistent. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

for (const capacity of [0, 4]) {
  const on = `capacity ${capacity}`;

  for (const how of ['close', 'abort'] as const) {
    test(`reader.${how}(): from the then-callback of a write, the writes behind it reject (${on})`, async () => {
      const { reader, writer } = io.pipe({ capacity });
      const reason = new Error('enough');
      const first = writer.write(bytes(capacity + 1)).then(() => reader[how](reason));
      const second = writer.write(bytes(8));
      const failed = rejects(second, (error) =>
        how === 'abort' ? error === reason : isBroken(error, capacity > 0 ? 1 : 0),
      );
      await io.readFull(reader, new Uint8Array(capacity === 0 ? 1 : 2));
      await first;
      await failed;
      await rejects(reader.read(new Uint8Array(1)), io.ClosedPipeError);
    });

    test(`writer.${how}(): from the then-callback of a read, the reads behind it settle (${on})`, async () => {
      const { reader, writer } = io.pipe({ capacity });
      const reason = new Error('cut off');
      const first = reader.read(new Uint8Array(1)).then(() => writer[how](reason));
      const second = reader.read(new Uint8Array(1));
      const end =
        how === 'abort'
          ? rejects(second, (error) => error === reason)
          : second.then((count) => equal(count, null));
      await writer.write(bytes(1));
      await first;
      await end;
    });

    test(`reader.${how}(): from an abort listener that runs before ours (${on})`, async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const { reader, writer } = io.pipe({ capacity });
      const reason = new Error('enough');
      signal.addEventListener('abort', () => reader[how](reason));
      const sent = writer.write(bytes(8), { signal });
      const failed = rejects(sent, (error) =>
        how === 'abort' ? error === reason : isBroken(error, capacity),
      );
      controller.abort();
      await failed;
      equal(writer.bytesWritten, capacity);
    });

    test(`writer.${how}(): from an abort listener that runs after ours (${on})`, async () => {
      const controller = new AbortController();
      const { signal } = controller;
      const { reader, writer } = io.pipe({ capacity });
      const reason = new Error('cut off');
      const given = rejects(reader.read(new Uint8Array(1), { signal }), { name: 'AbortError' });
      const behind = reader.read(new Uint8Array(1));
      signal.addEventListener('abort', () => writer[how](reason));
      const end =
        how === 'abort'
          ? rejects(behind, (error) => error === reason)
          : behind.then((count) => equal(count, null));
      controller.abort();
      await given;
      await end;
    });

    test(`copy(): an onProgress that calls ${how} of the source stops it, and the sink is told (${on})`, async () => {
      const from = io.pipe({ capacity: 4 });
      const to = io.pipe({ capacity: 8 });
      await from.writer.write(bytes(4));
      const reason = new Error('enough');
      const copied = io.copy(from.reader, to.writer, {
        close: true,
        onProgress: () => from.reader[how](reason),
      });
      const error = await copied.catch((error) => error);
      ok(error instanceof io.ClosedPipeError);
      equal(error.cause, how === 'abort' ? reason : undefined);
      await rejects(io.readAll(to.reader), (seen) => seen === error);
    });
  }

  test(`abort(): the first reason stays, also when 'closed' handlers of either side give another (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const first = new Error('first');
    writer.closed.catch((reason) => writer.abort(new Error('second', { cause: reason })));
    const told = rejects(writer.closed, (error) => error === first);
    reader.abort(first);
    reader.abort(new Error('third'));
    await told;
    const error = await writer.write(bytes(1)).catch((error) => error);
    ok(error instanceof io.ClosedPipeError);
    equal(error.cause, first);
  });

  test(`close(): from the then-callback of one's own write, those behind it are still sent (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const sent = [
      writer.write(bytes(3)).then(() => writer.close()),
      writer.write(bytes(5)),
      writer.write(bytes(2)),
    ];
    const all = await io.readAll(reader);
    equal(all.length, 10);
    deepEqual((await Promise.all(sent)).slice(1), [5, 2]);
    await writer.closed;
  });
}

for (const capacity of [0, 4]) {
  for (const end of ['reader', 'writer'] as const) {
    test(`${end}.abort(): a signal of somebody's own that fires another when it is let go; each write settles once (capacity ${capacity})`, async () => {
      const { reader, writer } = io.pipe({ capacity });
      const fired = new Error('fired');
      const other = new AbortController();
      const letGo = {
        aborted: false,
        reason: undefined,
        addEventListener: () => {},
        removeEventListener: () => other.abort(fired),
      };
      const reason = new Error('enough');
      const writes = [letGo, other.signal, undefined].map((signal) => writer.write(bytes(8), { signal }));
      const outcomes = Promise.allSettled(writes);
      (end === 'reader' ? reader : writer).abort(reason);
      const [first, second, third] = (await outcomes).map((outcome) =>
        outcome.status === 'rejected' ? outcome.reason : undefined,
      );
      equal(second, fired);
      for (const error of [first, third]) equal(end === 'reader' ? error : error.cause, reason);
    });
  }
}

function isBroken(error: unknown, bytesWritten: number): boolean {
  return error instanceof io.BrokenPipeError && error.bytesWritten === bytesWritten;
}

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(1);
}
