/**
 * A write that meets a read in the same program is passed to it in one call: what holds for a write and then a read holds
 * for that call, whatever the sizes, and the bytes are in the kernel for whoever else should have them.
 */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { readSync } from 'node:fs';
import * as os from 'pipework/os';
import { runtime } from '../runtimes/runtime.js';
import { test } from '../runtimes/test.js';

/** Around what is copied in JavaScript (64), a slice of the call (8192) and a full pipe (65536), in bytes. */
const SIZES = [1, 63, 64, 65, 4096, 8191, 8192, 8193, 24_576, 65_535, 65_536, 65_537, 200_000];
const PAGE = 4096; // bytes

/** Bytes that are never the same at places that lie a slice, a page or a full pipe apart. */
const all = new Uint8Array(400_000).map((_, at) => at % 251);

for (const capacity of [undefined, PAGE]) {
  const given = capacity === undefined ? 'of the usual capacity' : 'of one page';
  test(`write(): what a waiting read has no room for comes next, in order (pipe ${given})`, async () => {
    for (const size of SIZES) {
      for (const room of SIZES) {
        const { reader, writer } = os.pipe(capacity === undefined || isPosix ? {} : { capacity });
        const memory = new Uint8Array(room + 2).fill(255);
        const read = reader.read(memory.subarray(1, 1 + room));
        const written = writer.write(all.subarray(0, size));
        const first = (await read) ?? 0;
        const about = `${size} bytes into ${room}`;
        equal(first, Math.min(size, room), about);
        equal(reader.bytesRead, first, about);
        const rest = await readRest(reader, size - first);
        equal(await written, size, about);
        const got = Buffer.concat([memory.subarray(1, 1 + first), rest]);
        equal(got.equals(all.subarray(0, size)), true, about);
        deepEqual([memory[0], memory[1 + room]], [255, 255], `${about}: nothing beside the buffer`);
        deepEqual([writer.bytesWritten, reader.bytesRead, reader.available], [size, size, 0], about);
        writer.close();
        equal(await reader.read(memory), null);
      }
    }
  });
}

const isPosix = process.env['PIPEWORK_OS'] === 'posix'; // there a capacity cannot be set

async function readRest(reader: os.KernelReader, length: number): Promise<Uint8Array> {
  const rest = new Uint8Array(length);
  for (let done = 0; done < length; ) done += (await reader.read(rest.subarray(done))) ?? length;
  return rest;
}

test('write(): one meets several reads that wait, and each gets the next bytes, in call order', async () => {
  const { reader, writer } = os.pipe();
  const settled: string[] = [];
  const buffers = [10_000, 64, 20_000, 1].map((length) => new Uint8Array(length));
  const reads = buffers.map((into, at) => reader.read(into).then((count) => settled.push(`${at}: ${count}`)));
  await writer.write(all.subarray(0, 15_000)).then(() => settled.push('write'));
  deepEqual(settled, ['0: 10000', '1: 64', '2: 4936', 'write']);
  const rest = await writer.write(all.subarray(0, 1));
  await Promise.all(reads);
  deepEqual([rest, settled.at(-1)], [1, '3: 1']);
  const got = Buffer.concat([...buffers.slice(0, 2), (buffers[2] as Uint8Array).subarray(0, 4936)]);
  equal(got.equals(all.subarray(0, 15_000)), true);
  reader.close();
  writer.close();
});

test('write(): what still waits of one goes on with the next read that waits, at once', async () => {
  const { reader, writer } = os.pipe();
  const reads = [10, 50_000].map((length) => reader.read(new Uint8Array(length)));
  const written = writer.write(all.subarray(0, 110_000));
  deepEqual([reader.bytesRead, writer.bytesWritten], [50_010, 110_000]);
  deepEqual(await Promise.all(reads), [10, 50_000]);
  equal(await written, 110_000);
  reader.close();
  writer.close();
});

test('write(): a read whose memory went while it waited rejects, and the bytes are for the next one', async () => {
  for (const size of [64, 20_000]) {
    const { reader, writer } = os.pipe();
    const lost = new Uint8Array(size);
    const read = reader.read(lost);
    structuredClone(lost.buffer, { transfer: [lost.buffer] });
    const written = writer.write(all.subarray(0, size));
    await rejects(read, { name: 'TypeError' });
    equal(await written, size);
    const into = new Uint8Array(size);
    equal(await reader.read(into), size);
    equal(Buffer.from(into).equals(all.subarray(0, size)), true);
    reader.close();
    writer.close();
  }
});

test('for await: what a write passes on is a chunk that the loop owns', async () => {
  const { reader, writer } = os.pipe();
  const chunks: Uint8Array[] = [];
  async function collect(): Promise<void> {
    for await (const chunk of reader) chunks.push(chunk);
  }
  const collected = collect();
  await writer.write(all.subarray(0, 40));
  await writer.write(all.subarray(100, 9000));
  writer.close();
  await collected;
  deepEqual(chunks, [all.slice(0, 40), all.slice(100, 9000)]);
});

test('write(): with a descriptor given away the kernel has every byte, for whoever reads first', {
  skip: runtime === 'Deno' ? "Deno's readSync() reads no descriptors but those that Deno has opened" : false,
}, async () => {
  const { reader, writer } = os.pipe();
  const into = new Uint8Array(4096);
  const read = reader.read(into);
  const other = reader.fd;
  const written = writer.write(all.subarray(0, 20_000));
  equal(await written, 20_000);
  const first = (await read) ?? 0;
  const rest = new Uint8Array(20_000);
  const count = readSync(other, rest);
  equal(first + count, 20_000);
  const got = Buffer.concat([into.subarray(0, first), rest.subarray(0, count)]);
  equal(got.equals(all.subarray(0, 20_000)), true);
  reader.close();
  writer.close();
});
