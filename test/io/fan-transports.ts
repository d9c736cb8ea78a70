/**
 * How the conformance suite gets pipes that are read through `concat`, `merge`, `limit` or a branch of `tee`, on whatever
 * runtime it runs. What such a reader cannot keep of the contract, since its source may be anybody's, stands here by the
 * names of the cases, and has to fail.
 */
import { rejects } from 'node:assert/strict';
import * as io from 'pipework';
import { type Case, type ConformanceOptions, conformance } from 'pipework/testing';
import { turn } from '../runtimes/turn.js';

interface Exception {
  readonly why: string;
  /** Which rows of the table below it is about, by their names. */
  readonly rows: RegExp;
  readonly cases: RegExp;
}

const EXCEPTIONS: readonly Exception[] = [
  {
    why: 'a source that was closed tells nothing any more',
    rows: /./,
    cases:
      /of the reader fails with ClosedPipeError because of the writer's reason when the reader has closed, then the writer aborted$/,
  },
  {
    why: 'a source is asked for one read at a time',
    rows: /unbuffered/,
    cases: /^tryWrite\(\) serves the reads that wait, in call order/,
  },
  {
    why: 'a source that was asked for a read that was given up keeps what comes for the next one',
    rows: /unbuffered/,
    cases: /^read\(\) that was given up leaves its buffer alone, and the bytes go to the next$/,
  },
  {
    why: 'a failure behind the limit is none of this reader',
    rows: /limit, bounded/,
    cases:
      /^closed of the reader (rejects at once|.*) when the writer (aborts, also while|has aborted behind) bytes/,
  },
  {
    why: 'a source that gives what it has is asked for more than a read of a branch wants',
    rows: /evict/,
    cases: /^write\(\) of more than there is room for waits, and what fits can be read meanwhile$/,
  },
];

type Wrap = (reader: io.Reader) => io.PipeReader;

const readers: Readonly<Record<string, Wrap>> = {
  concat: (reader) => io.concat([ended(), reader]),
  merge: (reader) => io.merge([ended(), reader]),
  limit: (reader) => io.limit(reader, Number.MAX_SAFE_INTEGER),
};

/** What runs on every runtime, by the names of the rows of its table. */
export const fanCases: Readonly<Record<string, () => Case[]>> = Object.fromEntries(
  [
    ...Object.entries(readers).flatMap(([name, wrap]) => [
      [`${name}, unbuffered`, unbuffered(wrap)] as const,
      [`${name}, bounded`, bounded(wrap)] as const,
    ]),
    [
      'tee, evict',
      bounded((reader) => io.tee(reader, 1, { policy: 'evict', capacity: 64 })[0] as io.PipeReader),
    ] as const,
  ].map(([row, options]) => [row, () => casesOf(row, options)]),
);

function unbuffered(wrap: Wrap): ConformanceOptions {
  return {
    open: () => wrapped(wrap, io.pipe()),
    openClogged: () => ({ ...wrapped(wrap, io.pipe()), buffered: new Uint8Array(0) }),
    turn,
  };
}

function bounded(wrap: Wrap): ConformanceOptions {
  return {
    open: (options) => wrapped(wrap, io.pipe(options)),
    openClogged() {
      const pipe = io.pipe({ capacity: 4 });
      const buffered = Uint8Array.of(0xb0, 0xb1, 0xb2, 0xb3);
      pipe.writer.tryWrite(buffered);
      return { ...wrapped(wrap, pipe), buffered };
    },
    supports: { rendezvous: false },
    turn,
  };
}

function wrapped(wrap: Wrap, { reader, writer }: io.Pipe): io.Pipe {
  return { reader: wrap(reader), writer };
}

function ended(): io.Reader {
  const { reader, writer } = io.pipe();
  writer.close();
  return reader;
}

function casesOf(row: string, options: ConformanceOptions): Case[] {
  return conformance(options).map((one) => {
    const exception = EXCEPTIONS.find(({ rows, cases }) => rows.test(row) && cases.test(one.name));
    if (exception === undefined) return one;
    return { ...one, name: `${one.name}: not so, since ${exception.why}`, run: () => rejects(one.run()) };
  });
}
