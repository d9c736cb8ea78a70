/**
 * How the conformance suite gets pipes that are read through `concat`, `merge`, `limit` or a branch of `tee`, on whatever
 * runtime it runs. What such a reader cannot keep of the contract, since its source may be anybody's, stands here by the
 * names of the cases, and has to fail.
 */
import * as io from 'pipework';
import type { Case } from 'pipework/testing';
import { bounded, casesOf, type Exception, unbuffered, type Wrap } from './wrapped-pipes.js';

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

const readers: Readonly<Record<string, Wrap>> = {
  concat: ({ reader, writer }) => ({ reader: io.concat([ended(), reader]), writer }),
  merge: ({ reader, writer }) => ({ reader: io.merge([ended(), reader]), writer }),
  limit: ({ reader, writer }) => ({ reader: io.limit(reader, Number.MAX_SAFE_INTEGER), writer }),
};
const evicting: Wrap = ({ reader, writer }) => {
  const [branch] = io.tee(reader, 1, { policy: 'evict', capacity: 64 });
  return { reader: branch as io.PipeReader, writer };
};

/** What runs on every runtime, by the names of the rows of its table. */
export const fanCases: Readonly<Record<string, () => Case[]>> = Object.fromEntries(
  [
    ...Object.entries(readers).flatMap(([name, wrap]) => [
      [`${name}, unbuffered`, unbuffered(wrap)] as const,
      [`${name}, bounded`, bounded(wrap)] as const,
    ]),
    ['tee, evict', bounded(evicting)] as const,
  ].map(([row, options]) => [row, () => casesOf(row, options, EXCEPTIONS)]),
);

function ended(): io.Reader {
  const { reader, writer } = io.pipe();
  writer.close();
  return reader;
}
