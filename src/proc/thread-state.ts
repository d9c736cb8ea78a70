/**
 * What one thread is doing. Asked first is the system call that it is in, which names the descriptor; where that is refused,
 * the kernel's function in which it sleeps, which tells reading from writing; and where that is refused too, all that is
 * known is that it sleeps.
 */
import { callState } from './call-state.js';
import { isHeldBack } from './held-back.js';
import type { Holder } from './holder.js';
import { sleepState, sleepsIn } from './sleep-state.js';
import type { Evidence, ProcessState } from './state.js';
import { type CallInProgress, parseSyscall } from './system-calls.js';

/** What /proc says of the system call of a thread; `undefined`: it has ended, or this kernel does not say. */
export type CallLook = CallInProgress | 'running' | 'none' | 'refused' | undefined;

/** Of the file `syscall`, which is to be read before the state of the thread: who sleeps afterwards slept in that call. */
export function parseCall(syscall: string | null | undefined): CallLook {
  if (syscall === null || isHeldBack('syscall')) return 'refused';
  return syscall === undefined || syscall === '' ? undefined : parseSyscall(syscall);
}

/**
 * @param at Its place in /proc: `PID`, or `PID/task/TID`.
 * @param letter The state of the thread as ps(1) shows it.
 */
export function threadState(
  at: number | string,
  call: CallLook,
  letter: string,
  holder: Holder,
): ProcessState {
  const evidence: Evidence = { file: `/proc/${at}/stat`, says: `state ${letter}` };
  if (letter === 'Z' || letter === 'X') return { kind: 'ended', evidence: [evidence] };
  if (letter === 'T') return { kind: 'stopped', by: 'signal', evidence: [evidence] };
  if (letter === 't') return { kind: 'stopped', by: 'debugger', evidence: [evidence] };
  if (letter === 'R') return { kind: 'running', evidence: [evidence] };
  if (call === 'running') return { kind: 'running', evidence: [{ file: `/proc/${at}/syscall`, says: call }] };
  const isUninterruptible = letter === 'D';
  const byCall = typeof call === 'object' ? callState(at, call, isUninterruptible, holder) : undefined;
  if (byCall !== undefined) return byCall;
  if (isUninterruptible) return { kind: 'elsewhere', for: 'disk', evidence: [evidence] };
  const name = sleepsIn(at);
  const bySleep = name === undefined ? undefined : sleepState(at, name, holder);
  if (bySleep !== undefined) return bySleep;
  const more = name === undefined ? [] : [{ file: `/proc/${at}/wchan`, says: name }];
  return { kind: 'asleep', maybe: [], evidence: [evidence, ...more] };
}
