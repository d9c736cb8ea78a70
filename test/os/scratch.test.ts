/** Small memory of the caller's stays in V8's heap: Node-API would move it out at its first look, at twice the price of a call. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import * as os from 'pipework/os';

const COUNT = 1000;

for (const size of [1, 32, 64]) {
  test(`read(), write() and what tries or blocks: memory of ${size} bytes is not moved out of the heap`, async () => {
    const { reader, writer } = os.pipe();
    const chunks = Array.from({ length: 3 * COUNT }, (_, index) => new Uint8Array(size).fill(index));
    const into = chunks.map(() => new Uint8Array(size));
    const before = process.memoryUsage().arrayBuffers; // bytes outside of the heap
    for (const [at, chunk] of chunks.entries()) {
      const target = into[at] as Uint8Array;
      if (at % 3 === 0) equal((await writer.write(chunk)) + ((await reader.read(target)) ?? 0), 2 * size);
      else if (at % 3 === 1) equal(writer.tryWrite(chunk) + (reader.tryRead(target) ?? 0), 2 * size);
      else equal(writer.writeBlocking(chunk) + (reader.readBlocking(target) ?? 0), 2 * size);
    }
    const moved = process.memoryUsage().arrayBuffers - before;
    ok(moved < (6 * COUNT * size) / 10, `${moved} of ${6 * COUNT * size} bytes were`);
    deepEqual(into, chunks);
    reader.close();
    writer.close();
  });
}
