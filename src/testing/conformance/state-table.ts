/**
 * Every member in every state: the expected outcomes as a table, to be compared with the contract line by line, and
 * one case for each cell.
 *
 * What stands in a cell: a count, null, or
 *   waits      it does not settle
 *   fits       3 when the pipe holds bytes; without a buffer write() waits and tryWrite() gives 0
 *   ok         it returns, or resolves to, nothing
 *   Closed     a ClosedPipeError without a cause; Closed(W), Closed(R): because of the writer's, the reader's reason
 *   Broken     a BrokenPipeError
 *   W, R       the very reason that the writer, the reader, gave to abort()
 *   -          no cell: it depends on how much is buffered, or other cases have it
 * With "buffered" in the last column the state is one of pipes that hold bytes.
 */
import type { Draft, Rule } from './draft.js';
import { expectations, isExpectation } from './expectations.js';
import type { Harness } from './harness.js';
import { type Ends, members } from './members.js';
import { states } from './states.js';

const READER = `
when                                                       | rule | read()    | read(0)   | tryRead() | tryRead(0) | next()    | closed | asyncDispose |
all is open                                                | 2    | waits     | 0         | 0         | 0          | waits     | waits  | ok           |
bytes are there                                            | 1    | 3         | 0         | 3         | 0          | 3         | waits  | ok           |
a read waits                                               | 2    | waits     | 0         | 0         | 0          | waits     | waits  | ok           |
the writer has closed                                      | 4    | null      | null      | null      | null       | null      | waits  | ok           |
the writer has closed behind bytes that are there          | 4    | 3         | 0         | 3         | 0          | 3         | waits  | ok           |
the writer has aborted                                     | 4    | W         | W         | W         | W          | W         | W      | ok           |
the writer has aborted behind bytes that are there         | 4    | 3         | 0         | 3         | 0          | 3         | W      | ok           | buffered
the reader has seen the end                                | 4    | null      | null      | null      | null       | null      | ok     | ok           |
the reader has seen the end and the writer aborts too late | 4    | null      | null      | null      | null       | null      | ok     | ok           |
the reader has seen the end and closed                     | 6    | Closed    | Closed    | Closed    | Closed     | Closed    | ok     | ok           |
the reader has closed                                      | 6    | Closed    | Closed    | Closed    | Closed     | Closed    | ok     | ok           |
the reader has aborted                                     | 6    | Closed(R) | Closed(R) | Closed(R) | Closed(R)  | Closed(R) | ok     | ok           |
the writer has aborted, then the reader closed             | 6    | Closed(W) | Closed(W) | Closed(W) | Closed(W)  | Closed(W) | W      | ok           |
the writer has aborted, then the reader aborted            | 6    | Closed(W) | Closed(W) | Closed(W) | Closed(W)  | Closed(W) | W      | ok           |
the reader has closed, then the writer closed              | 6    | Closed    | Closed    | Closed    | Closed     | Closed    | ok     | ok           |
the reader has closed, then the writer aborted             | 6    | Closed(W) | Closed(W) | Closed(W) | Closed(W)  | Closed(W) | ok     | ok           |
the reader has aborted, then the writer closed             | 6    | Closed(R) | Closed(R) | Closed(R) | Closed(R)  | Closed(R) | ok     | ok           |
the reader has aborted, then the writer aborted            | 6    | Closed(R) | Closed(R) | Closed(R) | Closed(R)  | Closed(R) | ok     | ok           |
the writer has closed, a write still waits, and the reader has closed  | 6 | Closed | Closed | Closed | Closed | Closed | ok | ok |
the writer has closed, a write still waits, and the reader has aborted | 6 | Closed(R) | Closed(R) | Closed(R) | Closed(R) | Closed(R) | ok | ok |
`;

