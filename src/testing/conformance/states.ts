/** How a pair gets into each state of the state table. */
import type { Pipe } from '../../io/index.js';
import { bytes, type Harness } from './harness.js';

/** What the sides give when they abort. */
export interface Reasons {
  readonly ofWriter: Error;
  readonly ofReader: Error;
}

/** The key ends the sentence "... when ...". What can be read in these states is 3 bytes. */
export const states: Readonly<Record<string, (t: Harness, reasons: Reasons) => Promise<Pipe>>> = {
  'all is open': (t) => t.open(),
  'bytes are there': async (t) => {
    const pipe = await t.open();
    await t.load(pipe.writer, bytes(3));
    return pipe;
  },
  'a write waits': async (t) => {
    const pipe = await t.openClogged();
    await t.write(pipe.writer, bytes(3)).waits();
    return pipe;
  },
  'a read waits': async (t) => {
    const pipe = await t.open();
    await t.read(pipe.reader, new Uint8Array(8)).waits();
    return pipe;
  },
  'the writer has closed': (t) => opened(t, ({ writer }) => writer.close()),
  'the writer has closed behind bytes that are there': async (t) => {
    const pipe = await t.open();
    await t.load(pipe.writer, bytes(3));
    pipe.writer.close();
    return pipe;
  },
  'the writer has closed and a write still waits': closedBehindWrite,
  'the writer has closed, a write still waits, and the writer has aborted': async (t, { ofWriter }) => {
    const pipe = await closedBehindWrite(t);
    pipe.writer.abort(ofWriter);
    return pipe;
  },
  'the writer has closed, a write still waits, and the reader has closed': async (t) => {
    const pipe = await closedBehindWrite(t);
    pipe.reader.close();
    return pipe;
  },
  'the writer has closed, a write still waits, and the reader has aborted': async (t, { ofReader }) => {
    const pipe = await closedBehindWrite(t);
    pipe.reader.abort(ofReader);
    return pipe;
  },
  'the writer has aborted': (t, { ofWriter }) => opened(t, ({ writer }) => writer.abort(ofWriter)),
  'the writer has aborted behind bytes that are there': async (t, { ofWriter }) => {
    const pipe = await t.open();
    await t.load(pipe.writer, bytes(3));
    pipe.writer.abort(ofWriter);
    return pipe;
  },
  'the reader has seen the end': seenTheEnd,
  'the reader has seen the end and closed': async (t) => {
    const pipe = await seenTheEnd(t);
    pipe.reader.close();
    return pipe;
  },
  'the reader has seen the end and the writer aborts too late': async (t, { ofWriter }) => {
    const pipe = await seenTheEnd(t);
    pipe.writer.abort(ofWriter);
    return pipe;
  },
  'the reader has closed': (t) => opened(t, ({ reader }) => reader.close()),
  'the reader has aborted': (t, { ofReader }) => opened(t, ({ reader }) => reader.abort(ofReader)),
  'the writer has aborted, then the reader closed': (t, { ofWriter }) =>
    opened(
      t,
      ({ writer }) => writer.abort(ofWriter),
      ({ reader }) => reader.close(),
    ),
  'the writer has aborted, then the reader aborted': (t, { ofWriter, ofReader }) =>
    opened(
      t,
      ({ writer }) => writer.abort(ofWriter),
      ({ reader }) => reader.abort(ofReader),
    ),
  'the reader has closed, then the writer closed': (t) =>
    opened(
      t,
      ({ reader }) => reader.close(),
      ({ writer }) => writer.close(),
    ),
  'the reader has closed, then the writer aborted': (t, { ofWriter }) =>
    opened(
      t,
      ({ reader }) => reader.close(),
      ({ writer }) => writer.abort(ofWriter),
    ),
  'the reader has aborted, then the writer closed': (t, { ofReader }) =>
    opened(
      t,
      ({ reader }) => reader.abort(ofReader),
      ({ writer }) => writer.close(),
    ),
  'the reader has aborted, then the writer aborted': (t, { ofReader, ofWriter }) =>
    opened(
      t,
      ({ reader }) => reader.abort(ofReader),
      ({ writer }) => writer.abort(ofWriter),
    ),
};

/** A fresh pair to which these things have happened, one turn apart. */
async function opened(t: Harness, ...steps: readonly ((pipe: Pipe) => void)[]): Promise<Pipe> {
  const pipe = await t.open();
  for (const step of steps) {
    step(pipe);
    await t.turn();
  }
  return pipe;
}

async function closedBehindWrite(t: Harness): Promise<Pipe> {
  const pipe = await t.openClogged();
  const sent = t.write(pipe.writer, bytes(3));
  pipe.writer.close();
  await sent.waits();
  return pipe;
}

async function seenTheEnd(t: Harness): Promise<Pipe> {
  const pipe = await opened(t, ({ writer }) => writer.close());
  await t.read(pipe.reader, new Uint8Array(1)).gives(null);
  return pipe;
}
