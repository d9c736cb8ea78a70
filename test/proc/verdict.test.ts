/** verdict() on graphs made by hand: what no scenario brings about for certain. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { test } from 'node:test';
import * as proc from 'pipework/proc';
import { asleep, elsewhere, graphOf, polling, reading, running, type Sketch, writing } from './graph.js';

/** Roles by number. */
function roles(graph: proc.Graph): Record<number, string> {
  const stages = proc.verdict(graph).chains.flatMap(({ stages }) => stages);
  return Object.fromEntries(stages.map(({ pid, role }) => [pid, role]));
}

function rings(sketch: Sketch, more: Partial<proc.Graph> = {}): string[] {
  const { deadlocks } = proc.verdict(graphOf(sketch, more));
  return deadlocks.map(({ ring, isCertain }) => `${ring.join('-')}${isCertain ? '' : '?'}`);
}

test('verdict(): nothing is said of nothing', () => {
  deepEqual(proc.verdict(graphOf({})), { chains: [], deadlocks: [], heldEnds: [] });
});

test('verdict(), printable(): what is none is an error that names it and what was received', () => {
  throws(() => proc.verdict([] as unknown as proc.Graph), {
    name: 'TypeError',
    message: 'graph must be a graph that scan() gave, got Array',
  });
  throws(() => proc.printable(5 as unknown as string), {
    name: 'TypeError',
    message: 'text must be a string, got 5',
  });
});

test('verdict(): what is cut off a long command line leaves no half of a character', () => {
  const { chains } = proc.verdict(
    graphOf({ 7: { does: running, has: [], command: `${'x'.repeat(30)}\u{1f600}\u{1f600}` } }),
  );
  equal(chains[0]?.stages[0]?.label, `${'x'.repeat(30)}… (7)`);
});

test('verdict(): a chain goes from who writes to who reads, and each process is in one', () => {
  const { chains } = proc.verdict(
    graphOf({
      7: { does: running, has: ['0<a', '1>b'] },
      8: { does: running, has: ['1>a'] },
      9: { does: running, has: ['0<b'] },
      3: { does: running, has: [] },
      4: { does: running, has: ['1>c'] },
      5: { does: running, has: ['0<c'] },
    }),
  );
  deepEqual(
    chains.map(({ stages, pipes }) => [stages.map(({ pid }) => pid), pipes]),
    [
      [[4, 5], ['c']],
      [
        [8, 7, 9],
        ['a', 'b'],
      ],
      [[3], []],
    ],
  );
});

test('verdict(): what many have for their complaints, or from an ancestor, joins nobody', () => {
  const { chains } = proc.verdict(
    graphOf({
      1: { does: running, has: ['3<log', '251>old'] },
      2: { does: running, has: ['1>a', '2>log', '251>old'], parent: 1 },
      3: { does: running, has: ['0<a', '2>log', '251>old'], parent: 1 },
      4: { does: running, has: ['1>b', '2>log', '251>old'], parent: 1 },
      5: { does: running, has: ['0<b', '1>log', '251>old'], parent: 1 },
      6: { does: running, has: ['0<old'] },
    }),
  );
  deepEqual(
    chains.map(({ stages }) => stages.map(({ pid }) => pid)),
    [
      [4, 5, 1, 6],
      [2, 3],
    ],
  );
});

test('verdict(): a ring of three is one deadlock, from the least number on', () => {
  deepEqual(
    rings({
      5: { does: reading('0<c'), has: ['0<c', '1>a'] },
      3: { does: reading('0<a'), has: ['0<a', '1>b'] },
      4: { does: reading('0<b'), has: ['0<b', '1>c'] },
    }),
    ['3-5-4'],
  );
});

test('verdict(): who waits for a deadlock is stuck, and not in the ring', () => {
  const graph = graphOf({
    1: { does: writing('1>x'), has: ['1>x'] },
    2: { does: writing('1>a'), has: ['0<x', '0<b', '1>a'] },
    3: { does: writing('1>b'), has: ['0<a', '1>b'] },
  });
  deepEqual(roles(graph), { 1: 'stuck', 2: 'stuck', 3: 'stuck' });
  const { deadlocks, chains } = proc.verdict(graph);
  deepEqual(
    deadlocks.map(({ ring }) => ring),
    [[2, 3]],
  );
  deepEqual(chains[0]?.stages.find(({ pid }) => pid === 1)?.because, [2, 3]);
  deepEqual(chains[0]?.bottlenecks, []);
});

test('verdict(): two rings that share nobody are two deadlocks', () => {
  deepEqual(
    rings({
      1: { does: writing('1>a'), has: ['0<b', '1>a'] },
      2: { does: writing('1>b'), has: ['0<a', '1>b'] },
      3: { does: writing('1>c'), has: ['0<d', '1>c'] },
      4: { does: writing('1>d'), has: ['0<c', '1>d'] },
    }),
    ['1-2', '3-4'],
  );
});

test('verdict(): a ring with a way out is none', () => {
  const ring = (more: Partial<Sketch[number]>, others: Sketch = {}): string[] =>
    rings({
      1: { does: writing('1>a'), has: ['0<b', '1>a'] },
      2: { does: writing('1>b'), has: ['0<a', '1>b'], ...more },
      ...others,
    });
  deepEqual(ring({}), ['1-2']);
  // Another reader, a second thread that runs, a clock, somebody on a socket, one who is asleep nobody knows in what.
  deepEqual(ring({}, { 3: { does: running, has: ['3<a'] } }), []);
  deepEqual(ring({ does: running }), []);
  deepEqual(ring({ does: elsewhere('timer') }), []);
  deepEqual(ring({ does: asleep }), []);
  deepEqual(ring({ does: polling(['1>b'], [], true) }), []);
  deepEqual(ring({ does: polling(['1>b'], ['socket:[5]']) }), []);
  deepEqual(ring({ does: polling(['1>b'], ['anon_inode:[timerfd]']) }), []);
  // And an event loop that waits for nothing but these is a part of it.
  deepEqual(ring({ does: polling(['1>b'], ['anon_inode:[eventfd]']) }), ['1-2']);
  deepEqual(ring({ does: writing('1>b'), has: ['0<a', '1>b'] }), ['1-2']);
});

