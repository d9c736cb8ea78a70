/** What is given to abort(), on its way through the shared memory: what arrives says the same, and nothing keeps it from leaving. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import * as io from 'pipework';
import * as worker from 'pipework/worker';
import { test } from '../runtimes/test.js';

/** What the reader gets for `reason`. */
async function crossed(reason: unknown): Promise<unknown> {
  const { reader, writer } = worker.pipe({ name: 'crossed' });
  worker.openWriter(writer.handle).abort(reason);
  return reader.read(new Uint8Array(1)).then(
    () => 'no reason at all',
    (error: unknown) => error,
  );
}

test('abort(): primitives arrive as they are', async () => {
  for (const reason of [
    'text',
    '',
    true,
    false,
    null,
    0,
    -0,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2n ** 200n,
    '\ud800',
  ]) {
    ok(Object.is(await crossed(reason), reason), `${String(reason)}`);
  }
});

test('abort(): errors arrive with their class, name, message, code, stack and cause', async () => {
  const given = Object.assign(
    new RangeError('too much', { cause: new io.LimitError('the limit', { max: 7 }) }),
    {
      code: 'E_MUCH',
    },
  );
  const error = (await crossed(given)) as RangeError & { code: string; cause: io.LimitError };
  ok(error instanceof RangeError);
  deepEqual([error.name, error.message, error.code], ['RangeError', 'too much', 'E_MUCH']);
  equal(error.stack?.slice(0, 100), given.stack?.slice(0, 100));
  ok(error.cause instanceof io.LimitError);
  deepEqual([error.cause.message, error.cause.max], ['the limit', 7]);
});

class OwnError extends Error {
  override readonly name = 'OwnError';
}

test('abort(): an error of the program arrives as an Error of that name', async () => {
  const error = (await crossed(new OwnError('mine'))) as Error;
  deepEqual([error.name, error.message, error.constructor], ['OwnError', 'mine', Error]);
  equal(((await crossed(undefined)) as Error).name, 'AbortError');
});

test('abort(): a cause that goes round arrives once', async () => {
  const given = new Error('round') as Error & { cause: unknown };
  given.cause = given;
  const error = (await crossed(given)) as typeof given;
  equal((error.cause as Error).message, 'round');
  equal((error.cause as Error).cause, undefined);
});

test('abort(): texts are cut until all of them fit', async () => {
  for (const length of [3_000, 5_000, 1_000_000]) {
    for (const character of ['x', '\u0001', '\u20ac', '\ud83d\ude00']) {
      const text = character.repeat(length);
      const error = (await crossed(
        Object.assign(new Error(text, { cause: new Error(text) }), { code: text }),
      )) as Error;
      equal(error.name, 'Error');
      equal(error.message.slice(0, 20), text.slice(0, 20));
    }
  }
});

test('abort(): a number of more digits than fit is described, not another one', async () => {
  const error = (await crossed(10n ** 5000n)) as Error;
  match(error.message, /^a reason that cannot cross between threads: 10000/);
});

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const throws = (): never => {
  throw new Error('a getter of its own');
};

for (const [what, reason] of [
  ['a symbol', Symbol('s')],
  ['a function', function named() {}],
  ['an object', { some: 'thing' }],
  ['an object that was revoked', revoked({})],
  ['a function that was revoked', revoked(() => {})],
  ['a class whose name throws', Object.defineProperty(class {}, 'name', { get: throws })],
  ['a class whose name is none', Object.defineProperty(class {}, 'name', { value: Symbol('s') })],
  ['an error whose message throws', Object.defineProperty(new Error('m'), 'message', { get: throws })],
  ['an error whose cause throws', Object.defineProperty(new Error('m'), 'cause', { get: throws })],
  [
    'an error whose name throws when it is a text',
    Object.assign(new Error('m'), { name: { toString: throws } }),
  ],
  [
    'an object whose kind throws',
    {
      get [Symbol.toStringTag]() {
        return throws();
      },
    },
  ],
] as const) {
  test(`abort(): ${what} arrives as an error that describes it`, async () => {
    const error = (await crossed(reason)) as Error;
    equal(error.name, 'Error');
    match(error.message, /^a reason that cannot cross between threads: /);
  });
}
