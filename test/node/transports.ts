/**
 * How the conformance suite gets pipes one of whose ends is an adapter, on whatever runtime it runs: the other end is that of
 * a bounded pipe in memory, with a stream of Node's between the two. What no stream can keep of the contract stands here by
 * the names of the cases, and has to fail.
 */
import { rejects } from 'node:assert/strict';
import type { Writable } from 'node:stream';
import * as io from 'pipework';
import * as node from 'pipework/node';
import { type Case, type ConformanceOptions, conformance } from 'pipework/testing';

/** About the cause of a `ClosedPipeError`. */
const LATE_REASON =
  /of the reader fails with ClosedPipeError because of the writer's reason when the reader has closed, then the writer aborted$/;

const supports = { rendezvous: false, exactCapacity: false, immediate: false };

/** The reader is `fromNode` of a stream over a pipe. */
const reading: ConformanceOptions = {
  open: ({ capacity }) => throughReadable(io.pipe({ capacity: capacity + 1 })), // not exact: the stream takes a chunk out
  openClogged() {
    const pipe = io.pipe({ capacity: BUFFERED.length });
    pipe.writer.tryWrite(BUFFERED);
    return { ...throughReadable(pipe), buffered: BUFFERED };
  },
  supports,
  turn,
};

const NOT_READING: Readonly<Record<string, RegExp>> = {
  'the close of a reader is told at once, by a destroy() that takes no time; all else takes a turn':
    /^supports\.immediate is really absent/,
  'the end of a stream shows a turn after a read has found nothing':
    /^tryRead\(\) .* gives null when the writer has closed$/,
  'a stream that failed drops what it has, so that one that still has something to give does not fail yet':
    /^closed of the reader (rejects at once|.*) when the writer (aborts, also while|has aborted behind) bytes/,
  'a stream that was destroyed tells nothing any more': LATE_REASON,
};

/** The writer is `fromNode` of a stream over a pipe. */
const writing: ConformanceOptions = {
  open({ capacity }) {
    const { reader, writer } = io.pipe({ capacity });
    return { reader, writer: node.fromNode(node.toNode(writer, { highWaterMark: capacity + 1 })) };
  },
  openClogged() {
    const pipe = io.pipe({ capacity: BUFFERED.length });
    const writer = node.fromNode(tank(pipe, BUFFERED.length));
    writer.tryWrite(BUFFERED);
    return { reader: pipe.reader, writer, buffered: BUFFERED };
  },
  supports,
  turn,
};

const NOT_WRITING: Readonly<Record<string, RegExp>> = {
  'a stream calls back a moment after its reader got the bytes, and what aborts it in between leaves open whether they arrived':
    /^abort\(\) may be called where a call of the other end has just settled$/,
  'a stream that was destroyed tells nothing any more': LATE_REASON,
};

/** The cases of both, by the names of the rows of the runtimes' table. */
export const readingCases = (): Case[] => casesOf(reading, NOT_READING);
export const writingCases = (): Case[] => casesOf(writing, NOT_WRITING);

function casesOf(options: ConformanceOptions, exceptions: Readonly<Record<string, RegExp>>): Case[] {
  return conformance(options).map((one) => {
    const why = Object.keys(exceptions).find((key) => exceptions[key]?.test(one.name));
    if (why === undefined) return one;
    return { ...one, name: `${one.name}: not so, since ${why}`, run: () => rejects(one.run()) };
  });
}

function throughReadable({ reader, writer }: io.Pipe): io.Pipe {
  return { reader: node.fromNode(node.toNode(reader)), writer };
}

/** `toNode` of the writer, but that it calls back when there is room for more: so it holds nothing besides the full pipe. */
function tank({ reader, writer }: io.Pipe, capacity: number): Writable {
  const stream = node.toNode(writer);
  const write = stream._write;
  stream._write = (chunk, encoding, callback) =>
    write.call(stream, chunk, encoding, async (error) => {
      while (writer.bytesWritten - reader.bytesRead === capacity && !stream.destroyed) await turn();
      callback(error);
    });
  return stream;
}

const BUFFERED = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3);

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