test('verdict(): a deadlock is certain when all was seen, and no other thread may act', () => {
  const sketch: Sketch = {
    1: { does: writing('1>a'), has: ['0<b', '1>a'] },
    2: { does: writing('1>b'), has: ['0<a', '1>b'] },
  };
  deepEqual(rings(sketch), ['1-2']);
  deepEqual(rings(sketch, { isComplete: false }), ['1-2?']);
  const state = writing('1>b');
  const thread = (tid: number, state: proc.ProcessState): proc.ThreadNode => ({ tid, name: 't', state });
  const withThread = (other: proc.ProcessState): Sketch => ({
    ...sketch,
    2: { does: state, has: ['0<a', '1>b'], threads: [thread(2, state), thread(9, other)] },
  });
  deepEqual(rings(withThread(elsewhere('thread'))), ['1-2']);
  deepEqual(rings(withThread(elsewhere('timer'))), ['1-2?']);
  deepEqual(rings({ ...sketch, 1: { does: writing('1>a', '2>a'), has: ['0<b', '1>a', '2>a'] } }), ['1-2?']);
});

test('verdict(): who waits for a child waits for what that waits for', () => {
  const graph = graphOf({
    1: { does: writing('1>a'), has: ['1>a'] },
    2: { does: elsewhere('child', [3]), has: ['0<a'] },
    3: { does: reading('0<b'), has: ['0<b'], parent: 2 },
    4: { does: elsewhere('socket'), has: ['1>b'] },
  });
  deepEqual(roles(graph), { 1: 'blocked', 2: 'waiting', 3: 'starved', 4: 'bottleneck' });
  deepEqual(proc.verdict(graph).chains[0]?.stages[0]?.because, [4]);
  // Children that nobody could list may be any.
  const unlisted = graphOf({
    1: { does: writing('1>a'), has: ['1>a'] },
    2: { does: elsewhere('child'), has: ['0<a'] },
  });
  deepEqual(roles(unlisted), { 1: 'blocked', 2: 'bottleneck' });
});

test('verdict(): an event loop that also watches a socket is neither starved nor blamed', () => {
  const graph = graphOf({
    1: { does: elsewhere('timer'), has: ['1>a'] },
    2: { does: polling(['0<a'], ['socket:[9]']), has: ['0<a', '1>b'] },
    3: { does: reading('0<b'), has: ['0<b'] },
  });
  deepEqual(roles(graph), { 1: 'free', 2: 'unknown', 3: 'starved' });
  const [chain] = proc.verdict(graph).chains;
  deepEqual([chain?.bottlenecks, chain?.stages[2]?.because, chain?.stages[1]?.isCertain], [[], [2], false]);
});

test('verdict(): a pipe that an event loop has for itself joins it to nobody', () => {
  const graph = graphOf({ 1: { does: polling(['4<own']), has: ['4<own', '5>own'] } });
  deepEqual(roles(graph), { 1: 'free' });
  deepEqual(proc.verdict(graph).deadlocks, []);
  deepEqual(proc.verdict(graph).heldEnds, []);
});

test('verdict(): who only has the pipe beside its own is not blamed while another has it as a standard stream', () => {
  const graph = graphOf({
    1: { does: elsewhere('timer'), has: ['7>a'] },
    2: { does: running, has: ['1>a'] },
    3: { does: reading('0<a'), has: ['0<a'] },
  });
  deepEqual(roles(graph), { 1: 'free', 2: 'bottleneck', 3: 'starved' });
  const { heldEnds } = proc.verdict(graph);
  deepEqual(
    heldEnds.map(({ pid, descriptor, why, readers }) => [pid, descriptor, why, readers]),
    [[1, 7, 'spare', [3]]],
  );
  match(
    heldEnds[0]?.says ?? '',
    /^p1 \(1\) also has the write end of the pipe that p3 \(3\) reads, as descriptor 7,/,
  );
});

test('verdict(): an end is not called forgotten while there are bytes in the pipe, or its holder is at work', () => {
  const sketch = (does: proc.ProcessState): Sketch => ({
    1: { does, has: ['1>a'], isOrphan: true, parent: 1 },
    3: { does: reading('0<a'), has: ['0<a'] },
  });
  const held = (does: proc.ProcessState, queued: number): number =>
    proc.verdict(graphOf(sketch(does), {}, { a: queued })).heldEnds.length;
  equal(held(elsewhere('timer'), 0), 1);
  equal(held(elsewhere('timer'), 5), 0);
  equal(held(running, 0), 0);
});

test('verdict(): sentences escape what commands hold, and are short', () => {
  const graph = graphOf({
    1: { does: writing('1>a'), has: ['1>a'], command: `\u001b[2J${'x'.repeat(100)}` },
    2: { does: running, has: ['0<a'], command: 'a\nb' },
  });
  const [stage] = proc.verdict(graph).chains[0]?.stages ?? [];
  equal(stage?.label, `\\x1b[2J${'x'.repeat(24)}… (1)`);
  equal(stage.says, `${stage.label} waits to write to descriptor 1, the pipe to a\\nb (2).`);
  ok(
    !/\p{Cc}/u.test(
      JSON.stringify(proc.verdict(graph).chains.flatMap(({ stages }) => stages.map(({ says }) => says))),
    ),
  );
});
