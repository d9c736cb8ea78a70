/**
 * The short way of a copy from one memory pipe to the next: bytes that the sink takes at once go straight on to it from where
 * they lie, and are copied once for both pipes. The copy's own buffer is for all others. But for that a copy with a bypass does
 * as any copy does: its read is called, served in its turn, and called again.
 */
import { MemoryReader } from './memory-reader.js';
import { MemoryWriter } from './memory-writer.js';
import { observer } from './observe.js';
import type { Reader, Signal, Writer } from './types.js';

/** Takes `chunk[start, start + count)` past the read that has `into`, if that is one of the copy; whether it did. */
export type Bypass = (into: Uint8Array, chunk: Uint8Array, start: number, count: number) => boolean;

/**
 * Opens it for the reads into `buffer`, if these are ends of memory pipes, until `stop` fires. Returns what closes it. Of two copies
 * out of one pipe the later one has it.
 */
export function openBypass(
  from: Reader,
  to: Writer,
  buffer: Uint8Array,
  stop: Signal | undefined,
  onPass: (count: number) => void,
): (() => void) | undefined {
  const source = MemoryReader.pipeOf(from);
  const sink = MemoryWriter.pipeOf(to);
  if (source === undefined || sink === undefined) return undefined;
  source.bypass = (into, chunk, start, count) => {
    // A sink with a bypass of its own would go on from here, maybe back to where it came from. A trace has to name who called.
    const isClosed = into !== buffer || stop?.aborted || sink.bypass !== undefined || observer !== undefined;
    if (isClosed || !sink.takesAtOnce(count)) return false;
    sink.tryWrite(count === chunk.length ? chunk : chunk.subarray(start, start + count));
    onPass(count);
    return true;
  };
  return () => {
    source.bypass = undefined;
  };
}
