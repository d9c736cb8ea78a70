/** What each word of the state table means for a transport: how a case's name says it, and how it is checked. */
import { BrokenPipeError, ClosedPipeError } from '../../io/index.js';
import { equal, isError } from './assert.js';
import type { Call } from './call.js';
import type { Harness } from './harness.js';
import type { Reasons } from './states.js';

/** One cell while it is checked. */
interface Cell {
  readonly t: Harness;
  readonly call: Call<unknown>;
  readonly end: 'reader' | 'writer';
  readonly member: string;
  readonly reasons: Reasons;
}

interface Expectation {
  readonly told: string;
  check(cell: Cell): Promise<void>;
}

export const expectations = {
  waits: { told: 'waits', check: ({ call }) => call.waits() },
  '0': { told: 'gives 0', check: ({ call }) => call.gives(0) },
  '3': { told: 'gives 3', check: ({ call }) => call.gives(3) },
  fits: {
    told: 'takes what fits',
    check({ t, call, member }) {
      if (!t.supports.rendezvous) return call.gives(3);
      return member === 'tryWrite()' ? call.gives(0) : call.waits();
    },
  },
  ok: { told: 'does no harm', check: ({ call }) => call.gives(undefined) },
  null: {
    told: 'gives null',
    async check(cell) {
      if (!(await mayNotKnow(cell))) await cell.call.gives(null);
    },
  },
  Broken: {
    told: 'fails with BrokenPipeError',
    async check(cell) {
      if (!(await mayNotKnow(cell))) await cell.call.rejectsAs(BrokenPipeError, brokenAs(cell));
    },
  },
  Closed: {
    told: 'fails with ClosedPipeError',
    check: ({ call }) => call.rejectsAs(ClosedPipeError, { ...CLOSED, cause: undefined }),
  },
  'Closed(W)': {
    told: "fails with ClosedPipeError because of the writer's reason",
    check: (cell) => closedBecauseOf(cell, 'writer', cell.reasons.ofWriter),
  },
  'Closed(R)': {
    told: "fails with ClosedPipeError because of the reader's reason",
    check: (cell) => closedBecauseOf(cell, 'reader', cell.reasons.ofReader),
  },
  W: {
    told: "fails with the writer's reason",
    async check(cell) {
      const { t, call, member, reasons } = cell;
      if (await mayNotKnow(cell)) return;
      if (t.supports.reasons) await call.rejectsWith(reasons.ofWriter);
      else if (t.supports.aborts) await call.failure();
      else if (member === 'closed') await notFailed(cell);
      else await call.gives(null);
    },
  },
  R: {
    told: "fails with the reader's reason",
    async check(cell) {
      const { t, call, reasons } = cell;
      if (await mayNotKnow(cell)) return;
      if (t.supports.reasons) await call.rejectsWith(reasons.ofReader);
      else if (t.supports.aborts) await call.failure();
      else await call.rejectsAs(BrokenPipeError, brokenAs(cell));
    },
  },
} satisfies Record<string, Expectation>;

export function isExpectation(word: string): word is keyof typeof expectations {
  return Object.hasOwn(expectations, word);
}

const CLOSED = { code: 'ERR_PIPE_CLOSED', bytesWritten: 0 };

/** Where an abort looks like a close, `closed` resolves when the end has been read or the end is closed, or waits. */
async function notFailed({ t, call }: Cell): Promise<void> {
  await t.turn();
  if (call.outcome.kind !== 'waits') await call.gives(undefined);
}

function brokenAs({ member }: Cell): Readonly<Record<string, unknown>> {
  return member === 'closed' ? { code: 'EPIPE' } : { code: 'EPIPE', bytesWritten: 0 };
}

/** Zero length reports a close as far as the end knows of one: without `immediate` it need not have asked. */
async function mayNotKnow({ t, call, member }: Cell): Promise<boolean> {
  if (t.supports.immediate || !member.endsWith('(0)')) return false;
  const outcome = await call.settles();
  return outcome.kind === 'gave' && outcome.value === 0;
}

/** The own side's reason is known in any case, the other side's where reasons cross. */
async function closedBecauseOf(
  { t, call, end }: Cell,
  of: 'reader' | 'writer',
  reason: Error,
): Promise<void> {
  const error = await call.failure();
  isError(error, ClosedPipeError, CLOSED, 'the failure');
  if (of === end || t.supports.reasons)
    equal((error as ClosedPipeError).cause, reason, 'cause of the failure');
}
