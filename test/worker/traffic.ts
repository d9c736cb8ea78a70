/**
 * Bytes that go through a pipe in pieces of random sizes, and their digest: what one thread sends and another receives.
 * The pieces begin anywhere in their memory, so that every alignment comes up.
 */
import type { WorkerReader, WorkerWriter } from 'pipework/worker';
import { turn } from '../runtimes/turn.js';

/** How an end is called. `given up` is awaited, by calls most of which are given up at any moment, and made again. */
export type Way = 'blocking' | 'awaited' | 'tried' | 'given up';

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
  const digest = new Digest();
  let sent = 0; // bytes
  while (sent < total) {
    const length = Math.min(random(pieceMax) + 1, total - sent);
    const start = random(SOURCE_SIZE);
    const piece = source.subarray(start, start + length);
    if (way === 'blocking') writer.writeBlocking(piece);
    else if (way === 'awaited') await writer.write(piece);
    else if (way === 'tried') await tryAll(writer, piece);
    else await writeAtLast(writer, piece, random);
    digest.add(piece);
    sent += length;
  }
  writer.close();
  return digest.text;
}

/** Receives until the end; resolves to the digest of that and of what came `before`. */
export async function receive(
  reader: WorkerReader,
  { way, pieceMax, seed }: Traffic,
  before: readonly Uint8Array[] = [],
): Promise<string> {
  const random = randoms(seed);
  const buffer = new Uint8Array(pieceMax + 8);
  const digest = new Digest();
  for (const bytes of before) digest.add(bytes);
  for (;;) {
    const start = random(8);
    const into = buffer.subarray(start, start + random(pieceMax) + 1);
    const count =
      way === 'blocking'
        ? reader.readBlocking(into)
        : way === 'awaited'
          ? await reader.read(into)
          : way === 'tried'
            ? reader.tryRead(into)
            : await readOrGiveUp(reader, into, random);
    if (count === null) return digest.text;
    if (count === 0 && way === 'tried') await turn();
    digest.add(into.subarray(0, count));
  }
}

async function tryAll(writer: WorkerWriter, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const count = writer.tryWrite(piece.subarray(done));
    if (count === 0) await turn();
    done += count;
  }
}

/** What a call that is given up has moved stays moved, and is counted. */
async function writeAtLast(writer: WorkerWriter, piece: Uint8Array, random: Random): Promise<void> {
  const end = writer.bytesWritten + piece.length;
  for (let left = piece.length; left > 0; left = end - writer.bytesWritten)
    await giveUpSometimes(random, (signal) => writer.write(piece.subarray(piece.length - left), { signal }));
}

async function readOrGiveUp(reader: WorkerReader, into: Uint8Array, random: Random): Promise<number | null> {
  const count = await giveUpSometimes(random, (signal) => reader.read(into, { signal }));
  return count === undefined ? 0 : count;
}

/** Makes a call, and gives it up after some turns if it still waits; `undefined` then. */
async function giveUpSometimes<Value>(
  random: Random,
  make: (signal: AbortSignal) => Promise<Value>,
): Promise<Value | undefined> {
  const controller = new AbortController();
  let isSettled = false;
  const call = make(controller.signal).finally(() => {
    isSettled = true;
  });
  call.catch(() => {});
  for (let turns = random(3); turns > 0 && !isSettled; turns--) await turn();
  controller.abort(GIVEN_UP);
  try {
    return await call;
  } catch (error) {
    if (error === GIVEN_UP) return undefined;
    throw error;
  }
}

const GIVEN_UP = 'given up';
const SOURCE_SIZE = 4096; // bytes

/** Of all bytes in their order, in 64 bits: two that differ anywhere have another one. */
class Digest {
  #one = 0x811c9dc5;
  #other = 0x2545f491;

  add(bytes: Uint8Array): void {
    let [one, other] = [this.#one, this.#other];
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] as number;
      one = Math.imul(one ^ byte, 0x01000193);
      other = Math.imul((other ^ (other >>> 15)) + byte + 1, 0x85ebca6b);
    }
    this.#one = one;
    this.#other = other;
  }

  get text(): string {
    return [this.#one, this.#other].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

type Random = (limit: number) => number;

/** Whole numbers below `limit`, the same ones for the same seed. */
export function randoms(seed: number): Random {
  let state = seed | 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
