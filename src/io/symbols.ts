/**
 * `Symbol.dispose` and `Symbol.asyncDispose`, or what stands in for them where a browser has none yet: compilers and
 * polyfills agree on these names.
 */
export const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
