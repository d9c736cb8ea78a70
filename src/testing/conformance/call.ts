import { type ErrorClass, equal, fail, isError, show } from './assert.js';

/** What becomes of a call, as far as it is known. */
export type Outcome<Value> =
  | { readonly kind: 'waits' }
  | { readonly kind: 'gave'; readonly value: Value }
  | { readonly kind: 'failed'; readonly reason: unknown };

/** Turns that a call may take to settle which ought to: enough for any transport, and the end of one that hangs. */
const TURNS_MAX = 100;

/**
 * A promise that a case watches. It is handled from the start, so a failing case leaves no unhandled rejection behind,
 * and every expectation is bounded in turns, so no case hangs on a transport that does.
 */
export class Call<Value> {
  outcome: Outcome<Value> = { kind: 'waits' };
  readonly #what: string;
  readonly #turn: () => Promise<void>;

  constructor(promise: Promise<Value>, what: string, turn: () => Promise<void>, onSettled?: () => void) {
    this.#what = what;
    this.#turn = turn;
    promise
      .then(
        (value) => {
          this.outcome = { kind: 'gave', value };
          onSettled?.();
        },
        (reason) => {
          this.outcome = { kind: 'failed', reason };
          onSettled?.();
        },
      )
      .catch((reason) => {
        this.outcome = { kind: 'failed', reason }; // thrown by what onSettled() called
      });
  }

  /** It is still waiting one turn later. */
  async waits(): Promise<void> {
    await this.#turn();
    if (this.outcome.kind !== 'waits') fail(`${this.#what}: expected it to wait, but it ${this.#told()}`);
  }

  /** It has settled within the turns that anything may take. */
  async settles(): Promise<Outcome<Value>> {
    for (let turns = 0; this.outcome.kind === 'waits'; turns++) {
      if (turns === TURNS_MAX) fail(`${this.#what}: it still waits after ${TURNS_MAX} turns`);
      await this.#turn();
    }
    return this.outcome;
  }

  /** The value it resolves to. */
  async value(): Promise<Value> {
    const outcome = await this.settles();
    if (outcome.kind !== 'gave') fail(`${this.#what}: expected a value, but it ${this.#told()}`);
    return outcome.value;
  }

  /** What it rejects with. */
  async failure(): Promise<unknown> {
    const outcome = await this.settles();
    if (outcome.kind !== 'failed') fail(`${this.#what}: expected it to reject, but it ${this.#told()}`);
    return outcome.reason;
  }

  async gives(expected: Value): Promise<void> {
    equal(await this.value(), expected, this.#what);
  }

  /** It rejects with this very value. */
  async rejectsWith(reason: unknown): Promise<void> {
    equal(await this.failure(), reason, `${this.#what}: what it rejects with`);
  }

  /** It rejects with an error of `kind` that has these properties. */
  async rejectsAs(kind: ErrorClass, properties: Readonly<Record<string, unknown>> = {}): Promise<void> {
    isError(await this.failure(), kind, properties, this.#what);
  }

  #told(): string {
    const { outcome } = this;
    if (outcome.kind === 'gave') return `gave ${show(outcome.value)}`;
    return outcome.kind === 'failed' ? `rejected with ${show(outcome.reason)}` : 'waits';
  }
}
