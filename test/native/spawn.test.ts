/**
 * The addon's part in starting processes, below all that src/exec checks first: no argument makes it touch what it does not
 * own, and whatever was started is there to be reaped.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageRoot } from '../fixtures/package-copy.js';
import { runSource } from '../fixtures/run-source.js';
import { openDescriptors } from '../os/descriptors.js';

type Call = (...args: unknown[]) => number;

const { EAGAIN, EBADF, EINVAL, ENOENT } = constants.errno;
const path = join(packageRoot, 'native/build/pipework.node');
const api: Record<string, Call> = createRequire(import.meta.url)(path).init(
  0,
  0,
  new Int32Array(256),
  () => {},
);

const NULL = [1, 0];
const SLEEP = ['/bin/sleep', 'sleep', '1000'];

test('start(): the slot of a child, and its pid; reap() frees it and nothing else does', () => {
  const before = openDescriptors();
  const layout = Int32Array.of(0, 1, 2, 0, 3, ...NULL, ...NULL, ...NULL);
  const slot = api['start']?.(packed(SLEEP), layout) ?? -1;
  ok(slot >= 0);
  process.kill(layout[1] as number, 0);
  const facts = new Float64Array(5);
  equal(api['reap']?.(slot, facts), -EAGAIN);
  for (const call of ['close', 'release', 'twin', 'expose']) equal(api[call]?.(slot), -EBADF, call);
  equal(api['start']?.(packed(SLEEP), Int32Array.of(0, 1, 2, 0, 1, 2, slot)), -EBADF, 'as a descriptor');
  for (const call of ['read', 'write']) ok((api[call]?.(slot, new Uint8Array(8), 0, 8) ?? 0) < 0, call);
  equal(api['signal']?.(slot, constants.signals.SIGKILL), 0);
  equal(api['wait']?.(slot, -1), 1);
  equal(api['reap']?.(slot, facts), 0);
  deepEqual([...facts].slice(0, 2), [-1, constants.signals.SIGKILL]);
  equal(api['reap']?.(slot, facts), -EBADF);
  equal(api['signal']?.(slot, 0), -EBADF);
  equal(openDescriptors(), before);
});

test('openProcess(): any process, which is no child: it can be signalled and closed, not reaped', () => {
  const slot = api['openProcess']?.(process.pid) ?? -1;
  ok(slot >= 0);
  equal(api['signal']?.(slot, 0), 0);
  equal(api['signal']?.(slot, 9999), -EINVAL);
  equal(api['reap']?.(slot, new Float64Array(5)), -EBADF);
  equal(api['close']?.(slot), 0);
  equal(api['signal']?.(slot, 0), -EBADF);
});

test('openProcess(), signal(), reap(): what is no number of a process or slot is told, and an end of a pipe is neither', () => {
  const slots = new Int32Array(2);
  equal(api['open']?.(slots, 0), 0);
  for (const number of [Number.NaN, Infinity, 0.5, -1, 2 ** 32, '1', null, undefined, {}, slots[0]]) {
    if (number !== slots[0]) equal(api['openProcess']?.(number), -EINVAL, `openProcess(${String(number)})`);
    equal(api['signal']?.(number, 0), -EBADF, `signal(${String(number)})`);
    equal(api['reap']?.(number, new Float64Array(5)), -EBADF, `reap(${String(number)})`);
  }
  equal(api['openProcess']?.(0), -EINVAL);
  for (const slot of slots) equal(api['close']?.(slot), 0);
});

test('start(): arrays that do not fit each other are EINVAL, and descriptors that are none EBADF', () => {
  const strings = packed(SLEEP);
  for (const [wrong, layout] of [
    ['too short', [0, 1, 2, 0]],
    ['two folders', [2, 1, 2, 0, 0]],
    ['less than none', [0, -1, 2, 0, 0]],
    ['more strings than there are', [0, 1, 3, 0, 0]],
    ['fewer strings than there are', [0, 1, 1, 0, 0]],
    ['more than fit into memory', [0, 1, 2 ** 31 - 1, 0, 0]],
    ['more descriptors than are named', [0, 1, 2, 0, 2, ...NULL]],
    ['less than no descriptors', [0, 1, 2, 0, -1]],
  ] as const) {
    equal(api['start']?.(strings, Int32Array.from(layout)), -EINVAL, wrong);
  }
  const layout = Int32Array.of(0, 1, 2, 0, 0);
  equal(api['start']?.(strings.subarray(0, -1), layout), -EINVAL, 'the last string has no end');
  equal(api['start']?.(new Uint16Array(99), layout), -EINVAL);
  equal(api['start']?.(strings, new Uint32Array(5)), -EINVAL);
  equal(api['start']?.(strings), -EINVAL);
  for (const pair of [
    [2, -1],
    [2, 9999],
    [3, -1],
    [3, 9999],
    [4, 0],
    [-1, 0],
  ]) {
    equal(api['start']?.(strings, Int32Array.of(0, 1, 2, 0, 1, ...pair)), -EBADF, `${pair}`);
  }
  equal(api['start']?.(packed(['A=1']), Int32Array.of(0, 0, 0, 1, 0)), -ENOENT, 'nothing to run');
});

test('start(): an end that is ours and not blocking is given to no child', () => {
  const slots = new Int32Array(2);
  equal(api['open']?.(slots, 0), 0);
  equal(api['start']?.(packed(SLEEP), Int32Array.of(0, 1, 2, 0, 1, 2, slots[0] as number)), -EBADF);
  for (const slot of slots) equal(api['close']?.(slot), 0);
});

test('start(), openProcess(), signal(), reap(), close(): any arguments whatever neither end the program nor leave a thing', () => {
  const { stdout, stderr, status } = runSource(FUZZ);
  equal(stderr, '');
  equal(status, 0);
  const { started, failed, left, children } = JSON.parse(stdout);
  ok(started > 50, `${started} were started`);
  ok(failed > 1000, `${failed} were refused`);
  equal(left, 0, 'descriptors');
  deepEqual(children, []);
});

/** Its strings name nothing that would do any harm, whatever their order. */
const FUZZ = `
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
const api = createRequire(import.meta.url)('${path}').init(0, 0, new Int32Array(256), () => {});
let state = 12345;
function random(below) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}
const pick = (values) => values[random(values.length)];
const COUNTS = [0, 0, 1, 1, 1, 2, 2, 3, -1, 2147483647, -2147483648, 1000, 65536];
const NUMBERS = [0, 1, 2, 3, 17, 18, 19, -1, 9999, 2147483647, -2147483648, 4, 5, 6];
const STRINGS = ['/bin/true', '/bin/true', '/bin/false', '/nowhere', '', 'A=1', '/', 'x'];
const anything = () => pick([0, -1, 1.5, NaN, 2 ** 31, 2 ** 40, 'x', null, undefined, {}, [], new Uint8Array(3), new Float64Array(5)]);
const open = () => readdirSync('/proc/self/fd').length;
const slots = new Int32Array(2);
api.open(slots, 3);
const before = open();
const facts = new Float64Array(5);
let started = 0, failed = 0;
function settle(result) {
  if (result < 0) { failed++; return; }
  started++;
  api.wait(result, -1);
  const reaped = api.reap(result, facts);
  if (reaped !== 0) throw new Error('reaped ' + reaped);
}
for (let i = 0; i < 6000; i++) {
  const strings = Array.from({ length: random(6) }, () => pick(STRINGS));
  const bytes = Buffer.from(strings.join('\\0') + pick(['\\0', '\\0', '\\0', '']));
  const fits = random(4) === 0;
  const counts = fits ? [0, 1, Math.max(0, strings.length - 1), 0, 2] : Array.from({ length: 5 }, () => pick(COUNTS));
  const pairs = Array.from({ length: random(8) }, () => (fits ? pick([[1, 0], [0, 0], [3, 2]]) : [pick([0, 1, 2, 3, 4, -1]), pick(NUMBERS)])).flat();
  settle(random(20) === 0 ? api.start(anything(), anything()) : api.start(bytes, Int32Array.from([...counts, ...pairs].slice(0, random(30) + 5))));
}
for (let i = 0; i < 6000; i++) {
  const number = random(3) === 0 ? anything() : pick(NUMBERS.filter((each) => each !== slots[0] && each !== slots[1]));
  api.signal(number, random(2) === 0 ? 0 : anything());
  api.reap(number, anything());
  const opened = api.openProcess(anything());
  if (opened >= 0) api.close(opened);
}
const isChild = (name) => {
  try { return readFileSync('/proc/' + name + '/stat', 'utf8').includes(') Z ' + process.pid + ' '); } catch { return false; }
};
console.log(JSON.stringify({ started, failed, left: open() - before, children: readdirSync('/proc').filter(isChild) }));
`;

/** Strings one behind the other, each with its end. */
function packed(strings: readonly string[]): Uint8Array {
  return Buffer.from(strings.map((each) => `${each}\0`).join(''));
}
