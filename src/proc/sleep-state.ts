/**
 * What a thread does, by the name of the kernel's function in which it sleeps: all that is left where the system call is
 * refused, as to everybody but a process's own ancestors under Yama. The names are not an interface and change; one that is
 * not known here says nothing.
 */
import { childrenOf, contents } from '../os/proc-files.js';
import { isUnchanged } from './descriptors.js';
import { isHeldBack } from './held-back.js';
import { endsFor, type Holder } from './holder.js';
import { pollState, someEpollState } from './polling.js';
import type { Elsewhere, Evidence, ProcessState } from './state.js';

/** The function; `undefined` when the kernel does not say, or not to us. */
export function sleepsIn(at: number | string): string | undefined {
  const name = isHeldBack('wchan') ? undefined : contents(at, 'wchan');
  return name === undefined || name === '' || name === '0' ? undefined : name;
}

/** What the function says; `undefined` when it says nothing. */
export function sleepState(at: number | string, name: string, holder: Holder): ProcessState | undefined {
  const evidence: Evidence = { file: `/proc/${at}/wchan`, says: name };
  const side = pipeSide(name);
  if (side === 'read' || side === 'write') {
    const on = endsFor(holder, side);
    // It may be a pipe that was opened after the others were listed.
    if (on.length === 0 || !isUnchanged(holder)) return undefined;
    return { kind: side === 'read' ? 'reading' : 'writing', on, evidence: [evidence] };
  }
  if (opensFifo(name)) return { kind: 'opening', evidence: [evidence] };
  if (/^(do_)?ep(oll)?_(poll|wait)/.test(name)) return someEpollState(holder, evidence);
  if (/^(do_)?(sys_)?(poll|select)/.test(name)) return pollState(holder, undefined, evidence);
  const what = FUNCTIONS.find(([pattern]) => pattern.test(name))?.[1];
  if (what === undefined) return undefined;
  const children = what === 'child' ? childrenOf(holder.pid) : undefined;
  return { kind: 'elsewhere', for: what, ...(children !== undefined && { children }), evidence: [evidence] };
}

/** The side of a pipe that is waited on; 'unknown': of old kernels, which have one function for both. */
export function pipeSide(name: string): 'read' | 'write' | 'unknown' | undefined {
  if (/(^|_)pipe_(read|wait_readable)$/.test(name)) return 'read';
  if (/(^|_)pipe_(write|wait_writable)$/.test(name) || name === 'wait_for_space') return 'write';
  return name === 'pipe_wait' ? 'unknown' : undefined;
}

/** Whether it waits for the other side of a FIFO that it opens. */
export function opensFifo(name: string): boolean {
  return name === 'wait_for_partner';
}

const FUNCTIONS: readonly (readonly [name: RegExp, what: Elsewhere])[] = [
  [/nanosleep/, 'timer'],
  [/^(do_wait|kernel_wait|kernel_clone|wait_for_vfork_done)/, 'child'],
  [/^futex_/, 'thread'],
  [/^(unix_|sk_|tcp_|inet_|udp_|skb_|__skb_|netlink_|vsock_)/, 'socket'],
  [/^n_tty_/, 'terminal'],
  [/^(do_sigtimedwait|sigsuspend|__do_sys_pause|__x64_sys_pause|sys_pause)/, 'signal'],
  [/^(io_schedule|folio_wait|wait_on_page|__?wait_on_buffer|blkdev_|jbd2_|rq_qos_wait)/, 'disk'],
  [/^(locks_lock|flock_lock|fcntl_setlk|eventfd_read|inotify_read|timerfd_read|signalfd_)/, 'file'],
];
