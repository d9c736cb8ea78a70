/**
 * What runs on every runtime and in pages, too: so nothing here leads to a module of Node's but those that pages have a
 * substitute for (test/runtimes/page). One more row is one more suite on each of them.
 */
import { conformance } from 'pipework/testing';
import type { Case, Suite } from '../../scripts/runtimes/suite.js';
import { vague } from '../fixtures/collector.js';
import { fanCases } from '../io/fan-transports.js';
import { bounded, unbuffered } from '../io/transports.js';
import { webCases } from '../io/web-transports.js';
import { pages } from '../worker/pages.js';
import { crossing, linked, opened } from '../worker/transports.js';
import { casesIn } from './test.js';

/** Of what a worker throws, also when somebody listens for it. */
const DENOS_WORD = /error: Uncaught \(in worker ""\) \(in promise\) Error: thrown on purpose\n(?: .*\n)*/g;

export const everywhere: readonly Suite[] = [
  { name: 'memory, unbuffered', cases: () => conformance(unbuffered) },
  { name: 'memory, bounded', cases: () => conformance(bounded) },
  {
    name: 'memory, in detail',
    cases: () =>
      casesIn(
        () => import('../io/arguments.test.js'),
        () => import('../io/lent-memory.test.js'),
        () => import('../io/reentrancy.test.js'),
        () => import('../io/scopes.test.js'),
        () => import('../io/signals.test.js'),
      ),
  },
  {
    name: 'memory, abandoned',
    cases: async () => unless(vague, await casesIn(() => import('../io/abandoned.test.js'))),
  },
  {
    name: 'toolkit',
    cases: () =>
      casesIn(
        () => import('../io/byte-ends.test.js'),
        () => import('../io/concat.test.js'),
        () => import('../io/copy.test.js'),
        () => import('../io/copy-bypass.test.js'),
        () => import('../io/duplex.test.js'),
        () => import('../io/faults.test.js'),
        () => import('../io/foreign-ends.test.js'),
        () => import('../io/limit.test.js'),
        () => import('../io/lines.test.js'),
        () => import('../io/merge.test.js'),
        () => import('../io/read-full.test.js'),
        () => import('../io/tee-evict.test.js'),
        () => import('../io/tee.test.js'),
        () => import('../io/text.test.js'),
      ),
  },
  ...Object.entries(fanCases).map(([name, cases]) => ({ name, cases })),
  ...Object.entries(webCases).map(([name, cases]) => ({ name, cases })),
  {
    name: 'Web streams, in detail',
    cases: () =>
      casesIn(
        () => import('../io/from-web.test.js'),
        () => import('../io/to-web.test.js'),
        () => import('../io/web-streams.test.js'),
      ),
  },
  { name: 'threads, both ends here', cases: () => conformance(linked) },
  { name: 'threads, both ends here by handles', cases: () => conformance(opened) },
  ...Object.entries(crossing).map(([where, cases]) => ({
    name: `threads, ${where}`,
    blocks: true as const,
    cases,
  })),
  { name: 'threads, traffic', blocks: true, cases: () => casesIn(() => import('../worker/threads.test.js')) },
  {
    name: 'threads, death',
    blocks: true,
    prints: DENOS_WORD,
    cases: () => casesIn(() => import('../worker/death.test.js')),
  },
  {
    name: 'threads, in detail',
    cases: () =>
      casesIn(
        () => import('../worker/handles.test.js'),
        () => import('../worker/protocol.test.js'),
        () => import('../worker/reasons.test.js'),
      ),
  },
  {
    name: 'threads, abandoned',
    cases: async () => unless(vague, await casesIn(() => import('../worker/abandoned.test.js'))),
  },
  { name: 'threads, in pages', cases: () => pages },
  {
    name: 'testing',
    cases: () =>
      casesIn(
        () => import('../testing/fail-when-stuck.test.js'),
        () => import('../testing/faulty.test.js'),
      ),
  },
];

/** Skips all of them if there is a reason to. */
function unless(skip: string | false, cases: readonly Case[]): readonly Case[] {
  return skip === false ? cases : cases.map((one) => ({ ...one, skip }));
}
