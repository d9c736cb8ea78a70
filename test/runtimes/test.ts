/**
 * `test` for files whose tests run on every runtime. Under Node's runner it is that of `node:test` itself; while `casesIn()`
 * loads such a file, each test becomes a case, for whoever runs cases.
 */
import { test as testOfNode } from 'node:test';
import type { Case } from '../../scripts/runtimes/suite.js';

type Run = () => void | Promise<void>;

interface Test {
  (name: string, run: Run): unknown;
  /** `skip` says why this runtime cannot run it. */
  (name: string, options: { readonly skip: string | false }, run: Run): unknown;
}

/** Files import it as it is when they call it. */
export let test: Test = testOfNode;

/** The tests of the files that `loads` import, in their order. One call at a time; a file is loaded once. */
export async function casesIn(...loads: readonly (() => Promise<unknown>)[]): Promise<Case[]> {
  const cases: Case[] = [];
  test = (name: string, ...rest: [Run] | [{ readonly skip: string | false }, Run]) => {
    const [{ skip }, run] = rest.length === 1 ? [{ skip: false as const }, rest[0]] : rest;
    cases.push({ name, ...(skip !== false && { skip }), run: async () => run() });
  };
  try {
    for (const load of loads) {
      const before = cases.length;
      await load();
      if (cases.length === before)
        throw new Error(`no test is in what ${load} loads, or it was loaded before`);
    }
  } finally {
    test = testOfNode;
  }
  return cases;
}
