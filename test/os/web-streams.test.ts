/** Kernel pipes as Web streams: bytes, ends, and an event loop that goes on. */
import { equal, rejects } from 'node:assert/strict';
import * as io from 'pipework';
import * as os from 'pipework/os';
import { test } from '../runtimes/test.js';

const SIZE = 8 * 1024 * 1024; // bytes

test('toWeb(): all bytes of a stream come out of a kernel pipe in order, into a Response', async () => {
  const { readable, writable } = io.toWeb(os.pipe());
  const all = Uint8Array.from({ length: SIZE }, (_, i) => i % 251);
  const sent = new Blob([all]).stream().pipeTo(writable);
  const got = Buffer.from(await new Response(readable).arrayBuffer());
  await sent;
  equal(Buffer.compare(got, all), 0);
});

test('toWeb(): timers have their turn while a kernel pipe always has more', async () => {
  const { reader, writer } = os.pipe();
  const chunk = new Uint8Array(16_384);
  const copied = io.copy(
    (function* () {
      for (;;) yield chunk;
    })(),
    writer,
    { close: true },
  );
  const stream = io.toWeb(reader).getReader({ mode: 'byob' });
  let isDue = false;
  setTimeout(() => {
    isDue = true;
  }, 1);
  let into = new Uint8Array(4096);
  while (!isDue) {
    const { value } = await stream.read(into);
    into = value as Uint8Array<ArrayBuffer>;
  }
  await stream.cancel();
  await rejects(copied, io.BrokenPipeError);
});

test("toWeb(writer): fails at once when a kernel pipe's reader closes, though nobody writes", async () => {
  const { reader, writer } = os.pipe();
  const stream = io.toWeb(writer).getWriter();
  reader.close();
  await rejects(stream.closed, io.BrokenPipeError);
});

test("fromWeb(): a Web stream's reader and writer through a kernel pipe keep counts and the end", async () => {
  const { reader, writer } = os.pipe();
  const far = io.fromWeb(io.toWeb({ reader, writer }));
  const sent = far.writer.write('through the kernel').then(() => far.writer.close());
  equal(await io.text(far.reader), 'through the kernel');
  await sent;
  await far.writer.closed;
  equal(far.reader.bytesRead, 18);
});