const WRITER = `
when                                                       | rule | write()   | write(0)  | tryWrite() | tryWrite(0) | closed | asyncDispose |
all is open                                                | 2    | fits      | 0         | fits       | 0           | waits  | ok           |
a read waits                                               | 2    | 3         | 0         | 3          | 0           | waits  | ok           |
a write waits                                              | 2    | waits     | 0         | 0          | 0           | waits  | ok           |
the writer has closed                                      | 6    | Closed    | Closed    | Closed     | Closed      | ok     | ok           |
the writer has closed behind bytes that are there          | 4    | Closed    | Closed    | Closed     | Closed      | ok     | ok           | buffered
the writer has closed and a write still waits              | 4    | Closed    | Closed    | Closed     | Closed      | waits  | waits        |
the writer has aborted                                     | 6    | Closed(W) | Closed(W) | Closed(W)  | Closed(W)   | ok     | ok           |
the writer has aborted behind bytes that are there         | 6    | Closed(W) | Closed(W) | Closed(W)  | Closed(W)   | ok     | ok           |
the reader has seen the end                                | 6    | Closed    | Closed    | Closed     | Closed      | ok     | ok           |
the reader has seen the end and closed                     | 6    | Closed    | Closed    | Closed     | Closed      | ok     | ok           |
the reader has seen the end and the writer aborts too late | 6    | Closed    | Closed    | Closed     | Closed      | ok     | ok           |
the reader has closed                                      | 5    | Broken    | Broken    | Broken     | Broken      | Broken | ok           |
the reader has aborted                                     | 5    | R         | R         | R          | R           | R      | ok           |
the writer has aborted, then the reader closed             | 6    | Closed(W) | Closed(W) | Closed(W)  | Closed(W)   | ok     | ok           |
the writer has aborted, then the reader aborted            | 6    | Closed(W) | Closed(W) | Closed(W)  | Closed(W)   | ok     | ok           |
the reader has closed, then the writer closed              | 6    | Closed    | Closed    | Closed     | Closed      | Broken | Broken       |
the reader has closed, then the writer aborted             | 6    | Closed(W) | Closed(W) | Closed(W)  | Closed(W)   | Broken | Broken       |
the reader has aborted, then the writer closed             | 6    | Closed(R) | Closed(R) | Closed(R)  | Closed(R)   | R      | R            |
the reader has aborted, then the writer aborted            | 6    | Closed(R) | Closed(R) | Closed(R)  | Closed(R)   | R      | R            |
the writer has closed, a write still waits, and the writer has aborted | 6 | Closed(W) | Closed(W) | Closed(W) | Closed(W) | ok | ok |
the writer has closed, a write still waits, and the reader has closed  | 6 | Closed | Closed | Closed | Closed | Broken | Broken |
the writer has closed, a write still waits, and the reader has aborted | 6 | Closed(R) | Closed(R) | Closed(R) | Closed(R) | R | R |
`;

/** These return nothing, or the end itself, in every state. */
const ALWAYS = ['close()', 'abort()', 'dispose', 'ref()', 'unref()', 'name', 'count'];

export const stateTable: readonly Draft[] = [...cells('reader', READER), ...cells('writer', WRITER)];

function cells(end: keyof Ends, table: string): Draft[] {
  const [head = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const names = head.slice(2, -1);
  return rows.flatMap(([state = '', rule, ...outcomes]) => {
    const isBuffered = outcomes.length > names.length && outcomes[names.length] === 'buffered';
    const needed = isBuffered ? { lacks: ['rendezvous'] as const } : {};
    const cell = (member: string, expected: string): Draft => ({
      name: `${member} of the ${end} ${told(expected)} when ${state}`,
      rule: Number(rule) as Rule,
      ...needed,
      run: (t) => runCell(t, end, state, member, expected),
    });
    const given = names.flatMap((member, at) =>
      outcomes[at] === '-' ? [] : [cell(member, outcomes[at] as string)],
    );
    return [...given, ...ALWAYS.map((member) => cell(member, 'ok'))];
  });
}

function told(expected: string): string {
  if (!isExpectation(expected)) throw new Error(`the state table has no outcome '${expected}'`);
  return expectations[expected].told;
}

async function runCell(
  t: Harness,
  end: keyof Ends,
  state: string,
  member: string,
  expected: string,
): Promise<void> {
  const reasons = { ofWriter: new Error("the writer's reason"), ofReader: new Error("the reader's reason") };
  const pipe = await (states[state] as (typeof states)[string])(t, reasons);
  await t.turn();
  const use = members[end][member] as (pipe: Ends) => unknown;
  // A call that throws and one whose promise rejects say the same.
  const call = t.call((async () => use(pipe))(), `${member} of the ${end}`);
  if (isExpectation(expected)) await expectations[expected].check({ t, call, end, member, reasons });
}
