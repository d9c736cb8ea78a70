import type { Harness } from './harness.js';
import type { Ability } from './supports.js';

/** The rules of the contract, by number. */
export type Rule = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/** A case before it knows its transport: what it needs of one, and what it does. */
export interface Draft {
  /** Begins with the member, and states the rule in a sentence. */
  readonly name: string;
  readonly rule: Rule;
  /** In the list only when the transport has all of these. */
  readonly needs?: readonly Ability[];
  /** In the list only when the transport has none of these. */
  readonly lacks?: readonly Ability[];
  /** Why this runtime cannot run it. */
  readonly skip?: string | undefined;
  run(harness: Harness): Promise<void>;
}
