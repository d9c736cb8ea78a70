/**
 * Ends that the collector takes. The collector is asked to run until what must happen has happened; that something does
 * not happen is shown by a pipe that works after the collector has run as often.
 */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import * as io from 'pipework';
import { collect, collectUntil } from '../fixtures/collector.js';
import { test } from '../runtimes/test.js';

/** As often as it takes an end that nobody holds to be collected, several times over. */
async function collectWell(): Promise<void> {
  const lost = (() => io.pipe().reader.read(new Uint8Array(1)))();
  await collectUntil(lost.catch(() => {}));
  for (let round = 0; round < 5; round++) await collect();
}

for (const capacity of [0, 4]) {
  const on = `capacity ${capacity}`;
  const full = new Uint8Array(capacity + 1);

  test(`AbandonedPipeError: a read that waits rejects when its writer is collected (${on})`, async () => {
    const read = (() => io.pipe({ capacity, name: 'lost' }).reader.read(new Uint8Array(1)))();
    const failed = rejects(read, {
      name: 'AbandonedPipeError',
      code: 'ERR_PIPE_ABANDONED',
      message: 'lost: the writer was collected as garbage without close()',
    });
    await collectUntil(failed);
    await failed;
  });

  test(`AbandonedPipeError: a write that waits rejects when its reader is collected (${on})`, async () => {
    const written = (() => io.pipe({ capacity, name: 'lost' }).writer.write(full))();
    const failed = rejects(written, {
      name: 'AbandonedPipeError',
      message: 'lost: the reader was collected as garbage without close()',
    });
    await collectUntil(failed);
    await failed;
  });

  for (const [what, wait] of [
    ['a chunk iterator', (reader: io.PipeReader) => reader[Symbol.asyncIterator]().next()],
    ['lines()', (reader: io.PipeReader) => io.lines(reader).next()],
    ['text()', (reader: io.PipeReader) => io.text(reader)],
    ['copy()', (reader: io.PipeReader) => io.copy(reader, { write: async (chunk) => chunk.length })],
    ['closed', (reader: io.PipeReader) => (reader.tryRead(new Uint8Array(1)) === 0 ? reader.closed : null)],
  ] as const) {
    test(`AbandonedPipeError: reaches ${what} (${on})`, async () => {
      const reader = { kept: undefined as io.PipeReader | undefined };
      const waiting = (() => {
        const pipe = io.pipe({ capacity });
        reader.kept = pipe.reader;
        return wait(pipe.reader);
      })();
      const failed = rejects(Promise.resolve(waiting as Promise<unknown>), io.AbandonedPipeError);
      await collectUntil(failed);
      await failed;
      equal(reader.kept?.bytesRead, 0);
    });
  }

  test(`AbandonedPipeError: reaches the writer's closed (${on})`, async () => {
    const writer = (() => {
      const pipe = io.pipe({ capacity });
      // A try that gave 0 counts as a wait.
      pipe.reader.tryRead(new Uint8Array(1));
      return pipe.writer;
    })();
    const failed = rejects(writer.closed, io.AbandonedPipeError);
    await collectUntil(failed);
    await failed;
    await rejects(writer.write('x'), io.AbandonedPipeError);
  });

  test(`read(): a promise that waits keeps its own end (${on})`, async () => {
    const { read, writer } = (() => {
      const pipe = io.pipe({ capacity });
      return { read: pipe.reader.read(new Uint8Array(1)), writer: pipe.writer };
    })();
    await collectWell();
    equal(await writer.write('x'), 1);
    equal(await read, 1);
    // It is settled, so nobody holds the reader any more.
    const failed = rejects(writer.write(new Uint8Array(9)), io.AbandonedPipeError);
    await collectUntil(failed);
    await failed;
  });

  test(`write(): a promise that waits keeps its own end (${on})`, async () => {
    const { written, reader } = (() => {
      const pipe = io.pipe({ capacity });
      return { written: pipe.writer.write(full), reader: pipe.reader };
    })();
    await collectWell();
    equal(await io.readFull(reader, new Uint8Array(full.length)), full.length);
    equal(await written, full.length);
    const failed = rejects(reader.read(new Uint8Array(1)), io.AbandonedPipeError);
    await collectUntil(failed);
    await failed;
  });

  test(`[Symbol.asyncIterator]: an iterator keeps its reader (${on})`, async () => {
    const { chunks, writer } = (() => {
      const pipe = io.pipe({ capacity });
      pipe.reader.tryRead(new Uint8Array(1));
      return { chunks: pipe.reader[Symbol.asyncIterator](), writer: pipe.writer };
    })();
    await collectWell();
    const sent = writer.write('x');
    deepEqual(await chunks.next(), { done: false, value: Uint8Array.of(120) });
    equal(await sent, 1);
  });

  test(`lines(): an iterator keeps its reader (${on})`, async () => {
    const { lines, writer } = (() => {
      const pipe = io.pipe({ capacity });
      pipe.reader.tryRead(new Uint8Array(1));
      return { lines: io.lines(pipe.reader), writer: pipe.writer };
    })();
    await collectWell();
    const sent = writer.write('x\n');
    deepEqual(await lines.next(), { done: false, value: 'x' });
    equal(await sent, 2);
  });

  test(`copy(): keeps both its ends while it waits (${on})`, async () => {
    const { writer, reader } = (() => {
      const from = io.pipe({ capacity });
      const to = io.pipe({ capacity });
      io.copy(from.reader, to.writer, { close: true });
      return { writer: from.writer, reader: to.reader };
    })();
    const got = io.text(reader);
    await collectWell();
    await writer.write('still here');
    writer.close();
    equal(await got, 'still here');
  });

  test(`close(): an end that was closed is not abandoned by being collected (${on})`, async () => {
    const reader = (() => {
      const pipe = io.pipe({ capacity });
      pipe.reader.tryRead(new Uint8Array(1));
      pipe.writer.write(full).catch(() => {});
      pipe.writer.close();
      return pipe.reader;
    })();
    await collectWell();
    equal((await io.readAll(reader)).length, full.length);
    await reader.closed;

    const writer = (() => {
      const pipe = io.pipe({ capacity });
      pipe.reader.tryRead(new Uint8Array(1));
      pipe.reader.close();
      return pipe.writer;
    })();
    await collectWell();
    await rejects(writer.write('x'), io.BrokenPipeError);
  });

  test(`AbandonedPipeError: both ends of a pipe that has waited can be collected (${on})`, async () => {
    const refs = (() => {
      const { reader, writer } = io.pipe({ capacity });
      reader.tryRead(new Uint8Array(1));
      return [new WeakRef(reader), new WeakRef(writer)];
    })();
    await collectWell();
    deepEqual(
      refs.map((ref) => ref.deref()),
      [undefined, undefined],
    );
  });
}

for (const hasWaited of [true, false]) {
  test(`AbandonedPipeError: what was written is delivered first (the pipe ${hasWaited ? 'had' : 'had not'} waited)`, async () => {
    const reader = (() => {
      const pipe = io.pipe({ capacity: 8 });
      if (hasWaited) pipe.reader.tryRead(new Uint8Array(1));
      pipe.writer.tryWrite(Uint8Array.of(1, 2, 3));
      return pipe.reader;
    })();
    await collectWell();
    const into = new Uint8Array(8);
    equal(await reader.read(into), 3);
    deepEqual([...into], [1, 2, 3, 0, 0, 0, 0, 0]);
    const failed = rejects(reader.read(into), io.AbandonedPipeError);
    await collectUntil(failed);
    await failed;
  });
}
