import { checkOptions, describe } from '../../io/internal.js';
import { abilities } from './abilities.js';
import { aborting } from './aborting.js';
import { wrongArguments } from './arguments.js';
import { capacity } from './capacity.js';
import { checkOrder } from './check-order.js';
import { closedPromise } from './closed-promise.js';
import { closing } from './closing.js';
import { counts } from './counts.js';
import { detaching } from './detaching.js';
import { disposal } from './disposal.js';
import type { Draft, Rule } from './draft.js';
import { givingUp } from './giving-up.js';
import { Harness, type Makers } from './harness.js';
import { iteration } from './iteration.js';
import { lending } from './lending.js';
import { order } from './order.js';
import { signals } from './signals.js';
import { stateTable } from './state-table.js';
import { ABILITIES, type Ability, type Supports } from './supports.js';
import { text } from './text.js';
import { tries } from './tries.js';
import { zeroLength } from './zero-length.js';

/** One rule, tried out on one transport. */
export interface Case {
  /** Begins with the member, and states the rule in a sentence; no two cases of a list have the same. */
  readonly name: string;
  /** The rule of the contract, by its number. */
  readonly rule: Rule;
  /** Why this runtime cannot run the case, if it cannot; `run()` rejects with it then. */
  readonly skip?: string;
  /** Resolves when the transport keeps the rule, else rejects with what it did instead. Leaves nothing that waits. */
  run(): Promise<void>;
}

/** What `conformance()` needs to know of a transport. */
export interface ConformanceOptions extends Makers {
  /** What the transport has; whatever is not named here, it has. */
  readonly supports?: Partial<Supports>;
  /**
   * Lets everything settle that is going to without another call; without it, a few turns of the microtask queue. A
   * transport that settles its calls from the event loop gives its own, say `() => new Promise(setImmediate)`. One that
   * is too short does not go unnoticed: what must settle gets a hundred of them.
   */
  readonly turn?: () => Promise<void>;
}

/**
 * The cases that hold a transport to the contract, as data: any test runner on any runtime can take them. They make
 * their own pairs, do not sleep, do not hang on a transport that does, and can run in any order.
 *
 * @param options.open Makes a pair that holds `capacity` bytes; an unbuffered transport ignores it.
 * @param options.openClogged Makes a pair whose next write waits, and tells what is in it already.
 * @param options.supports What the transport has and lacks; the declaration is tested too.
 * @param options.turn Lets everything settle that is going to.
 * @returns The cases, by group.
 * @throws {TypeError} A wrong option; the message names it.
 * @example Hold an unbuffered pipe to the contract
 * ```ts
 * import * as io from 'pipework';
 * import { conformance } from 'pipework/testing';
 *
 * const cases = conformance({
 *   open: () => io.pipe(),
 *   openClogged: () => ({ ...io.pipe(), buffered: new Uint8Array(0) }),
 *   supports: { rendezvous: true },
 * });
 * const failed: string[] = [];
 * for (const { name, skip, run } of cases) {
 *   if (skip === undefined) await run().catch(() => failed.push(name));
 * }
 * console.log(cases.length > 300, failed); // prints true []
 * ```
 */
export function conformance(options: ConformanceOptions): Case[] {
  const { makers, supports, turn } = checkConformanceOptions(options);
  const cases: Case[] = [];
  for (const { needs = [], lacks = [], ...draft } of DRAFTS) {
    if (!needs.every((ability) => supports[ability])) continue;
    if (lacks.some((ability) => supports[ability])) continue;
    cases.push(bind(draft, () => new Harness(makers, supports, turn)));
  }
  return cases;
}

const DRAFTS: readonly Draft[] = [
  ...abilities,
  ...order,
  ...capacity,
  ...text,
  ...tries,
  ...lending,
  ...detaching,
  ...wrongArguments,
  ...checkOrder,
  ...zeroLength,
  ...closing,
  ...givingUp,
  ...aborting,
  ...signals,
  ...closedPromise,
  ...counts,
  ...iteration,
  ...disposal,
  ...stateTable,
];

function bind({ name, rule, skip, run }: Draft, harness: () => Harness): Case {
  if (skip !== undefined) {
    return { name, rule, skip, run: () => Promise.reject(new Error(`cannot run here: ${skip}`)) };
  }
  return {
    name,
    rule,
    async run() {
      const own = harness();
      try {
        await run(own);
      } catch (error) {
        await own.clean().catch(() => {}); // says less than the error that comes first
        throw error;
      }
      await own.clean();
    },
  };
}

/** Wrappers of a wrapper may take a few microtasks each; nothing in memory takes more. */
const MICROTASKS = 10;

async function microtasks(): Promise<void> {
  for (let count = 0; count < MICROTASKS; count++) await undefined;
}

function checkConformanceOptions(options: ConformanceOptions) {
  checkOptions('options', options, ['open', 'openClogged', 'supports', 'turn']);
  const { open, openClogged, supports = {}, turn = microtasks } = options;
  for (const [name, value] of Object.entries({ open, openClogged, turn })) {
    if (typeof value !== 'function')
      throw new TypeError(`options.${name} must be a function, got ${describe(value)}`);
  }
  checkOptions('options.supports', supports, ABILITIES);
  const all = {} as Record<Ability, boolean>;
  for (const ability of ABILITIES) {
    const value: unknown = supports[ability] ?? true;
    if (typeof value !== 'boolean')
      throw new TypeError(`options.supports.${ability} must be a boolean, got ${describe(value)}`);
    all[ability] = value;
  }
  if (all.reasons && !all.aborts)
    throw new TypeError(
      'options.supports.reasons must be false without options.supports.aborts: a reason crosses with an abort, got true',
    );
  return { makers: { open, openClogged }, supports: all as Supports, turn };
}
