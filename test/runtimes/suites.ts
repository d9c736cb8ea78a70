/**
 * What runs on every runtime: what runs everywhere; the conformance suite on each transport that needs a system, in each
 * way that it has of calling the kernel and of waiting for it, and on the adapters to Node's streams; and a few programs
 * whose other half is the runtime's own: its children, its end, its workers.
 */
import { conformance } from 'pipework/testing';
import type { Case, Suite } from '../../scripts/runtimes/suite.js';
import { streamIter } from '../node/stream-iter.js';
import { readingCases, writingCases } from '../node/transports.js';
import { anonymousPair, fifoPair } from '../os/outside-pairs.js';
import { made, outside } from '../os/transports.js';
import { scenarios } from '../proc/scenarios.js';
import { children } from './children.js';
import { deadlocks } from './deadlocks.js';
import { everywhere } from './everywhere.js';
import { processes } from './processes.js';
import { runtime } from './runtime.js';
import { casesIn } from './test.js';
import { workers } from './workers.js';

/** Of what a worker throws, also when somebody listens for it. */
const DENOS_WORD = /^error: Uncaught \(in worker ""\) Error: thrown on purpose\n(?: .*\n)*/;

export const suites: readonly Suite[] = [
  ...everywhere,
  {
    name: 'threads, toolkit',
    cases: () => casesIn(() => import('../worker/tools.test.js')),
  },
  {
    name: 'threads, spoilt memory',
    cases: () => casesIn(() => import('../worker/hostile.test.js')),
  },
  { name: 'kernel', cases: () => conformance(made) },
  { name: 'kernel, posix', mode: 'posix', cases: () => conformance(made) },
  { name: 'kernel, thread', mode: 'thread', cases: () => onNode(conformance(made)) },
  { name: 'FIFO', cases: () => conformance(outside(fifoPair, 'twin')) },
  { name: 'FIFO, nowait', cases: () => conformance(outside(fifoPair, 'nowait')) },
  { name: 'FIFO, poll', cases: () => conformance(outside(fifoPair, 'poll')) },
  { name: 'FIFO, posix', mode: 'posix', cases: () => conformance(outside(fifoPair, 'twin')) },
  { name: 'FIFO, thread', mode: 'thread', cases: () => onNode(conformance(outside(fifoPair, 'twin'))) },
  { name: 'foreign pipe', cases: () => conformance(outside(anonymousPair, 'twin')) },
  { name: 'foreign pipe, nowait', cases: () => conformance(outside(anonymousPair, 'nowait')) },
  { name: 'foreign pipe, poll', cases: () => conformance(outside(anonymousPair, 'poll')) },
  { name: 'foreign pipe, posix', mode: 'posix', cases: () => conformance(outside(anonymousPair, 'twin')) },
  {
    name: 'kernel, in detail',
    cases: () =>
      casesIn(
        () => import('../os/pass.test.js'),
        () => import('../os/reentrancy.test.js'),
        () => import('../os/web-streams.test.js'),
      ),
  },
  { name: 'Node streams, reading', cases: readingCases },
  { name: 'Node streams, writing', cases: writingCases },
  {
    name: 'Node streams, in detail',
    cases: () =>
      casesIn(
        () => import('../node/from-node.test.js'),
        () => import('../node/to-node.test.js'),
      ),
  },
  { name: 'stream/iter', cases: streamIter },
  { name: 'kernel, with children', cases: () => children },
  { name: 'exec', cases: () => processes },
  { name: 'exec, thread', mode: 'thread', cases: () => onNode(processes) },
  { name: 'proc', cases: () => scenarios },
  { name: 'deadlocks', cases: () => deadlocks },
  { name: 'workers', prints: DENOS_WORD, cases: () => workers },
];

/** Cases that are about waiting in a thread instead of the event loop, which only Node can choose. */
function onNode(cases: readonly Case[]): Case[] {
  if (runtime === 'Node') return [...cases];
  return cases.map((one) => ({
    ...one,
    skip: `${runtime} always waits in a thread: the row without it is this one`,
  }));
}
