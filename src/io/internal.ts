/** The door for siblings in this package: what other doors need of this one and users do not. Not in `exports`. */
export { deadlockError, deadlockReport } from './deadlock.js';
export type { Operation } from './operation.js';
export { waiting } from './waiting.js';
