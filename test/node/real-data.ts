/** 100 MB that differ everywhere and compress well, and what tells whether all of it came through. */
import { createHash, type Hash } from 'node:crypto';
import type { PipeReader, PipeWriter } from 'pipework';

export const SIZE = 100_000_000; // bytes

const BLOCK = 1_000_000; // bytes
const line = 'GET /index.html HTTP/1.1 200 a line of a log, as servers write them\n';
const block = Buffer.from(line.repeat(Math.ceil(BLOCK / line.length)).slice(0, BLOCK));

/** Blocks of a length that fits no buffer, each with its number in it. */
export function* blocks(): Generator<Uint8Array> {
  for (let number = 0; number * BLOCK < SIZE; number++) {
    block.writeUInt32BE(number, (number * 997) % (BLOCK - 4));
    yield block;
  }
}

/** Writes them all, and closes. @returns Their digest. */
export async function produce(writer: PipeWriter): Promise<string> {
  const hash = createHash('sha1');
  for (const chunk of blocks()) {
    hash.update(chunk);
    await writer.write(chunk);
  }
  writer.close();
  return hash.digest('hex');
}

/** Reads to the end. @returns The digest of what came. */
export async function consume(reader: PipeReader): Promise<string> {
  const hash = createHash('sha1');
  const into = new Uint8Array(100_000);
  for (;;) {
    const count = await reader.read(into);
    if (count === null) return digestOf(hash, reader.bytesRead);
    hash.update(into.subarray(0, count));
  }
}

function digestOf(hash: Hash, bytesRead: number): string {
  const digest = hash.digest('hex');
  return bytesRead === SIZE ? digest : `${digest} of ${bytesRead} bytes`;
}
