/**
 * Who else holds the other end of a pipe, and the event loop's part in waiting for them.
 *
 * A wait for somebody outside does not hold the event loop by itself: whoever started a child has a handle that does.
 * When the loop would run dry all the same, /proc is asked. As long as it names a holder the loop is kept by a timer,
 * and asked again when that is over; when nobody is left, the wait is a deadlock. Where nobody can be asked, or a loop
 * gives no sign of running dry, a holder is taken for granted.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

type Access = 'read' | 'write';

/** Where a holder of a pipe was found last: to look there first costs 20 us instead of 10 ms. */
const lastFound = new WeakMap<object, string>();

/**
 * Whether anything but the descriptors `own` of this process has `pipe`, which is behind descriptor `number`, open for
 * `access`.
 */
export function holderOutside(pipe: object, number: number, access: Access, own: readonly number[]): boolean {
  let link: string;
  try {
    link = readlinkSync(`/proc/self/fd/${number}`);
  } catch {
    return true; // no /proc: nobody knows
  }
  const last = lastFound.get(pipe);
  if (last !== undefined && isHolder(last, link, access)) return true;
  const self = String(process.pid);
  const unreadable: string[] = [];
  const looked = new Set<string>();
  // A holder may fork and go before it is looked at, its child being younger than the list: until nobody is new.
  for (let news = processes(looked); news.length > 0; news = processes(looked)) {
    for (const pid of news) {
      looked.add(pid);
      let descriptors: string[];
      try {
        descriptors = readdirSync(`/proc/${pid}/fd`);
      } catch (error) {
        if ((error as { code?: string }).code === 'EACCES') unreadable.push(pid);
        continue;
      }
      for (const descriptor of descriptors) {
        if (pid === self && own.includes(Number(descriptor))) continue;
        const path = `${pid}/fd/${descriptor}`;
        if (!isHolder(path, link, access)) continue;
        lastFound.set(pipe, path);
        return true;
      }
    }
  }
  return unreadable.some((pid) => descendsFrom(pid, self));
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

function processes(except: ReadonlySet<string>): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !except.has(name));
}

/** Whether the descriptor at `path` below /proc is the pipe that `link` names, open for `access`. */
function isHolder(path: string, link: string, access: Access): boolean {
  try {
    if (readlinkSync(`/proc/${path}`) !== link) return false;
    const flags = /^flags:\s*([0-7]+)/m.exec(
      readFileSync(`/proc/${path.replace('/fd/', '/fdinfo/')}`, 'utf8'),
    );
    const mode = Number.parseInt(flags?.[1] ?? '2', 8) & 3; // O_RDONLY 0, O_WRONLY 1, O_RDWR 2
    return mode === 2 || mode === (access === 'read' ? 0 : 1);
  } catch {
    return false;
  }
}

function descendsFrom(pid: string, ancestor: string): boolean {
  for (let at = pid; at !== '0' && at !== '1'; ) {
    if (at === ancestor) return true;
    try {
      // pid (command) state ppid: the command may hold spaces and brackets.
      const stat = readFileSync(`/proc/${at}/stat`, 'utf8');
      at = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '0';
    } catch {
      return false;
    }
  }
  return false;
}
