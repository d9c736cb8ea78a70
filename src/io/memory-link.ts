/**
 * Copies from one memory pipe to the next, for `copy()`. What the writer of an unbuffered source has lent stays lent until the
 * sink has taken it from where it lies; all else goes through a buffer. Both pipes see what they see of any copy: a read, a
 * write, a read. But these are operations without promises, so a message passes both pipes inside the call that brings it,
 * or that asks for it. Written as one closure, which is a fifth smaller in a bundle than a class.
 */
import { MemoryPipe } from './memory-pipe.js';
import { MemoryReader } from './memory-reader.js';
import { MemoryWriter } from './memory-writer.js';
import { Operation } from './operation.js';
import { NONE } from './sides.js';
import type { Signal } from './types.js';
import { parkLinked, unpark } from './waiting.js';

interface Pieces {
  readonly limit: number; // bytes
  readonly onProgress: unknown;
  readonly stop: Signal | undefined;
}

/** Copies all of it, until `stop` fires, if these are ends of two memory pipes. @returns The number of bytes. */
export function linkPipes(
  from: object,
  to: object,
  { limit, onProgress, stop }: Pieces,
): Promise<number> | undefined {
  const source = MemoryReader.pipeOf(from);
  const sink = MemoryWriter.pipeOf(to);
  // One that a stream fills has to be asked with each read, and one that empties into a stream with each write.
  if (source?.read !== MemoryPipe.prototype.read || sink?.write !== MemoryPipe.prototype.write)
    return undefined;
  if (limit !== Number.POSITIVE_INFINITY || onProgress !== undefined || stop?.aborted) return undefined;
  const buffer = new Uint8Array(BUFFER_SIZE);
  // One of the two waits, or none.
  const read = new Operation('read', source, from, buffer, BUFFER_SIZE);
  const write = new Operation('write', sink, to, buffer, 0);
  let settlers: Settlers | undefined;
  const copied = new Promise<number>((resolve, reject) => {
    settlers = { resolve, reject };
  });
  // Not in there: a trace has few lines, and the last one has to be the caller's.
  link({ source, sink, read, write, buffer, stop, ...(settlers as unknown as Settlers) });
  return copied;
}

const BUFFER_SIZE = 65536; // bytes

interface Settlers {
  readonly resolve: (copied: number) => void;
  readonly reject: (reason: unknown) => void;
}

interface Parts extends Settlers {
  readonly source: MemoryPipe;
  readonly sink: MemoryPipe;
  readonly read: Operation;
  readonly write: Operation;
  readonly buffer: Uint8Array;
  readonly stop: Signal | undefined;
}

function link({ source, sink, read, write, buffer, stop, resolve, reject }: Parts): void {
  let copied = 0; // bytes
  let lent: Operation | undefined; // the write of the source whose bytes are being written
  let isOver = false;

  read.link = write.link = {
    get copied() {
      return copied;
    },
    wake() {
      unpark(read, source.reads);
      copyOn();
    },
  };
  read.resolve = (count) => {
    if (count === null) end(NONE);
    else if (send(buffer.subarray(0, count as number))) copyOn();
  };
  read.reject = end;
  write.resolve = () => {
    sent();
    copyOn();
  };
  write.reject = (error) => {
    if (isOver || !write.isShort) end(error);
    else {
      // It is the source's writer who has taken the memory away, and the copy goes on behind that.
      lent?.reject(error);
      lent = undefined;
      copyOn();
    }
  };
  const onStop = (): void => end(stop?.reason);
  stop?.addEventListener('abort', onStop);
  read.isWaiting = write.isWaiting = false; // not parked yet
  copyOn();

  /** Reads and writes, piece by piece, until something has to wait. */
  function copyOn(): void {
    while (!isOver) {
      try {
        if (source.hasEnded()) end(NONE);
      } catch (error) {
        end(error);
      }
      if (isOver) return;
      if (source.available === 0) {
        source.watchEnds();
        parkLinked(read, source.reads, read);
        return;
      }
      const first = source.ring === undefined ? source.writes.head : undefined;
      // A write with a signal may be given up, and then its memory is its caller's again at once.
      const isLendable = first !== undefined && first.signal === undefined && first.link === undefined;
      const bytes = isLendable ? lend(first) : buffer.subarray(0, source.take(buffer, BUFFER_SIZE));
      if (!send(bytes)) return;
    }
  }

  /** Reads what `first` has left, but settles it only when the sink has taken that. */
  function lend(first: Operation): Uint8Array {
    const { done, length } = first;
    const settle = first.resolve;
    const bytes = first.bytes as Uint8Array;
    first.resolve = nothing;
    source.bytesRead += length - done;
    source.move(first, length - done);
    first.resolve = settle;
    lent = first;
    return length - done === bytes.length ? bytes : bytes.subarray(done, length);
  }

  /** Whether the sink has taken `bytes` at once. */
  function send(bytes: Uint8Array): boolean {
    write.bytes = bytes;
    write.length = bytes.length;
    try {
      write.done = sink.tryWrite(bytes);
    } catch (error) {
      end(error);
      return false;
    }
    if (write.done === write.length) {
      sent();
      return true;
    }
    sink.watchEnds();
    parkLinked(write, sink.writes, read);
    return false;
  }

  function sent(): void {
    copied += write.length;
    giveBack();
  }

  function giveBack(): void {
    write.bytes = undefined;
    lent?.resolve(lent.length);
    lent = undefined;
  }

  /** It is over, and has failed unless `error` is `NONE`. */
  function end(error: unknown): void {
    if (isOver) return;
    isOver = true;
    stop?.removeEventListener('abort', onStop);
    if (read.isWaiting) unpark(read, source.reads);
    if (write.isWaiting) sink.giveUp(write, error);
    giveBack();
    if (error === NONE) resolve(copied);
    else reject(error);
  }
}

function nothing(): void {}
