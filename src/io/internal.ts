/** The door for siblings in this package: what other doors need of this one and users do not. Not in `exports`. */
export { checkBytes, checkOptions, checkWhole, describe } from './arguments.js';
export { deadlockError, deadlockReport } from './deadlock.js';
export { host } from './host.js';
export type { Operation } from './operation.js';
export { asyncDispose, dispose } from './symbols.js';
export { waiting } from './waiting.js';
