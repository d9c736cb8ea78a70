/**
 * `pipework/testing`: the conformance suite that every pipe is held to, anybody's, faulty ends to test code that uses
 * pipes, and a guard for tests that might get stuck. Needs no test runner; runs on every runtime.
 */
export { type Case, type ConformanceOptions, conformance } from './conformance/conformance.js';
export type { Rule } from './conformance/draft.js';
export type { CloggedPipe, Makers } from './conformance/harness.js';
export type { Ability, Supports } from './conformance/supports.js';
export { dataWithEnd } from './data-with-end.js';
export { type FailWhenStuckOptions, failWhenStuck } from './fail-when-stuck.js';
export { errorAfter, half, oneByte } from './faulty-readers.js';
export { failAfter, shortWrite, truncate } from './faulty-writers.js';
