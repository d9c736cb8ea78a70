/**
 * Bytes that go through a pipe in pieces of random sizes, and their digest: what one thread sends and another receives.
 * The pieces begin anywhere in their memory, so that every alignment comes up.
 */
import { createHash } from 'node:crypto';
import type { WorkerReader, WorkerWriter } from 'pipework/worker';

/** How an end is called. */
export type Way = 'blocking' | 'awaited' | 'tried';

export interface Traffic {
  readonly way: Way;
  readonly total: number; // bytes
  readonly pieceMax: number; // bytes
  readonly seed: number;
}

/** Sends `total` bytes and closes; resolves to their digest. */
export async function send(writer: WorkerWriter, { way, total, pieceMax, seed }: Traffic): Promise<string> {
  const random = randoms(seed);
  const source = Uint8Array.from({ length: SOURCE_SIZE + pieceMax }, () => random(256));
  const hash = createHash('sha256');
  let sent = 0; // bytes
  while (sent < total) {
    const length = Math.min(random(pieceMax) + 1, total - sent);
    const start = random(SOURCE_SIZE);
    const piece = source.subarray(start, start + length);
    if (way === 'blocking') writer.writeBlocking(piece);
    else if (way === 'awaited') await writer.write(piece);
    else await tryAll(writer, piece);
    hash.update(piece);
    sent += length;
  }
  writer.close();
  return hash.digest('hex');
}

/** Receives until the end; resolves to the digest. */
export async function receive(reader: WorkerReader, { way, pieceMax, seed }: Traffic): Promise<string> {
  const random = randoms(seed);
  const buffer = new Uint8Array(pieceMax + 8);
  const hash = createHash('sha256');
  for (;;) {
    const start = random(8);
    const into = buffer.subarray(start, start + random(pieceMax) + 1);
    const count =
      way === 'blocking'
        ? reader.readBlocking(into)
        : way === 'awaited'
          ? await reader.read(into)
          : reader.tryRead(into);
    if (count === null) return hash.digest('hex');
    if (count === 0) await new Promise((resolve) => setImmediate(resolve));
    hash.update(into.subarray(0, count));
  }
}

async function tryAll(writer: WorkerWriter, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const count = writer.tryWrite(piece.subarray(done));
    if (count === 0) await new Promise((resolve) => setImmediate(resolve));
    done += count;
  }
}

const SOURCE_SIZE = 4096; // bytes

/** Whole numbers below `limit`, the same ones for the same seed. */
export function randoms(seed: number): (limit: number) => number {
  let state = seed | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
