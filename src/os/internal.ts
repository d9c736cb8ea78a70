/** The door for siblings in this package: what other doors need of this one and users do not. Not in `exports`. */
export { binding } from './binding.js';
export { ChildDrain } from './child-drain.js';
export { type ChildEnd, childPipe, closeChildEnd } from './child-pipe.js';
export { holdLoop, letLoopGo } from './hold.js';
export { failureOf, KernelReader } from './kernel-reader.js';
export { abortReasonOf, KernelWriter } from './kernel-writer.js';
export * from './proc-files.js';
export { unwatch, watch } from './readiness.js';
export { scratch } from './scratch.js';
export { sharedReader, sharedWriter } from './shared-end.js';
export { EAGAIN, ENOSYS, type SystemError, systemError } from './system-error.js';
