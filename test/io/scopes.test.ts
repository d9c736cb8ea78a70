/** Leaving `using` and `await using` scopes, by an exception and normally. */
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import * as io from 'pipework';
import { test } from '../runtimes/test.js';

const oops = new Error('oops');

for (const capacity of [0, 8]) {
  const on = `capacity ${capacity}`;

  test(`using writer: left by an exception, readers get AbandonedPipeError and never a clean end (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const seen = rejects(io.readAll(reader), io.AbandonedPipeError);
    await rejects(async () => {
      using output = writer;
      await output.write('half');
      throw oops;
    }, oops);
    await seen;
    await rejects(writer.write('x'), io.ClosedPipeError);
  });

  test(`using writer: left normally without close(), it is abandoned just so (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    {
      using output = writer;
      equal(output.tryWrite(new Uint8Array(4)), Math.min(4, capacity));
    }
    equal(capacity === 0 ? 4 : reader.tryRead(new Uint8Array(8)), 4);
    throws(() => reader.tryRead(new Uint8Array(8)), io.AbandonedPipeError);
    await rejects(reader.closed, io.AbandonedPipeError);
    await writer.closed;
  });

  test(`using writer: left after close(), writes that wait are still sent (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    let sent: Promise<number>;
    {
      using output = writer;
      sent = output.write('more than fits');
      output.close();
    }
    equal(await io.text(reader), 'more than fits');
    equal(await sent, 14);
  });

  test(`using writer: left after abort(), its reason stays (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    {
      using output = writer;
      output.abort(oops);
    }
    await rejects(reader.read(new Uint8Array(1)), oops);
  });

  test(`await using writer: after close() it waits until all was handed over (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    let isLeft = false;
    const leaving = (async () => {
      await using output = writer;
      output.write('more than fits');
      output.close();
    })().then(() => {
      isLeft = true;
    });
    equal(await reader.read(new Uint8Array(4)), 4);
    equal(isLeft, false);
    equal(await io.text(reader), ' than fits');
    await leaving;
    ok(isLeft);
  });

  test(`await using writer: left by an exception, does not wait for the reader (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    await rejects(async () => {
      await using output = writer;
      output.write('more than fits').catch(() => {});
      throw oops;
    }, oops);
    await rejects(io.readAll(reader), io.AbandonedPipeError);
  });

  test(`await using writer: after close(), rejects with the reader's reason (${on})`, async () => {
    const { reader, writer } = io.pipe({ capacity });
    const leaving = (async () => {
      await using output = writer;
      output.write('more than fits').catch(() => {});
      output.close();
    })();
    reader.abort(oops);
    await rejects(leaving, oops);
  });

  for (const kind of ['using', 'await using']) {
    test(`${kind} reader: left by an exception or normally, the writer learns that nobody reads (${on})`, async () => {
      for (const failure of [oops, undefined]) {
        const { reader, writer } = io.pipe({ capacity });
        const sent = writer.write('more than fits').catch((error) => error);
        const into = new Uint8Array(4);
        const scope = async () => {
          if (kind === 'using') {
            using input = reader;
            await input.read(into);
            if (failure !== undefined) throw failure;
          } else {
            await using input = reader;
            await input.read(into);
            if (failure !== undefined) throw failure;
          }
        };
        equal(await scope().catch((error) => error), failure);
        const error = await sent;
        ok(error instanceof io.BrokenPipeError);
        equal(error.bytesWritten, capacity + 4);
        await rejects(writer.closed, io.BrokenPipeError);
      }
    });
  }
}

test('dispose: ignores arguments, and is idempotent', async () => {
  const { reader, writer } = io.pipe({ capacity: 4 });
  await writer.write('abc');
  writer.close();
  for (let i = 0; i < 2; i++) {
    writer[Symbol.dispose]();
    await writer[Symbol.asyncDispose]();
  }
  deepEqual([...(await io.readAll(reader))], [97, 98, 99]);
  for (let i = 0; i < 2; i++) {
    reader[Symbol.dispose]();
    await reader[Symbol.asyncDispose]();
  }
});
