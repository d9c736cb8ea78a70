/** What pages have for modules of Node's is as strict as these: each verdict is the same. */
import * as ofNode from 'node:assert/strict';
import { EventEmitter, getEventListeners as listenersOfNode, once as onceOfNode } from 'node:events';
import { test } from 'node:test';
import { inspect } from 'node:util';
import * as ofPage from '../runtimes/page/node-assert.js';
import { getEventListeners, once } from '../runtimes/page/node-events.js';

type Assert = typeof ofPage;

const error = Object.assign(new Error('oops'), { code: 'E' });
const values: readonly unknown[] = [
  0,
  -0,
  1,
  1n,
  Number.NaN,
  '',
  '1',
  'oops',
  true,
  false,
  null,
  undefined,
  {},
  { a: 1 },
  { a: 1, b: 2 },
  { b: 2, a: 1 },
  { a: undefined },
  { b: undefined },
  { a: { b: [1, 2] } },
  { a: { b: [1, 3] } },
  Object.create(null),
  [],
  [1],
  ['1'],
  [1, 2],
  [2, 1],
  [undefined],
  Array(1),
  Object.assign([1], { a: 1 }),
  new Uint8Array(0),
  Uint8Array.of(1, 2),
  Uint8Array.of(1, 3),
  Uint8Array.of(1, 2, 3),
  error,
  new Error('oops'),
  new Error('other'),
  new TypeError('oops'),
  new Error('oops', { cause: 1 }),
  new Error('oops', { cause: 2 }),
  new (class Own extends Error {})('oops'),
  () => 1,
];
const others: readonly unknown[] = [
  { a: { b: [1, 2] } },
  [1, 2],
  Uint8Array.of(1, 2),
  Object.assign(new Error('oops'), { code: 'E' }),
  new Error('oops', { cause: 1 }),
];
const expectations: readonly unknown[] = [
  undefined,
  'a message',
  /oops/,
  /^Error: oops$/,
  Error,
  TypeError,
  Uint8Array,
  () => true,
  () => false,
  (value: unknown) => value === error,
  { message: 'oops' },
  { message: /oo/ },
  { code: 'E' },
  { code: 'F' },
  { name: 'TypeError', message: 'oops' },
  { cause: 1 },
  { cause: undefined },
  { missing: undefined },
  new Error('oops'),
  new TypeError('oops'),
  error,
];

for (const name of ['equal', 'notEqual', 'deepEqual'] as const) {
  test(`${name}(): as in Node, of ${values.length} values with each other`, async () => {
    for (const one of values) {
      for (const other of [...values, ...others]) {
        await compare(`${name}(${show(one)}, ${show(other)})`, (assert) => assert[name](one, other));
      }
    }
  });
}

test('ok(), match(): as in Node', async () => {
  for (const value of values) {
    await compare(`ok(${show(value)})`, ({ ok }) => ok(value));
    await compare(`match(${show(value)})`, ({ match }) => match(value as string, /^oo/));
  }
});

test('throws(), rejects(): as in Node, of all values thrown and all that can be expected of them', async () => {
  const none = Symbol('nothing');
  for (const thrown of [...values, none]) {
    const run = (): unknown => {
      if (thrown !== none) throw thrown;
      return 1;
    };
    for (const expected of expectations) {
      const what = `${show(thrown)}, ${show(expected)}`;
      await compare(`throws(${what})`, ({ throws }) => throws(run, expected as never));
      await compare(`rejects(${what})`, ({ rejects }) => rejects(async () => run(), expected as never));
    }
  }
});

test('deepEqual(): what it cannot compare as Node does it does not compare', () => {
  for (const make of [
    () => new Map(),
    () => new Set(),
    () => new Date(0),
    () => /a/,
    () => new Float64Array(1),
  ]) {
    ofNode.throws(() => ofPage.deepEqual(make(), make()), /^TypeError: nothing here compares/);
  }
});

test('getEventListeners(): as in Node', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const [one, two] = [() => {}, () => {}];
  const same = () =>
    ofNode.equal(getEventListeners(signal, 'abort').length, listenersOfNode(signal, 'abort').length);
  same();
  for (const listener of [one, two, one]) signal.addEventListener('abort', listener);
  same();
  signal.removeEventListener('abort', two);
  signal.removeEventListener('abort', () => {});
  same();
  controller.abort();
  same();
});

test('once(): as in Node', async () => {
  for (const wait of [onceOfNode, once]) {
    const emitter = new EventEmitter();
    const message = wait(emitter, 'message');
    emitter.emit('message', 7);
    ofNode.deepEqual(await message, [7]);
    const failed = wait(emitter, 'message');
    emitter.emit('error', error);
    await ofNode.rejects(failed, error);
    const awaited = wait(emitter, 'error');
    emitter.emit('error', error);
    ofNode.deepEqual(await awaited, [error]);
    ofNode.equal(emitter.listenerCount('error'), 0);
  }
});

/** That both give the same verdict, which is whether they throw. */
async function compare(what: string, run: (assert: Assert) => unknown): Promise<void> {
  const [node, page] = [await verdict(() => run(ofNode as never)), await verdict(() => run(ofPage))];
  ofNode.equal(page, node, `${what} ${node} in Node, and in a page it ${page}`);
}

async function verdict(run: () => unknown): Promise<'passes' | 'fails'> {
  try {
    await run();
    return 'passes';
  } catch {
    return 'fails';
  }
}

function show(value: unknown): string {
  return inspect(value, { compact: true, breakLength: Number.POSITIVE_INFINITY }).split('\n')[0] as string;
}
