/**
 * `pipework/proc`: every pipe of running processes, and who waits for whom, from /proc. It looks and does not touch. Linux,
 * on Node, Bun and Deno.
 */
export type {
  Graph,
  HiddenProcess,
  NoFill,
  PipeEnd,
  PipeNode,
  ProcessEnd,
  ProcessNode,
  Rates,
  Refused,
  ThreadNode,
} from './graph.js';
export type { HeldEnd } from './held-ends.js';
export type { Follow, ScanOptions } from './options.js';
export { printable } from './printable.js';
export { scan } from './scan.js';
export type {
  AsleepState,
  Elsewhere,
  ElsewhereState,
  EndedState,
  Evidence,
  OpeningState,
  PollingState,
  ProcessState,
  ReadingState,
  RunningState,
  StoppedState,
  WritingState,
} from './state.js';
export {
  type Chain,
  type Deadlock,
  type Role,
  type StageVerdict,
  type Verdict,
  verdict,
} from './verdict.js';
