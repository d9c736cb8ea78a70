/**
 * Lets each call of `run` begin only when the one before has settled, so that a faulty end that counts bytes need not
 * care how many calls wait.
 */
export function inOrder<Arguments extends readonly unknown[], Value>(
  run: (...given: Arguments) => Promise<Value>,
): (...given: Arguments) => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve();
  return (...given) => {
    const call = last.then(() => run(...given));
    last = call.catch(() => {});
    return call;
  };
}
