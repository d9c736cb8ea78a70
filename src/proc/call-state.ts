/** What a thread does that sleeps in a system call. */
import { childrenOf, linkOf } from '../os/proc-files.js';
import type { ProcessEnd } from './graph.js';
import { type Holder, isPipeLink } from './holder.js';
import { epollState, pollState } from './polling.js';
import { opensFifo, pipeSide, sleepsIn } from './sleep-state.js';
import type { Elsewhere, Evidence, ProcessState } from './state.js';
import { argument, type CallInProgress, isNull, type SystemCall, systemCall } from './system-calls.js';

/**
 * @param at Its place in /proc: `PID`, or `PID/task/TID`.
 * @returns `undefined` when the call does not say what it waits for.
 */
export function callState(
  at: number | string,
  call: CallInProgress,
  isUninterruptible: boolean,
  holder: Holder,
): ProcessState | undefined {
  const known = systemCall(call.number);
  if (known === undefined) return undefined;
  const by: By = { at, call, known, holder };
  if (isUninterruptible) return uninterruptible(by);
  switch (known.does) {
    case 'read':
    case 'write':
      return moving(by, known.descriptor, known.does);
    case 'either':
      return moving(by, known.descriptor, endAt(by, known.descriptor)?.access === 'read' ? 'read' : 'write');
    case 'move':
      return splicing(by, known.from, known.to);
    case 'open':
      return opening(by);
    case 'epoll': {
      const descriptor = argument(call, known.descriptor);
      const says = `${known.name} on descriptor ${descriptor}`;
      return epollState(holder, descriptor, hasTimeout(by, known), said(by, says));
    }
    case 'poll': {
      const count = argument(call, known.count);
      if (count === 0) return elsewhere(by, 'timer');
      return pollState(holder, hasTimeout(by, known), said(by, known.name));
    }
    case 'child':
      return waitingForChild(by, known.number);
    case 'wait':
      return elsewhere(by, known.for, known.descriptor);
  }
}

/** A thread that sleeps in a call, and what its process has open. */
interface By {
  readonly at: number | string;
  readonly call: CallInProgress;
  readonly known: SystemCall;
  readonly holder: Holder;
}

/** In a call that no signal ends: of a disk, as a rule. */
function uninterruptible(by: By): ProcessState {
  const { known } = by;
  if (known.does === 'child') return waitingForChild(by, known.number); // vfork
  return elsewhere(by, 'disk', 'descriptor' in known ? known.descriptor : undefined);
}

function moving(by: By, index: number, does: 'read' | 'write'): ProcessState {
  const end = endAt(by, index);
  if (end === undefined) return elsewhere(by, undefined, index);
  const says = `${by.known.name} ${does === 'read' ? 'from' : 'to'} descriptor ${end.descriptor}`;
  return {
    kind: does === 'read' ? 'reading' : 'writing',
    on: [{ ...end, access: does }],
    evidence: [said(by, says)],
  };
}

/** For which of the two it waits only the function says in which it sleeps. */
function splicing(by: By, from: number, to: number): ProcessState | undefined {
  const name = sleepsIn(by.at);
  const side = name === undefined ? undefined : pipeSide(name);
  if (side === undefined || side === 'unknown') return undefined;
  const state = moving(by, side === 'read' ? from : to, side);
  return { ...state, evidence: [...state.evidence, { file: `/proc/${by.at}/wchan`, says: name as string }] };
}

/** Any open can wait; a FIFO's waits in a function of its own. */
function opening(by: By): ProcessState {
  const name = sleepsIn(by.at);
  if (name === undefined || !opensFifo(name)) return elsewhere(by, 'other');
  return {
    kind: 'opening',
    evidence: [said(by, by.known.name), { file: `/proc/${by.at}/wchan`, says: name }],
  };
}

/** For one that the call names, or the first of them all. */
function waitingForChild(by: By, index: number | undefined): ProcessState {
  const { name } = by.known;
  const named = index === undefined ? 0 : argument(by.call, index);
  const children = named > 0 ? [named] : childrenOf(by.holder.pid);
  const says = named > 0 ? `${name} for process ${named}` : name;
  return {
    kind: 'elsewhere',
    for: 'child',
    call: name,
    ...(children !== undefined && { children }),
    evidence: [said(by, says)],
  };
}

function elsewhere(by: By, what: Elsewhere | undefined, index?: number): ProcessState {
  const { name } = by.known;
  if (index === undefined)
    return { kind: 'elsewhere', for: what ?? 'other', call: name, evidence: [said(by, name)] };
  const descriptor = argument(by.call, index);
  const target = linkOf(by.holder.pid, descriptor);
  // Opened after the descriptors were listed: a pipe of which nothing is known.
  if (what === undefined && target !== undefined && isPipeLink(target)) {
    return {
      kind: 'asleep',
      maybe: [],
      evidence: [said(by, `${name} on descriptor ${descriptor}, ${target}`)],
    };
  }
  return {
    kind: 'elsewhere',
    for: what ?? kindOf(target),
    call: name,
    descriptor,
    ...(target !== undefined && { target }),
    evidence: [said(by, `${name} on descriptor ${descriptor}${target === undefined ? '' : `, ${target}`}`)],
  };
}

/**
 * The end that an argument names. It is looked at once more: the list of descriptors is older than the call.
 */
function endAt({ call, holder }: By, index: number): ProcessEnd | undefined {
  const descriptor = argument(call, index);
  const end = holder.ends.find((end) => end.descriptor === descriptor);
  if (end === undefined) return undefined;
  return linkOf(holder.pid, descriptor) === (holder.paths?.get(end.pipe) ?? end.pipe) ? end : undefined;
}

function hasTimeout({ call }: By, known: { readonly timeout: number; readonly isPointer?: true }): boolean {
  return known.isPointer ? !isNull(call, known.timeout) : argument(call, known.timeout) >= 0;
}

function said({ at }: By, says: string): Evidence {
  return { file: `/proc/${at}/syscall`, says };
}

/** What something that is read or written is, by what it is called. */
function kindOf(target: string | undefined): Elsewhere {
  if (target === undefined) return 'other';
  if (target.startsWith('socket:')) return 'socket';
  return /^\/dev\/(pts\/|tty|console$|ptmx$)/.test(target) ? 'terminal' : 'file';
}
