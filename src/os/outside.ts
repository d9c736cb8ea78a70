/**
 * Who else holds the other end of a pipe, and the event loop's part in waiting for them.
 *
 * A wait for somebody outside does not hold the event loop by itself: whoever started a child has a handle that does.
 * When the loop would run dry all the same, /proc is asked. As long as it names a holder the loop is kept by a timer,
 * and asked again when that is over; when nobody is left, the wait is a deadlock. Where nobody can be asked, or a loop
 * gives no sign of running dry, a holder is taken for granted.
 */
import {
  type Access,
  descriptorNumbers,
  isOpenFor,
  linkOf,
  processNumbers,
  processStat,
} from './proc-files.js';

/** Where a holder of a pipe was found last: to look there first costs 20 us instead of 10 ms. */
const lastFound = new WeakMap<object, { readonly pid: number; readonly descriptor: number }>();

/**
 * Whether anything but the descriptors `own` of this process has `pipe`, which is behind descriptor `number`, open for
 * `access`.
 */
export function holderOutside(pipe: object, number: number, access: Access, own: readonly number[]): boolean {
  const link = linkOf('self', number);
  if (link === undefined) return true; // no /proc: nobody knows
  const last = lastFound.get(pipe);
  if (last !== undefined && isHolder(last.pid, last.descriptor, link, access)) return true;
  const unreadable: number[] = [];
  const looked = new Set<number>();
  // A holder may fork and go before it is looked at, its child being younger than the list: until nobody is new.
  for (let news = processes(looked); news === 'refused' || news.length > 0; news = processes(looked)) {
    if (news === 'refused') return true;
    for (const pid of news) {
      looked.add(pid);
      const descriptors = descriptorNumbers(pid);
      if (descriptors === 'refused') {
        unreadable.push(pid);
        continue;
      }
      for (const descriptor of descriptors) {
        if (pid === process.pid && own.includes(descriptor)) continue;
        if (!isHolder(pid, descriptor, link, access)) continue;
        lastFound.set(pipe, { pid, descriptor });
        return true;
      }
    }
  }
  return unreadable.some((pid) => descendsFrom(pid, process.pid));
}

/** Keeps the event loop alive for a while, longer each time in a row that nothing has happened in between. */
export function keepLoop(): void {
  if (timer !== undefined) return;
  timer = setTimeout(() => {
    timer = undefined;
    delay = Math.min(2 * delay, DELAY_MAX);
  }, delay);
}

/** Something happened: whether there is still anything to wait for is asked anew when the loop runs dry. */
export function releaseLoop(): void {
  if (timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  delay = DELAY_MIN;
}

const DELAY_MIN = 100; // milliseconds
const DELAY_MAX = 5000; // milliseconds
let timer: ReturnType<typeof setTimeout> | undefined;
let delay = DELAY_MIN;

function processes(except: ReadonlySet<number>): number[] | 'refused' {
  const all = processNumbers();
  return all === 'refused' ? all : all.filter((pid) => !except.has(pid));
}

/** Whether that descriptor is the pipe that `link` names, open for `access`. */
function isHolder(pid: number, descriptor: number, link: string, access: Access): boolean {
  return linkOf(pid, descriptor) === link && isOpenFor(pid, descriptor, access);
}

function descendsFrom(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; at = processStat(at)?.parent ?? 0) if (at === ancestor) return true;
  return false;
}
