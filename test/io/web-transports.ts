/**
 * How the conformance suite gets pipes with a Web stream inside, on whatever runtime it runs: a memory pipe one or both of
 * whose ends went through `toWeb` and `fromWeb`. What no stream can keep of the contract stands here by the names of the
 * cases, and has to fail.
 */
import * as io from 'pipework';
import type { Case } from 'pipework/testing';
import { bounded, casesOf, type Exception, unbuffered, type Wrap } from './wrapped-pipes.js';

const SETTLED_AND_ABORTED = /^abort\(\) may be called where a call of the other end has just settled$/;

const EXCEPTIONS: readonly Exception[] = [
  {
    why: 'a stream that has ended or failed tells nothing any more',
    rows: /./,
    cases:
      /of the reader fails with ClosedPipeError because of the writer's reason when the reader has closed, then the writer aborted$/,
  },
  {
    why: 'a chunk goes whole, and its memory is lent no more when it has gone',
    rows: /./,
    cases: /^write\(\) whose chunk was detached halfway counts exactly what readers get of it$/,
  },
  {
    why: 'what is behind a stream shows only to a read that waits',
    rows: /reading|both/,
    cases:
      /^tryRead\(\) (gives the count|takes at most|finishes|fills)|^tryRead\(\) .* gives (3|null) when (bytes|the writer has)|^bytesWritten and bytesRead count what moved, by every way$/,
  },
  {
    why: 'a stream answers later than in the same turn',
    rows: /reading|both/,
    cases: /^read\(\) called before the own close\(\)|^close\(\) of the reader may come in the same turn/,
  },
  {
    why: 'a stream is asked by one read at a time',
    rows: /reading, unbuffered/,
    cases: /^tryWrite\(\) serves the reads that wait, in call order/,
  },
  {
    why: 'a stream whose read was given up reads on, and keeps what comes for the next one',
    rows: /(reading|both), unbuffered/,
    cases: /^read\(\) that was given up leaves its buffer alone, and the bytes go to the next$/,
  },
  {
    why: 'a stream that failed drops what it has, so that one that still has something to give does not fail yet',
    rows: /(reading|both), bounded/,
    cases:
      /^closed of the reader (rejects at once|.*) when the writer (aborts, also while|has aborted behind) bytes/,
  },
  {
    why: 'a stream takes a chunk whole and gives none back, also when its write is given up',
    rows: /writing|both/,
    cases:
      /^write\(\) (that was given up keeps|whose chunk (was detached|shrank) while it waited|that waits rejects with the signal's|that is given up halfway|of more than there is room for)/,
  },
  {
    why: 'a stream asks for one chunk though nobody reads',
    rows: /writing|both/,
    cases:
      /^tryWrite\(\) (gives 0 when a write would wait|moves what the reads that wait|fills a pipe to|and tryRead\(\) never meet)/,
  },
  {
    why: 'a stream asks for one chunk though nobody reads',
    rows: /(writing|both), unbuffered/,
    cases: /^tryWrite\(\) of the writer takes what fits when all is open$/,
  },
  {
    why: 'what went of a chunk that was cut off is known only when the reader has closed',
    rows: /(writing|both), unbuffered/,
    cases: /^abort\(\) of the writer tells each write that waits what it had moved$/,
  },
  {
    why: 'a stream answers a moment after its reader got the bytes, and what aborts it in between leaves open whether they arrived',
    rows: /writing/,
    cases: SETTLED_AND_ABORTED,
  },
  {
    why: 'whether the stream has answered by then is up to the runtime',
    rows: /both/,
    cases: SETTLED_AND_ABORTED,
    orElse: /^write\(\): expected a value, but it rejected with ClosedPipeError/,
  },
];

const reading: Wrap = (pipe) => ({ ...pipe, reader: io.fromWeb(io.toWeb(pipe.reader)) });
const writing: Wrap = (pipe) => ({ ...pipe, writer: io.fromWeb(io.toWeb(pipe.writer)) });

const both: Wrap = (pipe) => reading(writing(pipe));
/** A stream answers later. */
const supports = { immediate: false };

/** What runs on every runtime, by the names of the rows of its table. */
export const webCases: Readonly<Record<string, () => Case[]>> = Object.fromEntries(
  Object.entries({ reading, writing, both }).flatMap(([name, wrap]) =>
    [
      [`${name}, unbuffered`, unbuffered(wrap, supports)] as const,
      [`${name}, bounded`, bounded(wrap, supports)] as const,
    ].map(([row, options]) => [`Web streams, ${row}`, () => casesOf(row, options, EXCEPTIONS)]),
  ),
);
