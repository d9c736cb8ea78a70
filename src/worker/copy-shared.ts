/**
 * Copies between the ring and the callers' memory. V8 copies to and from shared memory byte by byte unless source and
 * target lie the same way modulo 8, which one message of odd length upsets for the rest of the stream (4 KiB: 165 ns
 * against 1193). Those that do not go through memory of our own that lies as the ring does (250 ns), since between two
 * that are private it is all the same.
 */
import { copyBytes } from '../io/internal.js';

/** Copies `chunk[start, start + count)` into the ring from `slot` on, and over its end to its beginning. */
export function copyIn(
  ring: Uint8Array,
  slot: number,
  chunk: Uint8Array,
  start: number,
  count: number,
): void {
  const first = Math.min(count, ring.length - slot);
  putPiece(ring, slot, chunk, start, first);
  if (first < count) putPiece(ring, 0, chunk, start + first, count - first);
}

/** Copies `count` bytes of the ring, from `slot` on and over its end, to the start of `into`. */
export function copyOut(into: Uint8Array, ring: Uint8Array, slot: number, count: number): void {
  const first = Math.min(count, ring.length - slot);
  getPiece(into, 0, ring, slot, first);
  if (first < count) getPiece(into, first, ring, 0, count - first);
}

function putPiece(ring: Uint8Array, slot: number, chunk: Uint8Array, start: number, count: number): void {
  if (count < SCRATCH_MIN || liesAlike(chunk, start, slot)) {
    copyBytes(ring, slot, chunk, start, count);
    return;
  }
  for (let done = 0, phase = slot & 7; done < count; done += SCRATCH_SIZE) {
    const length = Math.min(count - done, SCRATCH_SIZE);
    copyBytes(scratch, phase, chunk, start + done, length);
    copyBytes(ring, slot + done, scratch, phase, length);
  }
}

function getPiece(into: Uint8Array, at: number, ring: Uint8Array, slot: number, count: number): void {
  if (count < SCRATCH_MIN || liesAlike(into, at, slot)) {
    copyBytes(into, at, ring, slot, count);
    return;
  }
  for (let done = 0, phase = slot & 7; done < count; done += SCRATCH_SIZE) {
    const length = Math.min(count - done, SCRATCH_SIZE);
    copyBytes(scratch, phase, ring, slot + done, length);
    copyBytes(into, at + done, scratch, phase, length);
  }
}

/** Whether byte `at` of `bytes` lies as `slot` of the ring does, which begins at a multiple of 8. */
function liesAlike(bytes: Uint8Array, at: number, slot: number): boolean {
  return ((bytes.byteOffset + at - slot) & 7) === 0;
}

/** Shorter pieces are copied byte by byte sooner than twice. */
const SCRATCH_MIN = 256; // bytes
const SCRATCH_SIZE = 65536; // bytes; a multiple of 8, so that each part lies as the first does

/** One for each thread; used between two lines, never across a wait. */
const scratch = new Uint8Array(new ArrayBuffer(SCRATCH_SIZE + 8));
