/** Whether a program that has run did what was expected of it. */
import type { Ended } from './run-child.js';

export interface Expected {
  /** In words, as what "it" does. */
  readonly outcome: string;
  /** Exit status; `null` when it is to hang without a word until it is killed. */
  readonly status: number | null;
  /** What its output contains, anywhere: Go's numbers come from one task while another prints its line. */
  readonly says: readonly string[];
}

export interface Verdict {
  readonly isExpected: boolean;
  readonly text: string;
}

export function judge(expected: Expected, ended: Ended): Verdict {
  const wrong = firstDifference(expected, ended);
  if (wrong !== undefined) return { isExpected: false, text: `${wrong}; expected: it ${expected.outcome}` };
  const end = expected.status === null ? ended.failure : `exit status ${ended.status}`;
  return { isExpected: true, text: `${expected.outcome}, as expected; ${end}` };
}

function firstDifference(expected: Expected, ended: Ended): string | undefined {
  if (expected.status === null)
    return ended.isOverdue ? unexpectedWord(ended) : (ended.failure ?? 'it ended');
  if (ended.failure !== undefined) return ended.failure;
  if (ended.signal !== null) return `ended by ${ended.signal}`;
  if (ended.status !== expected.status) return `exit status ${ended.status} and not ${expected.status}`;
  const missing = expected.says.find((text) => !ended.stdout.includes(text) && !ended.stderr.includes(text));
  return missing === undefined ? undefined : `it does not say "${missing}"`;
}

/** Of a program that is to be silent. */
function unexpectedWord({ stdout, stderr }: Ended): string | undefined {
  return stdout === '' && stderr === '' ? undefined : 'it hangs, but says something';
}
